import { heapWorkBytes, LARGE_MEMORY_BYTES } from "../core/heap-work.ts";
import type { BaseImage } from "./base-image.ts";
import { DeltaWriter } from "./delta-writer.ts";
import { type Engine, memoryBytesMax } from "./engines.ts";
import type { Image } from "./image.ts";
import { wordsOf } from "./incoming-image.ts";
import { Instance } from "./instance.ts";
import { type MemoryAdvice, NO_ADVICE } from "./memory-advice.ts";
import { PAGE_BYTES, PAGE_WORDS, PageLayout } from "./pages.ts";
import { COPIED_PAGES_MAX, RememberedPages } from "./remembered-pages.ts";
import { ReplacedPages } from "./replaced-pages.ts";
import { RestingImage } from "./resting-image.ts";
import { TouchedPages, type WatchWrites } from "./touched-pages.ts";
import { NO_WORD_CHANGES } from "./word-changes.ts";

/** What the system can do for a slot's memory; where it cannot, the slot does without. */
export interface SlotSystem {
  readonly advice?: MemoryAdvice;
  /** Where the system tells what was written, not everything need be compared. */
  readonly watchWrites?: WatchWrites | undefined;
  /** So many bytes are about to be taken: what is not needed any more is to go, if that is too much. */
  makeRoom?(bytes: number): void;
}

/**
 * An instance, used for one session after another: at rest there is an image in it, and the stack is
 * dead; when guest code has run over the memory, what changed is captured, or undone.
 */
export class Slot {
  private readonly layout: PageLayout;
  private readonly touched: TouchedPages;
  private readonly remembered: RememberedPages;
  private readonly image: RestingImage;
  private readonly replaced = new ReplacedPages();
  private readonly writer = new DeltaWriter();
  private readonly advice: MemoryAdvice;
  /** For so many more of its own memory, and for what is done with it. */
  private readonly makeRoom: (moreBytes: number) => void;

  private constructor(
    readonly instance: Instance,
    readonly memMb: number,
    { advice = NO_ADVICE, watchWrites, makeRoom = () => {} }: SlotSystem,
  ) {
    this.advice = advice;
    this.makeRoom = (moreBytes) => {
      const bytes = this.memoryBytes + moreBytes;
      if (bytes >= LARGE_MEMORY_BYTES) makeRoom(moreBytes + heapWorkBytes(bytes));
    };
    instance.onGrowth = this.makeRoom;
    const layout = new PageLayout(instance.engine.layout);
    this.layout = layout;
    this.touched = new TouchedPages(instance, layout, watchWrites?.());
    this.remembered = new RememberedPages(instance, layout, this.touched);
    this.image = new RestingImage(instance, layout, this.remembered, memMb, advice);
  }

  static async create(engine: Engine, memMb: number, system: SlotSystem = {}): Promise<Slot> {
    const instance = await Instance.create(engine, memoryBytesMax(engine, memMb));
    return new Slot(instance, memMb, system);
  }

  /**
   * A new slot with the base image in it. What is not written here is zero already; and most of it is
   * written before there is an instance, since the engine may still be compiling on another thread.
   */
  static async withBase(base: BaseImage, memMb: number, system: SlotSystem = {}): Promise<Slot> {
    const { engine, endPage, pages } = base;
    const layout = new PageLayout(engine.layout);
    const heapAt = layout.heapPage * PAGE_BYTES;
    const bytesMax = memoryBytesMax(engine, memMb);
    const instance = Instance.unstarted(engine, bytesMax, layout.address(endPage));
    const slot = new Slot(instance, memMb, system);
    slot.image.beginWith(base);
    pages.copy(instance.bytes, layout.address(layout.heapPage), heapAt);
    await instance.start();
    // Starting has written the engine's own static data, and the heap as far as it now believes to have one.
    const heapEnd = layout.endPage(instance.readU32(engine.layout.breakAt)) * PAGE_BYTES;
    pages.copy(instance.bytes, 0, 0, heapAt);
    pages.copy(instance.bytes, layout.address(layout.heapPage), heapAt, heapEnd);
    return slot;
  }

  /** Gives its memory back, as far as that goes without the collector; the slot is no more. */
  release(): boolean {
    this.image.clear();
    this.remembered.release();
    return this.advice.release(this.instance.bytes);
  }

  get baseImage(): BaseImage {
    return this.image.base;
  }

  /** Bytes of the heap at rest. */
  get heapBytes(): number {
    const { stackHigh } = this.instance.engine.layout;
    return (this.image.endPage - this.layout.endPage(stackHigh)) * PAGE_BYTES;
  }

  get memoryBytes(): number {
    return this.instance.memory.buffer.byteLength;
  }

  /** Bytes that `snapshot` would take. */
  get imageBytes(): number {
    return this.image.bytes;
  }

  putBase(base: BaseImage): void {
    this.put({ base, endPage: base.endPage, content: NO_WORD_CHANGES });
  }

  /** @throws VmError IMAGE_INVALID when it needs more than the memory limit */
  put(image: Image): void {
    this.image.put(image);
    this.finishPut();
  }

  /**
   * Puts an image in that comes as a chain of deltas, oldest first, each in pieces.
   * When it throws, the slot holds nothing that may run.
   *
   * @returns The host state of the last link that has one.
   * @throws VmError IMAGE_INVALID
   */
  putChain(base: BaseImage, links: Iterable<Iterable<Uint8Array>>): string {
    const state = this.image.putChain(base, links);
    this.finishPut();
    return state;
  }

  /** A copy of the image in the slot. @param room  Memory of an image that is not needed any more. */
  snapshot(room?: ArrayBufferLike): Image {
    return this.image.snapshot(room);
  }

  /**
   * What runs has ended: makes the memory as it is now the image in the slot, and tells the difference.
   *
   * @param full  Relative to the base image instead of the image before.
   * @param sink  Gets the delta in pieces.
   * @returns Milliseconds that finding the changed pages took.
   */
  capture(options: { full: boolean; state?: string }, sink: (bytes: Uint8Array) => void): number {
    const { image, remembered } = this;
    const { base, endPage: endBefore } = image;
    this.makeRoom(0);
    this.clearDeadTail();
    const end = this.currentEnd();
    const startMs = performance.now();
    const dirty = remembered.changed(end, (page) => image.doubt(page));
    const searchMs = performance.now() - startMs;
    this.replaced.keep(dirty, remembered);
    image.moveEnd(end);
    this.writer.begin({ ...options, endPage: end }, sink);
    if (options.full) {
      for (const page of dirty) image.settle(page);
      this.writeAgainstBase(base);
    } else {
      this.writeAgainstCopy(dirty, endBefore);
    }
    this.writer.end();
    return searchMs;
  }

  /**
   * Puts back the image before the last capture. False: what it replaced was not kept, and nothing
   * has changed.
   */
  stepBack(): boolean {
    const replaced = this.replaced.take();
    if (!replaced) return false;
    const { endPage, pages, bytes } = replaced;
    const memory = this.instance.bytes;
    this.image.moveEnd(endPage);
    for (let i = 0; i < pages.length; i++) {
      const page = pages[i] as number;
      if (page < endPage) {
        bytes.copy(memory, this.layout.address(page), i * PAGE_BYTES, (i + 1) * PAGE_BYTES);
        this.image.settle(page);
      } else {
        this.image.blank(page);
      }
    }
    this.clearDead();
    return true;
  }

  /** The image in the slot again. False: it cannot be restored from here, drop the slot. */
  rollBack(): boolean {
    const { image, remembered } = this;
    const memory = this.instance.bytes;
    for (const page of remembered.changed(this.currentEnd(), (page) => image.doubt(page))) {
      const at = this.layout.address(page);
      if (page >= remembered.endPage) memory.fill(0, at, at + PAGE_BYTES);
      else if (!remembered.copyTo(memory, at, page)) return false;
    }
    this.clearDead();
    return true;
  }

  /** The image stays, for another session: of what ran in it last nothing is left. */
  clearDead(): void {
    this.touched.clearDead(this.image.endPage);
  }

  private finishPut(): void {
    this.replaced.forget();
    this.clearDead();
  }

  /** Where the heap ends by the guest's own account, which may be wrong: bounded by what there is. */
  private currentEnd(): number {
    const heapEnd = this.instance.readU32(this.instance.engine.layout.breakAt);
    const end = this.layout.endPage(Math.min(heapEnd, this.memoryBytes));
    return Math.max(end, this.image.endPage);
  }

  private clearDeadTail(): void {
    const { from, to } = this.layout.deadTail;
    this.instance.bytes.fill(0, from, to);
  }

  private writeAgainstCopy(dirty: readonly number[], endBefore: number): void {
    const now = new Uint32Array(this.instance.memory.buffer);
    const copied = this.remembered.copiedWords;
    for (const page of dirty) {
      const at = this.layout.address(page) >> 2;
      const known = page < endBefore && page < COPIED_PAGES_MAX;
      this.writer.add(page, now, at, known ? copied : undefined, page * PAGE_WORDS);
      this.image.settle(page);
    }
  }

  private writeAgainstBase(base: BaseImage): void {
    const now = new Uint32Array(this.instance.memory.buffer);
    const basePages = wordsOf(base.pages);
    for (const page of this.image.differing) {
      const at = this.layout.address(page) >> 2;
      const known = page < base.endPage;
      this.writer.add(page, now, at, known ? basePages : undefined, page * PAGE_WORDS);
    }
  }
}
