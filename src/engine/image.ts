import type { BaseImage } from "./base-image.ts";
import { PAGE_BYTES } from "./pages.ts";

/** A state that can be put into a slot: what differs from the base image. */
export interface Image {
  readonly base: BaseImage;
  readonly endPage: number;
  readonly content: PageCopies | WordChanges;
}

export interface PageCopies {
  readonly kind: "pages";
  readonly pages: Uint32Array;
  /** The pages, in that order; of a memory of its own that may be larger. */
  readonly bytes: Buffer;
}

/** Most sessions change a few hundred words of some dozen pages. */
export interface WordChanges {
  readonly kind: "words";
  /** Page number × words of a page + word in the page, ascending. */
  readonly places: Uint32Array;
  readonly words: Uint32Array;
}

/** Beyond this, copies of the pages are put in faster. */
export const WORD_CHANGES_MAX = 8192;

/** A copy of pages may grow by this much before it needs another memory. */
const SPARE_PAGES = 4;

/** Memory that an image takes. */
export function bytesOfImage({ content }: Image): number {
  return content.kind === "words" ? content.places.length * 8 : content.bytes.buffer.byteLength;
}

/**
 * Room for copies of pages, used again and again: thrown away, so much would keep the collector busy.
 *
 * @param room  Memory of an image that is not needed any more.
 */
export function roomForPages(pages: number, room: ArrayBufferLike | undefined): Buffer {
  const length = pages * PAGE_BYTES;
  if (room && room.byteLength >= length && room.byteLength <= length * 2) {
    return Buffer.from(room, 0, length);
  }
  const roomy = (pages + (pages >> 3) + SPARE_PAGES) * PAGE_BYTES;
  return Buffer.from(new ArrayBuffer(roomy), 0, length);
}
