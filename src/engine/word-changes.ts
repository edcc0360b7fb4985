import type { BaseImage } from "./base-image.ts";
import { WORD_CHANGES_MAX, type WordChanges } from "./image.ts";
import { wordsOf } from "./incoming-image.ts";
import type { Instance } from "./instance.ts";
import { PAGE_WORDS, type PageLayout } from "./pages.ts";

/** A place is a page's number shifted by this, and the word in the page. */
export const PLACE_BITS = Math.log2(PAGE_WORDS);

const ZERO_WORDS = new Uint32Array(PAGE_WORDS);

/**
 * The words of these pages, ascending, in which the memory differs from the base image.
 *
 * @param known  How it differed from it before; only pages with a 1 in `news` have changed since.
 * @returns undefined: there are more than WORD_CHANGES_MAX.
 */
export function changedWords(
  instance: Instance,
  layout: PageLayout,
  base: BaseImage,
  pages: readonly number[],
  known: WordChanges | undefined,
  news: Uint8Array,
): WordChanges | undefined {
  const now = new Uint32Array(instance.memory.buffer);
  const before = wordsOf(base.pages);
  let count = 0;
  let next = 0;
  for (const page of pages) {
    if (known && news[page] === 0) {
      const from = placeOf(known, next, page);
      next = placeOf(known, from, page + 1);
      if (count + next - from > WORD_CHANGES_MAX) return undefined;
      for (let i = from; i < next; i++) {
        foundPlaces[count] = known.places[i] as number;
        foundWords[count++] = known.words[i] as number;
      }
      continue;
    }
    const at = layout.address(page) >> 2;
    const first = page << PLACE_BITS;
    const isBase = page < base.endPage;
    const was = isBase ? before : ZERO_WORDS;
    const wasAt = isBase ? first : 0;
    for (let i = 0; i < PAGE_WORDS; i++) {
      // Not compared as they are: unsigned numbers would become doubles first.
      if (((now[at + i] as number) ^ (was[wasAt + i] as number)) === 0) continue;
      if (count === WORD_CHANGES_MAX) return undefined;
      foundPlaces[count] = first + i;
      foundWords[count++] = now[at + i] as number;
    }
  }
  return {
    kind: "words",
    places: foundPlaces.slice(0, count),
    words: foundWords.slice(0, count),
  };
}

/** The first from there on that is of this page or a later one. */
function placeOf({ places }: WordChanges, from: number, page: number): number {
  let at = from;
  while (at < places.length && (places[at] as number) >>> PLACE_BITS < page) at++;
  return at;
}

const foundPlaces = new Uint32Array(WORD_CHANGES_MAX);
const foundWords = new Uint32Array(WORD_CHANGES_MAX);

export const NO_WORD_CHANGES: WordChanges = {
  kind: "words",
  places: new Uint32Array(0),
  words: new Uint32Array(0),
};
