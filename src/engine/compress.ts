import { countGarbage } from "./garbage.ts";

/** Level 1: what an execution leaves is mostly zeros, and higher levels cost more than they save. */
const FAST = { level: 1 };

export function deflate(bytes: Uint8Array<ArrayBuffer>): Buffer {
  const stored = Bun.zstdCompressSync(bytes, FAST);
  countGarbage(stored.length * 2);
  return stored;
}

/** Small and slow, for what is made once and kept. */
export function deflateWell(bytes: Uint8Array<ArrayBuffer>): Buffer {
  return Bun.zstdCompressSync(bytes, { level: 19 });
}

/**
 * The bytes may be hostile: never more than `length` comes out. It is the caller's, to keep or to
 * `discard`.
 *
 * @throws Error when they are damaged or do not make exactly `length` bytes.
 */
export function inflate(bytes: Uint8Array, length: number): Buffer<ArrayBuffer> {
  const { constants, zstdDecompressSync } = loadInflate();
  const out = zstdDecompressSync(bytes, {
    maxOutputLength: Math.max(length, 1),
    chunkSize: Math.min(length, CHUNK_BYTES_MAX) + CHUNK_SPARE_BYTES,
    params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX },
  });
  if (out.length !== length) throw new Error(`expected ${length} bytes, got ${out.length}`);
  return out;
}

/** Takes some milliseconds the first time, which a process that takes up no image does without. */
export const loadInflate = (): typeof import("node:zlib") => process.getBuiltinModule("node:zlib");

/** Gives memory of its own back at once; a collector asked for it would look at everything. */
export function discard(bytes: Buffer<ArrayBuffer>): void {
  // A short one may be part of a memory that others have parts of.
  if (bytes.length < UNSHARED_BYTES_MIN) countGarbage(bytes.length);
  else bytes.buffer.transfer(0);
}

const UNSHARED_BYTES_MIN = 64 * 1024;

/** What comes out in one piece is not copied together afterwards: a block of pages always does. */
const CHUNK_BYTES_MAX = 1024 * 1024;
/** The end is seen without asking for another piece, and the least that the decompressor takes. */
const CHUNK_SPARE_BYTES = 64;

/** 8 MiB: all that our own levels use. */
const WINDOW_LOG_MAX = 23;
