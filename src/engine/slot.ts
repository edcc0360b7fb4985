import type { BaseImage } from "./base-image.ts";
import { discard } from "./compress.ts";
import { DeltaReader, DeltaWriter } from "./delta.ts";
import { type Engine, memoryBytesMax } from "./engines.ts";
import {
  type Image,
  type PageCopies,
  roomForPages,
  WORD_CHANGES_MAX,
  type WordChanges,
} from "./image.ts";
import { CHUNK_WORDS, IncomingImage, imageTooLarge, wordsOf } from "./incoming-image.ts";
import { Instance } from "./instance.ts";
import { type MemoryAdvice, NO_ADVICE } from "./memory-advice.ts";
import { PAGE_BYTES, PageLayout } from "./pages.ts";
import { TouchedPages, type WatchWrites, type WrittenPages } from "./touched-pages.ts";

/** What the system can do for a slot's memory; where it cannot, the slot does without. */
export interface SlotSystem {
  readonly advice?: MemoryAdvice;
  /** Where the system tells what was written, not everything need be compared. */
  readonly watchWrites?: WatchWrites | undefined;
}

/**
 * Of this many pages a slot keeps a copy, to find what changed and to put it back; of those above
 * only hashes. With a copy of everything a worker would need twice its memory limit.
 */
const COPIED_PAGES_MAX = (8 * 1024 * 1024) / PAGE_BYTES;

/** Pages kept of what an execution replaced: an ordinary one changes far fewer. */
const REPLACED_PAGES_MAX = 128;

/** What pages held before the last capture. */
interface Replaced {
  readonly endPage: number;
  readonly pages: readonly number[];
  readonly bytes: Buffer;
}

const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);
const ZERO_PAGE_HASH = Bun.hash.xxHash3(ZERO_PAGE);
const WORDS = PAGE_BYTES / 4;
const ZERO_WORDS = new Uint32Array(WORDS);
const WORD_BITS = Math.log2(WORDS);

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
  /** Pages that are about to be written; all 0 but for that moment. */
  private coming = new Uint8Array(0);
  private copy: Buffer<ArrayBuffer> = Buffer.alloc(0);
  private hashes = new BigUint64Array(0);
  /** Pages that had changed when it was looked last, ascending. */
  private hot: readonly number[] = [];
  /** How the image in the slot differs from the base image, where a snapshot has found out. */
  private changes: WordChanges | undefined;
  private replaced: Replaced | undefined;
  private replacedBytes: Buffer | undefined;
  private readonly writer = new DeltaWriter();
  private readonly touched: TouchedPages;

  private constructor(
    instance: Instance,
    readonly memMb: number,
    private readonly advice: MemoryAdvice,
    writes: WrittenPages | undefined,
  ) {
    this.instance = instance;
    this.layout = new PageLayout(instance.engine.layout);
    this.pagesMax = this.layout.endPage(instance.bytesMax);
    this.touched = new TouchedPages(instance, this.layout, writes);
  }

  static async create(engine: Engine, memMb: number, system: SlotSystem = {}): Promise<Slot> {
    const instance = await Instance.create(engine, memoryBytesMax(engine, memMb));
    return new Slot(instance, memMb, system.advice ?? NO_ADVICE, system.watchWrites?.());
  }

  /** Gives its memory back, as far as that goes without the collector; the slot is no more. */
  release(): boolean {
    this.base = undefined;
    if (this.copy.length > 0) discard(this.copy);
    return this.advice.release(this.instance.bytes);
  }

  /**
   * A new slot with the base image in it. What is not written here is zero already; and most of it is
   * written before there is an instance, since the engine may still be compiling on another thread.
   */
  static async withBase(
    base: BaseImage,
    memMb: number,
    { advice = NO_ADVICE, watchWrites }: SlotSystem = {},
  ): Promise<Slot> {
    const { engine, endPage, pages } = base;
    const layout = new PageLayout(engine.layout);
    const heapAt = layout.heapPage * PAGE_BYTES;
    const bytesMax = memoryBytesMax(engine, memMb);
    const instance = Instance.unstarted(engine, bytesMax, layout.address(endPage));
    const slot = new Slot(instance, memMb, advice, watchWrites?.());
    slot.growTables(endPage);
    pages.copy(slot.copy);
    pages.copy(instance.bytes, layout.address(layout.heapPage), heapAt);
    await instance.start();
    // Starting has written the engine's own static data, and the heap as far as it now believes to have one.
    const heapEnd = layout.endPage(instance.readU32(engine.layout.breakAt)) * PAGE_BYTES;
    pages.copy(instance.bytes, 0, 0, heapAt);
    pages.copy(instance.bytes, layout.address(layout.heapPage), heapAt, heapEnd);
    slot.base = base;
    slot.endPage = endPage;
    return slot;
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
    this.put({ base, endPage: base.endPage, content: NO_CHANGES });
  }

  /** @throws VmError IMAGE_INVALID when it needs more than the memory limit */
  put(image: Image): void {
    this.resize(image.endPage);
    const { content } = image;
    if (content.kind === "pages") this.putPages(image.base, content);
    else this.putWords(image.base, content);
    this.finishPut(image.endPage);
  }

  private putPages(base: BaseImage, { pages, bytes }: PageCopies): void {
    for (const page of pages) this.coming[page] = 1;
    this.returnToBase(base);
    const memory = this.instance.bytes;
    for (let i = 0; i < pages.length; i++) {
      const page = pages[i] as number;
      this.coming[page] = 0;
      bytes.copy(memory, this.layout.address(page), i * PAGE_BYTES, (i + 1) * PAGE_BYTES);
      this.settle(page);
    }
  }

  private putWords(base: BaseImage, { places, words }: WordChanges): void {
    this.returnToBase(base);
    const now = new Uint32Array(this.instance.memory.buffer);
    const copied = wordsOf(this.copy);
    let uncopied = -1;
    for (let i = 0; i < places.length; i++) {
      const place = places[i] as number;
      const page = place >>> WORD_BITS;
      const word = words[i] as number;
      now[(this.layout.address(page) >> 2) + (place & (WORDS - 1))] = word;
      this.differs[page] = 1;
      if (page < COPIED_PAGES_MAX) copied[place] = word;
      else if (page !== uncopied) {
        if (uncopied >= 0) this.settle(uncopied);
        uncopied = page;
      }
    }
    if (uncopied >= 0) this.settle(uncopied);
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
    this.returnToBase(base);
    const incoming = new IncomingImage(
      this.instance,
      this.layout,
      this.pagesMax,
      base.endPage,
      this.advice,
    );
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

  /** A copy of the image in the slot. @param room  Memory of an image that is not needed any more. */
  snapshot(room?: ArrayBufferLike): Image {
    const pages: number[] = [];
    for (let page = 0; page < this.endPage; page++) if (this.differs[page]) pages.push(page);
    const content = this.changedWords(pages) ?? this.copyOf(pages, room);
    this.changes = content.kind === "words" ? content : undefined;
    return { base: this.baseImage, endPage: this.endPage, content };
  }

  /** Undefined: there are too many. */
  private changedWords(pages: readonly number[]): WordChanges | undefined {
    const base = this.baseImage;
    const now = new Uint32Array(this.instance.memory.buffer);
    const memory = this.instance.bytes;
    const before = wordsOf(base.pages);
    let count = 0;
    for (const page of pages) {
      const at = this.layout.address(page) >> 2;
      const first = page << WORD_BITS;
      const isBase = page < base.endPage;
      const was = isBase ? before : ZERO_WORDS;
      const wasBytes = isBase ? base.pages : ZERO_PAGE;
      const wasAt = isBase ? first : 0;
      for (let from = 0; from < WORDS; from += CHUNK_WORDS) {
        const to = from + CHUNK_WORDS;
        const [a, b] = [(wasAt + from) * 4, (at + from) * 4];
        if (wasBytes.compare(memory, b, b + CHUNK_WORDS * 4, a, a + CHUNK_WORDS * 4) === 0)
          continue;
        for (let i = from; i < to; i++) {
          // Not compared as they are: unsigned numbers would become doubles first.
          if (((now[at + i] as number) ^ (was[wasAt + i] as number)) === 0) continue;
          if (count === WORD_CHANGES_MAX) return undefined;
          foundPlaces[count] = first + i;
          foundWords[count++] = now[at + i] as number;
        }
      }
    }
    return {
      kind: "words",
      places: foundPlaces.slice(0, count),
      words: foundWords.slice(0, count),
    };
  }

  private copyOf(pages: readonly number[], room: ArrayBufferLike | undefined): PageCopies {
    const bytes = roomForPages(pages.length, room);
    const memory = this.instance.bytes;
    for (let i = 0; i < pages.length; i++) {
      const from = this.layout.address(pages[i] as number);
      memory.copy(bytes, i * PAGE_BYTES, from, from + PAGE_BYTES);
    }
    return { kind: "pages", pages: Uint32Array.from(pages), bytes };
  }

  /**
   * What runs has ended: makes the memory as it is now the image in the slot, and tells the difference.
   *
   * @param full  Relative to the base image instead of the image before.
   * @param sink  Gets the delta in pieces.
   * @returns Milliseconds that finding the changed pages took.
   */
  capture(options: { full: boolean; state?: string }, sink: (bytes: Uint8Array) => void): number {
    const base = this.baseImage;
    this.changes = undefined;
    this.clearDeadTail();
    const end = this.currentEnd();
    const startMs = performance.now();
    const dirty = this.changedPages(end);
    const searchMs = performance.now() - startMs;
    const before = this.endPage;
    this.growTables(end);
    this.replaced = this.remember(dirty);
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
    return searchMs;
  }

  /**
   * Puts back the image before the last capture. False: what it replaced was not kept, and nothing
   * has changed.
   */
  stepBack(): boolean {
    const { replaced } = this;
    if (!replaced) return false;
    this.replaced = undefined;
    this.changes = undefined;
    const memory = this.instance.bytes;
    for (let i = 0; i < replaced.pages.length; i++) {
      const page = replaced.pages[i] as number;
      const at = this.layout.address(page);
      if (page < replaced.endPage) {
        replaced.bytes.copy(memory, at, i * PAGE_BYTES, (i + 1) * PAGE_BYTES);
        this.settle(page);
      } else {
        memory.fill(0, at, at + PAGE_BYTES);
        if (page < COPIED_PAGES_MAX) this.copy.fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
        this.differs[page] = 0;
      }
    }
    this.endPage = replaced.endPage;
    this.touched.clearDead(this.endPage);
    return true;
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
    this.touched.clearDead(this.endPage);
    return true;
  }

  /** The image stays, for another session: of what ran in it last nothing is left. */
  clearDead(): void {
    this.touched.clearDead(this.endPage);
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

  /** Ascending. */
  private changedPages(end: number): number[] {
    if (!this.touched.look()) return this.compareAll(end);
    return this.touched.takePages(end).filter((page) => this.isChanged(page));
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

  private compareAll(end: number): number[] {
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
    for (let page = copied; page < end; page++) if (this.isChanged(page)) changed.push(page);
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

  /** What these pages held before; undefined: too many, or some whose content was not kept. */
  private remember(dirty: readonly number[]): Replaced | undefined {
    if (dirty.length > REPLACED_PAGES_MAX) return undefined;
    this.replacedBytes ??= Buffer.allocUnsafeSlow(REPLACED_PAGES_MAX * PAGE_BYTES);
    const bytes = this.replacedBytes;
    for (const [i, page] of dirty.entries()) {
      if (page >= this.endPage) continue;
      if (page >= COPIED_PAGES_MAX) return undefined;
      this.copy.copy(bytes, i * PAGE_BYTES, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    }
    return { endPage: this.endPage, pages: dirty, bytes };
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

  /** Every page that differs from `base` and is not `coming` becomes the base's. */
  private returnToBase(base: BaseImage): void {
    const { changes } = this;
    this.changes = undefined;
    if (changes && base === this.base && this.endPage <= COPIED_PAGES_MAX) {
      this.undoWords(base, changes);
      return;
    }
    const memory = this.instance.bytes;
    const anew = this.base !== base;
    const end = Math.max(this.endPage, base.endPage);
    for (let page = 0; page < end; page++) {
      if (!(anew || this.differs[page])) continue;
      this.differs[page] = 0;
      if (this.coming[page]) continue;
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

  private undoWords(base: BaseImage, { places }: WordChanges): void {
    const now = new Uint32Array(this.instance.memory.buffer);
    const copied = wordsOf(this.copy);
    const before = wordsOf(base.pages);
    for (let i = 0; i < places.length; i++) {
      const place = places[i] as number;
      const page = place >>> WORD_BITS;
      const word = place < before.length ? (before[place] as number) : 0;
      now[(this.layout.address(page) >> 2) + (place & (WORDS - 1))] = word;
      copied[place] = word;
    }
    this.differs.fill(0, 0, this.endPage);
  }

  private finishPut(endPage: number): void {
    this.replaced = undefined;
    this.endPage = endPage;
    for (let page = COPIED_PAGES_MAX; page < endPage; page++) {
      if (!this.differs[page])
        this.hashes[page - COPIED_PAGES_MAX] = this.hashOf(this.instance.bytes, page);
    }
    this.touched.clearDead(endPage);
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
    if (endPage > this.pagesMax) throw imageTooLarge(this.memMb);
    this.instance.growTo(this.layout.address(endPage));
    this.growTables(endPage);
  }

  private growTables(endPage: number): void {
    if (endPage > this.differs.length) {
      const roomier = new Uint8Array(Math.ceil(endPage * 1.25) + 64);
      roomier.set(this.differs);
      this.differs = roomier;
      this.coming = new Uint8Array(roomier.length);
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
}

const foundPlaces = new Uint32Array(WORD_CHANGES_MAX);
const foundWords = new Uint32Array(WORD_CHANGES_MAX);

const NO_CHANGES: WordChanges = {
  kind: "words",
  places: new Uint32Array(0),
  words: new Uint32Array(0),
};
