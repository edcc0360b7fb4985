import { readFileSync } from "node:fs";
import { releasePages } from "./advise-memory.ts";

const SYSTEM_PAGE_BYTES = 4096;

/** This thread uses far less of its stack while no guest runs on it. */
const SHALLOW_BYTES = 1024 * 1024;

/** As far as a worker's stack goes, where it may. */
const DEEP_BYTES_MAX = 64 * 1024 * 1024;

/** proc(5): the field with the address where the main thread's stack begins; the third follows the name. */
const START_OF_STACK = 28;
const FIRST_AFTER_NAME = 3;

/**
 * The main thread's stack below what this process needs between two guests. Deep recursion, as of a
 * guest whose code is nested ten thousand times, leaves megabytes there that no collector gives back.
 * Where the system does not say where the stack is, nothing happens.
 */
export class DeepStack {
  private readonly range = deepRange();

  /** Gives its memory back. Not to be called with a guest's frames below. */
  giveBack(): void {
    const { from, bytes } = this.range;
    if (bytes > 0) releasePages(from, bytes);
  }
}

/** No further than the stack's limit: beyond it there may be something else. */
function deepRange(): { readonly from: number; readonly bytes: number } {
  try {
    const stat = readFileSync("/proc/self/stat", "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const start = Number(fields[START_OF_STACK - FIRST_AFTER_NAME]);
    const limits = readFileSync("/proc/self/limits", "latin1");
    const limit = Number(/^Max stack size +(\d+) /m.exec(limits)?.[1] ?? DEEP_BYTES_MAX);
    const end = pageOf(start - SHALLOW_BYTES);
    const from = pageOf(start - Math.min(limit, DEEP_BYTES_MAX));
    return start > DEEP_BYTES_MAX ? { from, bytes: end - from } : NOTHING;
  } catch {
    return NOTHING;
  }
}

const NOTHING = { from: 0, bytes: 0 };

const pageOf = (address: number): number =>
  Math.floor(address / SYSTEM_PAGE_BYTES) * SYSTEM_PAGE_BYTES;
