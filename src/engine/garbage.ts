/** So much may lie about before it is collected. */
const GARBAGE_BYTES_MAX = 8 * 1024 * 1024;

let garbageBytes = 0;

/**
 * Buffers that were used once lie outside of the collector's own heap, and it is in no hurry about
 * them; a worker must stay within its memory all the same.
 */
export function countGarbage(bytes: number): void {
  garbageBytes += bytes;
  if (garbageBytes > GARBAGE_BYTES_MAX) collectGarbage();
}

/** Making one leaves about as much behind several times over: as bytes, deflated, in base64, as JSON. */
const COPIES_OF_TEXT = 4;
/** Of less than this nothing can become too much. */
const LARGE_TEXT_CHARS = 1024 * 1024;

/** What was left in making a text that is kept with an image. */
export function countTextGarbage(chars: number): void {
  if (chars > LARGE_TEXT_CHARS) countGarbage(COPIES_OF_TEXT * chars);
}

export function collectGarbage(): void {
  garbageBytes = 0;
  Bun.gc(true);
}
