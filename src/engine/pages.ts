import type { MemoryLayout } from "./engines.ts";

/** The grain of images and deltas; small enough that an execution touches few. */
export const PAGE_BYTES = 4096;

export const PAGE_WORDS = PAGE_BYTES / 4;

/**
 * Pages of an instance's memory, numbered without the stack between static data and heap: at rest
 * the stack is dead, and no image holds any of it.
 */
export class PageLayout {
  private readonly staticPages: number;
  private readonly heapFirst: number;

  constructor(private readonly memory: MemoryLayout) {
    this.staticPages = Math.ceil(memory.stackLow / PAGE_BYTES);
    this.heapFirst = Math.floor(memory.stackHigh / PAGE_BYTES);
  }

  /** Byte address where a page begins. */
  address(page: number): number {
    return (page < this.staticPages ? page : page - this.staticPages + this.heapFirst) * PAGE_BYTES;
  }

  /** The page that begins at that byte address; undefined: it is of the stack. */
  pageAt(address: number): number | undefined {
    const index = address / PAGE_BYTES;
    if (index < this.staticPages) return index;
    return index < this.heapFirst ? undefined : index - this.heapFirst + this.staticPages;
  }

  /** The number after the last page of a heap that ends at that byte address. */
  endPage(address: number): number {
    return Math.ceil(address / PAGE_BYTES) - this.heapFirst + this.staticPages;
  }

  /** The first page of the heap: its address does not follow on that of the page before. */
  get heapPage(): number {
    return this.staticPages;
  }

  /** Stack bytes in the page where the heap begins: dead as well. */
  get deadTail(): { readonly from: number; readonly to: number } {
    return { from: this.heapFirst * PAGE_BYTES, to: this.memory.stackHigh };
  }

  /** The whole of what a stack may have used. */
  get stack(): { readonly from: number; readonly to: number } {
    return { from: this.staticPages * PAGE_BYTES, to: this.memory.stackHigh };
  }
}
