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

export function collectGarbage(): void {
  garbageBytes = 0;
  Bun.gc(true);
}
