import { discard } from "./compress.ts";
import { wordsOf } from "./incoming-image.ts";
import type { Instance } from "./instance.ts";
import { PAGE_BYTES, type PageLayout } from "./pages.ts";
import type { TouchedPages } from "./touched-pages.ts";

/**
 * Of this many pages a slot keeps a copy, to find what changed and to put it back; of those above
 * only hashes. With a copy of everything a worker would need twice its memory limit.
 */
export const COPIED_PAGES_MAX = (8 * 1024 * 1024) / PAGE_BYTES;

/** Of this process alone: two pages with one hash are easily made by who knows it. */
const HASH_SEED = BigInt(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);

const hashOf = (page: Uint8Array): bigint => Bun.hash.xxHash3(page, HASH_SEED);

const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);
const ZERO_PAGE_HASH = hashOf(ZERO_PAGE);

/**
 * What an instance's pages held at rest, while guest code runs over the memory: it finds which have
 * changed since, and puts back those of which there is a copy.
 */
export class RememberedPages {
  /** From this page on all was zero. */
  endPage = 0;
  private copy: Buffer<ArrayBuffer> = Buffer.alloc(0);
  private hashes = new BigUint64Array(0);
  /** Pages that had changed when it was looked last, ascending. */
  private hot: readonly number[] = [];

  constructor(
    private readonly instance: Instance,
    private readonly layout: PageLayout,
    private readonly touched: TouchedPages,
  ) {}

  /** The words of the copied pages, one page after another; good until `grow`. */
  get copiedWords(): Uint32Array {
    return wordsOf(this.copy);
  }

  /** Makes room for pages up to there. */
  grow(endPage: number): void {
    const copied = Math.min(endPage, COPIED_PAGES_MAX);
    if (copied * PAGE_BYTES > this.copy.length) {
      const roomier = Buffer.alloc(
        Math.min(Math.ceil(copied * 1.25) + 16, COPIED_PAGES_MAX) * PAGE_BYTES,
      );
      this.copy.copy(roomier);
      this.copy = roomier;
    }
    if (endPage - COPIED_PAGES_MAX > this.hashes.length) {
      const roomier = new BigUint64Array(Math.ceil((endPage - COPIED_PAGES_MAX) * 1.25));
      roomier.set(this.hashes);
      this.hashes = roomier;
    }
  }

  /** The page as it is in memory is the one to remember. */
  take(page: number): void {
    const memory = this.instance.bytes;
    const at = this.layout.address(page);
    if (page < COPIED_PAGES_MAX) memory.copy(this.copy, page * PAGE_BYTES, at, at + PAGE_BYTES);
    else this.hashes[page - COPIED_PAGES_MAX] = this.hashOf(memory, page);
  }

  /** The pages to remember are a base image's, which are never more than are copied. */
  takeAll(pages: Buffer, endPage: number): void {
    pages.copy(this.copy);
    this.endPage = endPage;
  }

  /** The page is zero, or beyond the copy: then it is remembered when the end moves past it. */
  takeZero(page: number): void {
    if (page < COPIED_PAGES_MAX) this.copy.fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
  }

  /** Pages that this adds were zero. */
  moveEnd(endPage: number): void {
    for (let page = Math.max(this.endPage, COPIED_PAGES_MAX); page < endPage; page++) {
      this.hashes[page - COPIED_PAGES_MAX] = ZERO_PAGE_HASH;
    }
    this.endPage = endPage;
  }

  /** Writes what a page held to `target`. False: only its hash is known. */
  copyTo(target: Buffer, targetAt: number, page: number): boolean {
    if (page >= COPIED_PAGES_MAX) return false;
    this.copy.copy(target, targetAt, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    return true;
  }

  /**
   * Pages below `end` that are not as they were, ascending.
   *
   * @param doubt  Gets those that may have been written, and of which only a hash says that they are as
   *   they were: as good as certain, but not what another session's memory may rest on.
   */
  changed(end: number, doubt: (page: number) => void): number[] {
    if (!this.touched.look()) return this.compareAll(end, doubt);
    return this.touched.takePages(end).filter((page) => {
      if (this.isChanged(page)) return true;
      if (page >= COPIED_PAGES_MAX && page < this.endPage) doubt(page);
      return false;
    });
  }

  /** Gives the copy's memory back; nothing is remembered any more. */
  release(): void {
    if (this.copy.length > 0) discard(this.copy);
  }

  private isChanged(page: number): boolean {
    const memory = this.instance.bytes;
    const at = this.layout.address(page);
    if (page >= this.endPage) return ZERO_PAGE.compare(memory, at, at + PAGE_BYTES) !== 0;
    if (page >= COPIED_PAGES_MAX) {
      return this.hashOf(memory, page) !== this.hashes[page - COPIED_PAGES_MAX];
    }
    const copyAt = page * PAGE_BYTES;
    return this.copy.compare(memory, at, at + PAGE_BYTES, copyAt, copyAt + PAGE_BYTES) !== 0;
  }

  private compareAll(end: number, doubt: (page: number) => void): number[] {
    const memory = this.instance.bytes;
    const { layout, endPage, hot } = this;
    const changed: number[] = [];
    const copied = Math.min(endPage, COPIED_PAGES_MAX);
    const split = layout.heapPage;
    // What changed last time will change again: only what lies between is compared in one go.
    let from = 0;
    for (const page of hot) {
      if (page >= copied) break;
      this.findChanged(memory, from, page, split, changed);
      this.findChanged(memory, page, page + 1, split, changed);
      from = page + 1;
    }
    this.findChanged(memory, from, copied, split, changed);
    for (let page = copied; page < end; page++) {
      if (this.isChanged(page)) changed.push(page);
      else if (page < endPage) doubt(page);
    }
    this.hot = changed;
    return changed;
  }

  /** Adds the changed pages from `from` to `to` in ascending order, halving what is not equal. */
  private findChanged(
    memory: Buffer,
    from: number,
    to: number,
    split: number,
    changed: number[],
  ): void {
    if (from >= to) return;
    if (from < split && split < to) {
      this.findChanged(memory, from, split, split, changed);
      this.findChanged(memory, split, to, split, changed);
      return;
    }
    const at = this.layout.address(from);
    const bytes = (to - from) * PAGE_BYTES;
    const copyAt = from * PAGE_BYTES;
    if (this.copy.compare(memory, at, at + bytes, copyAt, copyAt + bytes) === 0) return;
    if (to - from === 1) {
      changed.push(from);
      return;
    }
    const middle = (from + to) >> 1;
    this.findChanged(memory, from, middle, split, changed);
    this.findChanged(memory, middle, to, split, changed);
  }

  /** 64 bits, seeded with 32: a guest that guesses a collision loses a change of its own, no more. */
  private hashOf(memory: Buffer, page: number): bigint {
    const at = this.layout.address(page);
    return hashOf(memory.subarray(at, at + PAGE_BYTES));
  }
}
