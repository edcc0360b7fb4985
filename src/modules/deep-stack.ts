import { readFileSync } from "node:fs";
import { libc } from "./libc.ts";

const SYSTEM_PAGE_BYTES = 4096;
const MADV_DONTNEED = 4;

/** This thread uses far less of its stack while no guest runs on it. */
const SHALLOW_BYTES = 1024 * 1024;

/** As far as a worker's stack goes; the kernel maps nothing else this near. */
const DEEP_BYTES = 64 * 1024 * 1024;

/** proc(5): the address where the main thread's stack begins, counted from what follows the name. */
const START_OF_STACK = 25;

/**
 * The main thread's stack below what this process needs between two guests. Deep recursion, as of a
 * guest whose code is nested ten thousand times, leaves megabytes there that no collector gives back.
 * Where the system does not say where the stack is, nothing happens.
 */
export class DeepStack {
  private readonly end = shallowEnd();

  /** Gives its memory back. Not to be called with a guest's frames below. */
  giveBack(): void {
    if (this.end > DEEP_BYTES) {
      // A stack that is not so long ends in a hole, which the kernel passes over.
      libc()?.madvise(this.end - DEEP_BYTES, DEEP_BYTES, MADV_DONTNEED);
    }
  }
}

/** 0: not known. */
function shallowEnd(): number {
  try {
    const stat = readFileSync("/proc/self/stat", "latin1");
    const start = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[START_OF_STACK]);
    return Math.floor(start / SYSTEM_PAGE_BYTES) * SYSTEM_PAGE_BYTES - SHALLOW_BYTES || 0;
  } catch {
    return 0;
  }
}
