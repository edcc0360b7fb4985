import { VmError } from "../core/errors.ts";
import type { DeltaHeader, DeltaTarget } from "./delta.ts";
import type { Instance } from "./instance.ts";
import { PAGE_BYTES, type PageLayout } from "./pages.ts";

const WORDS = PAGE_BYTES / 4;

/** Writes a chain's pages into the memory, bounded, and remembers which. */
export class IncomingImage implements DeltaTarget {
  readonly touched = new Set<number>();
  state = "";

  constructor(
    private readonly instance: Instance,
    private readonly layout: PageLayout,
    private readonly pagesMax: number,
    public endPage: number,
  ) {}

  header(header: DeltaHeader): void {
    if (header.endPage < this.endPage || header.endPage > this.pagesMax) throw imageTooLarge();
    this.endPage = header.endPage;
    if (header.state !== undefined) this.state = header.state;
    this.instance.growTo(this.layout.address(header.endPage));
  }

  setPage(page: number, bytes: Buffer): void {
    this.check(page);
    bytes.copy(this.instance.bytes, this.layout.address(page));
  }

  xorPage(page: number, bytes: Buffer): void {
    this.check(page);
    const memory = new Uint32Array(this.instance.memory.buffer, this.layout.address(page), WORDS);
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
    const change = wordsOf(aligned);
    for (let i = 0; i < WORDS; i++) memory[i] = (memory[i] as number) ^ (change[i] as number);
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
