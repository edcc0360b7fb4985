import { VmError } from "../core/errors.ts";
import type { DeltaHeader } from "./delta-format.ts";
import type { DeltaTarget } from "./delta-reader.ts";
import type { Instance } from "./instance.ts";
import type { MemoryAdvice } from "./memory-advice.ts";
import { PAGE_WORDS, type PageLayout } from "./pages.ts";

/**
 * Most of a page did not change. Parts of this length are looked at as a whole first, by native code:
 * word by word, in a process that is cold, they are what a session's first execution waits for.
 */
const CHUNK_WORDS = 64;
const ZEROS = Buffer.alloc(CHUNK_WORDS * 4);

/** Of a large image, so many pages are made ready at a time: an image may be less than it claims. */
const AHEAD_PAGES = 256;

/** Whole pages in a row from which on an image is large; an ordinary session has far fewer. */
const ROW_PAGES_MIN = 64;

/** Writes a chain's pages into the memory, bounded, and remembers which. */
export class IncomingImage implements DeltaTarget {
  readonly touched = new Set<number>();
  state = "";
  /** Whole pages that came one after another, up to `rowEnd`. */
  private row = 0;
  private rowEnd = 0;
  private readyEnd = 0;

  constructor(
    private readonly instance: Instance,
    private readonly layout: PageLayout,
    private readonly pagesMax: number,
    public endPage: number,
    private readonly advice: MemoryAdvice,
  ) {}

  header(header: DeltaHeader): void {
    if (header.endPage < this.endPage || header.endPage > this.pagesMax) throw imageTooLarge();
    this.endPage = header.endPage;
    if (header.state !== undefined) this.state = header.state;
    this.instance.growTo(this.layout.address(header.endPage));
  }

  setPage(page: number, bytes: Buffer): void {
    this.check(page);
    this.makeReady(page);
    bytes.copy(this.instance.bytes, this.layout.address(page));
  }

  xorPage(page: number, bytes: Buffer): void {
    this.check(page);
    const memory = new Uint32Array(
      this.instance.memory.buffer,
      this.layout.address(page),
      PAGE_WORDS,
    );
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
    const change = wordsOf(aligned);
    for (let from = 0; from < PAGE_WORDS; from += CHUNK_WORDS) {
      const to = from + CHUNK_WORDS;
      if (ZEROS.compare(aligned, from * 4, to * 4) === 0) continue;
      for (let i = from; i < to; i++) memory[i] = (memory[i] as number) ^ (change[i] as number);
    }
  }

  private makeReady(page: number): void {
    this.row = page === this.rowEnd ? this.row + 1 : 0;
    this.rowEnd = page + 1;
    if (this.row < ROW_PAGES_MIN || page < this.readyEnd) return;
    this.readyEnd = Math.min(page + AHEAD_PAGES, this.endPage);
    const { instance, layout } = this;
    this.advice.populate(
      instance.bytes.subarray(layout.address(page), layout.address(this.readyEnd)),
    );
  }

  private check(page: number): void {
    if (page >= this.endPage) {
      throw new VmError("IMAGE_INVALID", {
        message: "The session's image cannot be read: a page is out of bounds",
      });
    }
    this.touched.add(page);
  }
}

export const imageTooLarge = (memMb?: number) =>
  new VmError("IMAGE_INVALID", {
    message: `The session's image does not fit its memory limit${memMb ? ` of ${memMb} MiB` : ""}`,
  });

export const wordsOf = (bytes: Buffer) =>
  new Uint32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length >> 2);
