import type { Instance } from "./instance.ts";

/**
 * Holes below this are filled for good. What an execution allocates and frees then comes from the few
 * large ones, side by side, instead of from wherever booting left a gap: it changes a third of the pages.
 */
const FILLED_BYTES_MAX = 4096;

/** It takes two or three. */
const ROUNDS_MAX = 32;

/** Of the engine's allocator (dlmalloc): a chunk's length stands before what it holds. */
const HEAD_BYTES = 4;
const FLAGS = 7;
const IN_USE = 2;
const CHUNK_BYTES_MIN = 16;
/** A free chunk begins with links of the list that it is in. */
const LINKS_BYTES = 32;

interface Hole {
  /** Where what it would hold begins. */
  readonly at: number;
  readonly bytes: number;
}

/**
 * Fills the small holes that booting left in the heap, and zeroes what lies in the large ones.
 *
 * @throws Error where the heap is not as the allocator is known to leave it
 */
export function fillHoles(instance: Instance): void {
  for (let round = 0; fillSmall(instance); round++) {
    if (round === ROUNDS_MAX) throw new Error("a hole of the heap was not filled");
  }
  for (const { at, bytes } of holesOf(instance)) {
    instance.bytes.fill(0, at + LINKS_BYTES, at + bytes - HEAD_BYTES * 2);
  }
}

/**
 * The allocator may fill a hole with a piece of a larger one, whose rest is then a small hole itself.
 *
 * @returns whether there were any
 */
function fillSmall(instance: Instance): boolean {
  const small = holesOf(instance).filter(({ bytes }) => bytes < FILLED_BYTES_MAX);
  for (const { bytes } of small) {
    const at = instance.c._malloc(bytes - HEAD_BYTES);
    instance.bytes.fill(0, at, at + bytes - HEAD_BYTES * 2);
  }
  return small.length > 0;
}

/** All but the last free chunk, which goes to the heap's end. */
function holesOf(instance: Instance): Hole[] {
  const { layout } = instance.engine;
  const end = instance.readU32(layout.breakAt);
  const holes: Hole[] = [];
  for (let at = layout.stackHigh + HEAD_BYTES * 2; ; ) {
    const head = instance.readU32(at - HEAD_BYTES);
    const bytes = (head & ~FLAGS) >>> 0;
    if (bytes < CHUNK_BYTES_MIN || at + bytes > end) throw new Error("the heap cannot be walked");
    if (at + bytes + 64 > end) return holes;
    if ((head & IN_USE) === 0) holes.push({ at, bytes });
    at += bytes;
  }
}
