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
 * The bytes may be hostile: never more than `length` comes out.
 *
 * @throws Error when they are damaged or do not make exactly `length` bytes.
 */
export function inflate(bytes: Uint8Array, length: number): Buffer<ArrayBuffer> {
  const { constants, zstdDecompressSync } = loadInflate();
  const out = zstdDecompressSync(bytes, {
    maxOutputLength: Math.max(length, 1),
    params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX },
  });
  countGarbage(bytes.length + out.length);
  if (out.length !== length) throw new Error(`expected ${length} bytes, got ${out.length}`);
  return out;
}

/** Takes some milliseconds the first time, which a process that takes up no image does without. */
export const loadInflate = (): typeof import("node:zlib") => process.getBuiltinModule("node:zlib");

/** 8 MiB: all that our own levels use. */
const WINDOW_LOG_MAX = 23;
