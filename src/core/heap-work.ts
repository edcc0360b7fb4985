/** A memory of less than this is looked through and written in a few milliseconds. */
export const LARGE_MEMORY_BYTES = 8 * 1024 * 1024;

/** It does not grow further with the heap: a copy of its first 8 MiB, and pieces on their way. */
const WORK_BYTES_MAX = 20 * 1024 * 1024;

/** What taking up a heap of that size, and writing what changed in it, takes beside it, bytes. */
export const heapWorkBytes = (heapBytes: number): number => Math.min(heapBytes / 2, WORK_BYTES_MAX);
