import { VmError } from "../core/errors.ts";
import type { BaseImage } from "./base-image.ts";
import { type DeltaHeader, DeltaReader, type DeltaTarget, DeltaWriter } from "./delta.ts";
import { type Engine, memoryBytesMax } from "./engines.ts";
import { Instance } from "./instance.ts";
import { PAGE_BYTES, PageLayout } from "./pages.ts";

/** A state that can be put into a slot: the pages that differ from the base image. */
export interface Image {
  readonly base: BaseImage;
  readonly state: string;
  readonly endPage: number;
  readonly pages: Uint32Array;
  /** The pages, in that order. */
  readonly bytes: Buffer;
}

/**
 * Of this many pages a slot keeps a copy, to find what changed and to put it back; of those above
 * only hashes. With a copy of everything a worker would need twice its memory limit.
 */
const COPIED_PAGES_MAX = (16 * 1024 * 1024) / PAGE_BYTES;

/** What a stack may really have used: the engine is told to stop at half of it. */
const STACK_SWEPT_BYTES = 1024 * 1024;

/** Compared at once before looking at single pages. */
const STRIDE_PAGES = 16;

const ZEROS = Buffer.alloc(64 * 1024);
const ZERO_PAGE_HASH = Bun.hash.xxHash3(ZEROS.subarray(0, PAGE_BYTES));
const WORDS = PAGE_BYTES / 4;

/**
 * An instance and what is in it at rest, used for one session after another.
 *
 * At rest the memory holds an image: the pages that `differs` marks differ from the base image, those
 * from `endPage` on are zero, the stack is dead. `copy` and `hashes` remember the image while guest
 * code runs over the memory; then the slot captures what changed, or rolls back to it.
 */
export class Slot {
  readonly instance: Instance;
  private readonly layout: PageLayout;
  private readonly pagesMax: number;
  private base: BaseImage | undefined;
  private endPage = 0;
  private differs = new Uint8Array(0);
  private copy = Buffer.alloc(0);
  private hashes = new BigUint64Array(0);
  private readonly writer = new DeltaWriter();

  private constructor(
    instance: Instance,
    readonly memMb: number,
  ) {
    this.instance = instance;
    this.layout = new PageLayout(instance.engine.layout);
    this.pagesMax = this.layout.endPage(instance.bytesMax);
  }

  static async create(engine: Engine, memMb: number): Promise<Slot> {
    return new Slot(await Instance.create(engine, memoryBytesMax(engine, memMb)), memMb);
  }

  /** Bytes of the heap at rest. */
  get heapBytes(): number {
    return (this.endPage - this.layout.endPage(this.instance.engine.layout.stackHigh)) * PAGE_BYTES;
  }

  get memoryBytes(): number {
    return this.instance.memory.buffer.byteLength;
  }

  /** Bytes that `snapshot` would take. */
  get imageBytes(): number {
    let pages = 0;
    for (let page = 0; page < this.endPage; page++) pages += this.differs[page] as number;
    return pages * PAGE_BYTES;
  }

  putBase(base: BaseImage): void {
    this.put({ base, state: "", endPage: base.endPage, pages: NO_PAGES, bytes: NO_BYTES });
  }

  /** @throws VmError IMAGE_INVALID when it needs more than the memory limit */
  put(image: Image): void {
    this.resize(image.endPage);
    this.returnToBase(image.base, new Set(image.pages));
    const memory = this.instance.bytes;
    for (let i = 0; i < image.pages.length; i++) {
      const page = image.pages[i] as number;
      image.bytes.copy(memory, this.layout.address(page), i * PAGE_BYTES, (i + 1) * PAGE_BYTES);
      this.settle(page);
    }
    this.finishPut(image.endPage);
  }

  /**
   * Puts an image in that comes as a chain of deltas, oldest first, each in pieces.
   * When it throws, the slot holds nothing that may run.
   *
   * @returns The host state of the last link that has one.
   * @throws VmError IMAGE_INVALID
   */
  putChain(base: BaseImage, links: Iterable<Iterable<Uint8Array>>): string {
    this.resize(base.endPage);
    this.returnToBase(base, new Set());
    const incoming = new Incoming(this.instance, this.layout, this.pagesMax, base.endPage);
    for (const pieces of links) {
      const reader = new DeltaReader(incoming);
      for (const piece of pieces) reader.push(piece);
      reader.end();
    }
    this.resize(incoming.endPage);
    for (const page of incoming.touched) this.settle(page);
    this.finishPut(incoming.endPage);
    return incoming.state;
  }

  /** A copy of the image in the slot. */
  snapshot(state: string): Image {
    const pages: number[] = [];
    for (let page = 0; page < this.endPage; page++) if (this.differs[page]) pages.push(page);
    const bytes = Buffer.allocUnsafe(pages.length * PAGE_BYTES);
    const memory = this.instance.bytes;
    for (let i = 0; i < pages.length; i++) {
      const from = this.layout.address(pages[i] as number);
      memory.copy(bytes, i * PAGE_BYTES, from, from + PAGE_BYTES);
    }
    return {
      base: this.baseImage,
      state,
      endPage: this.endPage,
      pages: Uint32Array.from(pages),
      bytes,
    };
  }

  /**
   * What runs has ended: makes the memory as it is now the image in the slot, and tells the difference.
   *
   * @param full  Relative to the base image instead of the image before.
   * @param sink  Gets the delta in pieces.
   */
  capture(options: { full: boolean; state?: string }, sink: (bytes: Uint8Array) => void): void {
    const base = this.baseImage;
    this.clearDeadTail();
    const end = this.currentEnd();
    const dirty = this.changedPages(end);
    const before = this.endPage;
    this.growTables(end);
    for (let page = Math.max(before, COPIED_PAGES_MAX); page < end; page++) {
      this.hashes[page - COPIED_PAGES_MAX] = ZERO_PAGE_HASH;
    }
    this.endPage = end;
    this.writer.begin({ ...options, endPage: end }, sink);
    if (options.full) {
      for (const page of dirty) this.settle(page);
      this.writeAgainstBase(base);
    } else {
      this.writeAgainstCopy(dirty, before);
    }
    this.writer.end();
  }

  /** The image in the slot again. False: it cannot be restored from here, drop the slot. */
  rollBack(): boolean {
    const end = this.currentEnd();
    const memory = this.instance.bytes;
    for (const page of this.changedPages(end)) {
      const at = this.layout.address(page);
      if (page >= this.endPage) memory.fill(0, at, at + PAGE_BYTES);
      else if (page >= COPIED_PAGES_MAX) return false;
      else this.copy.copy(memory, at, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    }
    this.clearBeyond(this.endPage);
    this.sweepStack();
    return true;
  }

  /** Bytes that the dead stack left, so that no later guest finds them. */
  sweepStack(): void {
    const { to } = this.layout.stack;
    this.instance.bytes.fill(0, to - STACK_SWEPT_BYTES, to);
  }

  get baseImage(): BaseImage {
    if (!this.base) throw new Error("the slot is empty");
    return this.base;
  }

  /** Where the heap ends by the guest's own account, which may be wrong: bounded by what there is. */
  private currentEnd(): number {
    const heapEnd = this.instance.readU32(this.instance.engine.layout.breakAt);
    const end = this.layout.endPage(Math.min(heapEnd, this.memoryBytes));
    return Math.max(end, this.endPage);
  }

  private changedPages(end: number): number[] {
    const memory = this.instance.bytes;
    const { layout, copy, endPage } = this;
    const changed: number[] = [];
    const copied = Math.min(endPage, COPIED_PAGES_MAX);
    let page = 0;
    while (page < copied) {
      const at = layout.address(page);
      const stride = Math.min(STRIDE_PAGES, copied - page);
      const last = page + stride - 1;
      const from = page * PAGE_BYTES;
      if (
        layout.address(last) === at + (stride - 1) * PAGE_BYTES &&
        copy.compare(memory, at, at + stride * PAGE_BYTES, from, from + stride * PAGE_BYTES) === 0
      ) {
        page += stride;
        continue;
      }
      for (; page <= last; page++) {
        const pageAt = layout.address(page);
        const copyAt = page * PAGE_BYTES;
        if (copy.compare(memory, pageAt, pageAt + PAGE_BYTES, copyAt, copyAt + PAGE_BYTES) !== 0) {
          changed.push(page);
        }
      }
    }
    for (; page < endPage; page++) {
      if (this.hashOf(memory, page) !== this.hashes[page - COPIED_PAGES_MAX]) changed.push(page);
    }
    for (; page < end; page++) {
      const at = layout.address(page);
      if (ZEROS.compare(memory, at, at + PAGE_BYTES, 0, PAGE_BYTES) !== 0) changed.push(page);
    }
    return changed;
  }

  private writeAgainstCopy(dirty: readonly number[], endBefore: number): void {
    const now = new Uint32Array(this.instance.memory.buffer);
    const copied = wordsOf(this.copy);
    for (const page of dirty) {
      const at = this.layout.address(page) >> 2;
      const known = page < endBefore && page < COPIED_PAGES_MAX;
      this.writer.add(page, now, at, known ? copied : undefined, page * WORDS);
      this.settle(page);
    }
  }

  private writeAgainstBase(base: BaseImage): void {
    const now = new Uint32Array(this.instance.memory.buffer);
    const basePages = wordsOf(base.pages);
    for (let page = 0; page < this.endPage; page++) {
      if (!this.differs[page]) continue;
      const known = page < base.endPage;
      this.writer.add(
        page,
        now,
        this.layout.address(page) >> 2,
        known ? basePages : undefined,
        page * WORDS,
      );
    }
  }

  /** Every page that differs from `base` and is not about to be written becomes the base's. */
  private returnToBase(base: BaseImage, except: ReadonlySet<number>): void {
    const memory = this.instance.bytes;
    const anew = this.base !== base;
    const end = Math.max(this.endPage, base.endPage);
    for (let page = 0; page < end; page++) {
      if (!(anew || this.differs[page])) continue;
      this.differs[page] = 0;
      if (except.has(page)) continue;
      const at = this.layout.address(page);
      if (page < base.endPage) {
        base.pages.copy(memory, at, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
        base.pages.copy(this.copy, page * PAGE_BYTES, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
      } else {
        memory.fill(0, at, at + PAGE_BYTES);
        if (page < COPIED_PAGES_MAX) this.copy.fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
      }
    }
    this.base = base;
  }

  private finishPut(endPage: number): void {
    this.endPage = endPage;
    for (let page = COPIED_PAGES_MAX; page < endPage; page++) {
      if (!this.differs[page])
        this.hashes[page - COPIED_PAGES_MAX] = this.hashOf(this.instance.bytes, page);
    }
    this.clearBeyond(endPage);
    this.sweepStack();
  }

  /** The page as it is in memory is the image's: remember it. */
  private settle(page: number): void {
    const memory = this.instance.bytes;
    this.differs[page] = 1;
    const at = this.layout.address(page);
    if (page < COPIED_PAGES_MAX) memory.copy(this.copy, page * PAGE_BYTES, at, at + PAGE_BYTES);
    else this.hashes[page - COPIED_PAGES_MAX] = this.hashOf(memory, page);
  }

  /** 64 bits: a guest that searches for a collision loses a change of its own. */
  private hashOf(memory: Buffer, page: number): bigint {
    const at = this.layout.address(page);
    return Bun.hash.xxHash3(memory.subarray(at, at + PAGE_BYTES));
  }

  private resize(endPage: number): void {
    if (endPage > this.pagesMax) throw tooLarge(this.memMb);
    this.instance.growTo(this.layout.address(endPage));
    this.growTables(endPage);
  }

  private growTables(endPage: number): void {
    if (endPage > this.differs.length) {
      const roomier = new Uint8Array(Math.ceil(endPage * 1.25) + 64);
      roomier.set(this.differs);
      this.differs = roomier;
    }
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

  private clearDeadTail(): void {
    const { from, to } = this.layout.deadTail;
    this.instance.bytes.fill(0, from, to);
  }

  /** The allocator takes memory beyond the heap's end for zero, and so must every next guest. */
  private clearBeyond(endPage: number): void {
    const memory = this.instance.bytes;
    for (let at = this.layout.address(endPage); at < memory.length; at += ZEROS.length) {
      const to = Math.min(at + ZEROS.length, memory.length);
      if (ZEROS.compare(memory, at, to, 0, to - at) !== 0) memory.fill(0, at, to);
    }
  }
}

/** Writes a chain's pages into the memory, bounded, and remembers which. */
class Incoming implements DeltaTarget {
  readonly touched = new Set<number>();
  state = "";

  constructor(
    private readonly instance: Instance,
    private readonly layout: PageLayout,
    private readonly pagesMax: number,
    public endPage: number,
  ) {}

  header(header: DeltaHeader): void {
    if (header.endPage < this.endPage || header.endPage > this.pagesMax) throw tooLarge(0);
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
    if (page >= this.endPage)
      throw new VmError("IMAGE_INVALID", {
        message: "The session's image cannot be read: a page is out of bounds",
      });
    this.touched.add(page);
  }
}

const NO_PAGES = new Uint32Array(0);
const NO_BYTES = Buffer.alloc(0);

const wordsOf = (bytes: Buffer) =>
  new Uint32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length >> 2);

const tooLarge = (memMb: number) =>
  new VmError("IMAGE_INVALID", {
    message: `The session's image does not fit its memory limit${memMb ? ` of ${memMb} MiB` : ""}`,
  });
