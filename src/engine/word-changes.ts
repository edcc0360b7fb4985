import type { BaseImage } from "./base-image.ts";
import { WORD_CHANGES_MAX, type WordChanges } from "./image.ts";
import { CHUNK_WORDS, wordsOf } from "./incoming-image.ts";
import type { Instance } from "./instance.ts";
import { PAGE_BYTES, PAGE_WORDS, type PageLayout } from "./pages.ts";

/** A place is a page's number shifted by this, and the word in the page. */
export const PLACE_BITS = Math.log2(PAGE_WORDS);

const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);
const ZERO_WORDS = new Uint32Array(PAGE_WORDS);

/**
 * The words of these pages in which the memory differs from the base image.
 *
 * @returns undefined: there are more than WORD_CHANGES_MAX.
 */
export function changedWords(
  instance: Instance,
  layout: PageLayout,
  base: BaseImage,
  pages: readonly number[],
): WordChanges | undefined {
  const now = new Uint32Array(instance.memory.buffer);
  const memory = instance.bytes;
  const before = wordsOf(base.pages);
  let count = 0;
  for (const page of pages) {
    const at = layout.address(page) >> 2;
    const first = page << PLACE_BITS;
    const isBase = page < base.endPage;
    const was = isBase ? before : ZERO_WORDS;
    const wasBytes = isBase ? base.pages : ZERO_PAGE;
    const wasAt = isBase ? first : 0;
    for (let from = 0; from < PAGE_WORDS; from += CHUNK_WORDS) {
      const to = from + CHUNK_WORDS;
      const [a, b] = [(wasAt + from) * 4, (at + from) * 4];
      if (wasBytes.compare(memory, b, b + CHUNK_WORDS * 4, a, a + CHUNK_WORDS * 4) === 0) continue;
      for (let i = from; i < to; i++) {
        // Not compared as they are: unsigned numbers would become doubles first.
        if (((now[at + i] as number) ^ (was[wasAt + i] as number)) === 0) continue;
        if (count === WORD_CHANGES_MAX) return undefined;
        foundPlaces[count] = first + i;
        foundWords[count++] = now[at + i] as number;
      }
    }
  }
  return {
    kind: "words",
    places: foundPlaces.slice(0, count),
    words: foundWords.slice(0, count),
  };
}

const foundPlaces = new Uint32Array(WORD_CHANGES_MAX);
const foundWords = new Uint32Array(WORD_CHANGES_MAX);

export const NO_WORD_CHANGES: WordChanges = {
  kind: "words",
  places: new Uint32Array(0),
  words: new Uint32Array(0),
};
