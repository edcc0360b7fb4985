import type { Instance } from "./instance.ts";
import { PAGE_BYTES, type PageLayout } from "./pages.ts";

/** Tells which bytes of a memory were written, however and by whom: the system's doing. */
export interface WrittenPages {
  /**
   * Tells of all that may have been written since the last call, in runs of whole pages; at the first
   * call of everything.
   *
   * @returns false: it cannot be told any more, and what was told is not all.
   */
  collect(memory: ArrayBufferLike, found: (from: number, to: number) => void): boolean;
}

/** Undefined: this system tells of nothing. */
export type WatchWrites = () => WrittenPages | undefined;

/** What a stack may really have used: the engine is told to stop at half of it. */
const STACK_SWEPT_BYTES = 1024 * 1024;

/** Sweeping so much takes less time than asking. */
const STACK_SHALLOW_BYTES = 64 * 1024;

/**
 * Where an instance's memory may have changed, as far as the system tells: pages that may differ from
 * the image, the part of the stack that was used, and how far up the memory is not zero. Where it does
 * not tell, everything may have changed.
 */
export class TouchedPages {
  /** Pages that `takePages` has not given yet, each once. */
  private pages: number[] = [];
  private readonly isAmong: Uint8Array;
  /** Bytes from here to the stack's beginning may not be zero. */
  private stackFrom: number;
  private hasLooked = false;
  /** From here on all bytes are zero. */
  private end = Number.POSITIVE_INFINITY;

  constructor(
    private readonly instance: Instance,
    private readonly layout: PageLayout,
    private writes: WrittenPages | undefined,
  ) {
    this.stackFrom = layout.stack.to;
    this.isAmong = new Uint8Array(writes ? layout.endPage(instance.bytesMax) : 0);
  }

  /** Asks the system. False: it does not tell, and nothing is known. */
  look(): boolean {
    this.hasLooked = true;
    if (this.writes?.collect(this.instance.memory.buffer, this.add)) return true;
    this.writes = undefined;
    return false;
  }

  /** Pages below `end` that were touched since they were last taken, ascending. */
  takePages(end: number): readonly number[] {
    const taken: number[] = [];
    const left: number[] = [];
    for (const page of this.pages) (page < end ? taken : left).push(page);
    for (const page of taken) this.isAmong[page] = 0;
    this.pages = left;
    return taken.sort((a, b) => a - b);
  }

  /**
   * What may be there of stacks, and beyond the heap's end, becomes zero. Nothing of the guest's has
   * run since `look`.
   */
  clearDead(endPage: number): void {
    const isKnown = this.writes !== undefined && (this.hasLooked || this.look());
    const memory = this.instance.bytes;
    const { to } = this.layout.stack;
    memory.fill(0, isKnown ? this.stackFrom : Math.min(this.stackFrom, to - STACK_SWEPT_BYTES), to);
    const heapEnd = this.layout.address(endPage);
    clear(memory, heapEnd, isKnown ? Math.min(this.end, memory.length) : memory.length);
    // The system will tell of what was just written there, which is zero: much of it is better heard
    // at once and forgotten.
    if (isKnown && to - this.stackFrom > STACK_SHALLOW_BYTES) this.look();
    this.stackFrom = to;
    this.end = heapEnd;
  }

  private readonly add = (from: number, to: number): void => {
    const { stack } = this.layout;
    if (from < stack.to && to > stack.from) {
      this.stackFrom = Math.min(this.stackFrom, Math.max(from, stack.from));
    }
    this.end = Math.max(this.end, to);
    for (let at = from; at < to; at += PAGE_BYTES) {
      const page = this.layout.pageAt(at);
      if (page === undefined || this.isAmong[page] !== 0) continue;
      this.isAmong[page] = 1;
      this.pages.push(page);
    }
  };
}

const ZEROS = Buffer.alloc(64 * 1024);

function clear(memory: Buffer, from: number, end: number): void {
  for (let at = from; at < end; at += ZEROS.length) {
    const to = Math.min(at + ZEROS.length, end);
    if (ZEROS.compare(memory, at, to, 0, to - at) !== 0) memory.fill(0, at, to);
  }
}
