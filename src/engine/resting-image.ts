import type { BaseImage } from "./base-image.ts";
import { DeltaReader } from "./delta-reader.ts";
import { type Image, type PageCopies, roomForPages, type WordChanges } from "./image.ts";
import { IncomingImage, imageTooLarge, wordsOf } from "./incoming-image.ts";
import type { Instance } from "./instance.ts";
import type { MemoryAdvice } from "./memory-advice.ts";
import { PAGE_BYTES, PAGE_WORDS, type PageLayout } from "./pages.ts";
import { COPIED_PAGES_MAX, type RememberedPages } from "./remembered-pages.ts";
import { changedWords, NO_WORD_CHANGES, PLACE_BITS } from "./word-changes.ts";

/** More than any. */
const NO_PLACE = 2 ** 31 - 1;

/**
 * The image that an instance's memory holds at rest, as what differs from a base image; one image
 * after another is put in, at the cost of what differs between them.
 *
 * The pages that `differs` marks differ from the base image, those from `endPage` on are zero. What
 * is written here is remembered as well, so that a run's changes to it can be found.
 */
export class RestingImage {
  private current: BaseImage | undefined;
  private differs = new Uint8Array(0);
  /** Pages that are about to be written; all 0 but for that moment. */
  private coming = new Uint8Array(0);
  /** How it differed from the base image when that was looked at last; undefined: in too many words. */
  private changes: WordChanges | undefined = NO_WORD_CHANGES;
  /** Pages that have changed since, where there are any. */
  private news = new Uint8Array(0);
  private hasNews = false;
  private readonly pagesMax: number;

  constructor(
    private readonly instance: Instance,
    private readonly layout: PageLayout,
    private readonly remembered: RememberedPages,
    private readonly memMb: number,
    private readonly advice: MemoryAdvice,
  ) {
    this.pagesMax = layout.endPage(instance.bytesMax);
  }

  get base(): BaseImage {
    if (!this.current) throw new Error("the slot is empty");
    return this.current;
  }

  get endPage(): number {
    return this.remembered.endPage;
  }

  /** Bytes that `snapshot` would take. */
  get bytes(): number {
    const { endPage } = this;
    let pages = 0;
    for (let page = 0; page < endPage; page++) pages += this.differs[page] as number;
    return pages * PAGE_BYTES;
  }

  /** Pages that differ from the base image's, ascending. */
  get differing(): number[] {
    const { endPage } = this;
    const pages: number[] = [];
    for (let page = 0; page < endPage; page++) if (this.differs[page]) pages.push(page);
    return pages;
  }

  /** There is none any more. */
  clear(): void {
    this.current = undefined;
  }

  /** The caller writes the base image to a memory that is new. */
  beginWith(base: BaseImage): void {
    this.grow(base.endPage);
    this.remembered.takeAll(base.pages, base.endPage);
    this.current = base;
  }

  /** @throws VmError IMAGE_INVALID when it needs more than the memory limit */
  put(image: Image): void {
    this.resize(image.endPage);
    const { content } = image;
    if (content.kind === "pages") this.putPages(image.base, content);
    else this.putWords(image.base, content);
    this.finishPut(image.endPage);
  }

  /**
   * Puts an image in that comes as a chain of deltas, oldest first, each in pieces.
   * When it throws, the memory holds nothing that may run.
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

  /** A copy of it. @param room  Memory of an image that is not needed any more. */
  snapshot(room?: ArrayBufferLike): Image {
    const { base, endPage, differing, instance, layout, news } = this;
    if (this.hasNews || !this.changes) {
      this.changes = changedWords(instance, layout, base, differing, this.changes, news);
      this.forgetNews();
    }
    return { base, endPage, content: this.changes ?? this.copyOf(differing, room) };
  }

  /** It is about to change, page by page, and to end there; pages that this adds are zero so far. */
  moveEnd(endPage: number): void {
    this.grow(endPage);
    this.remembered.moveEnd(endPage);
  }

  /** The page as it is in memory is the image's. */
  settle(page: number): void {
    this.differs[page] = 1;
    this.isNews(page);
    this.remembered.take(page);
  }

  /** The page may not be what it is taken for: it is made anew for whatever image comes next. */
  doubt(page: number): void {
    this.differs[page] = 1;
  }

  /** The page is none of the image's any more, and zero. */
  blank(page: number): void {
    const at = this.layout.address(page);
    this.instance.bytes.fill(0, at, at + PAGE_BYTES);
    this.remembered.takeZero(page);
    this.differs[page] = 0;
    this.isNews(page);
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

  private putWords(base: BaseImage, changes: WordChanges): void {
    const before = this.knownChanges(base);
    if (before) this.exchange(base, before, changes);
    else {
      this.returnToBase(base);
      this.exchange(base, NO_WORD_CHANGES, changes);
    }
  }

  /** Every page that differs from `base` and is not `coming` becomes the base's. */
  private returnToBase(base: BaseImage): void {
    const changes = this.knownChanges(base);
    if (changes) {
      this.exchange(base, changes, NO_WORD_CHANGES);
      return;
    }
    const memory = this.instance.bytes;
    const anew = this.current !== base;
    const end = Math.max(this.endPage, base.endPage);
    for (let page = 0; page < end; page++) {
      if (!(anew || this.differs[page])) continue;
      this.differs[page] = 0;
      if (this.coming[page]) continue;
      if (page < base.endPage) {
        const at = this.layout.address(page);
        base.pages.copy(memory, at, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
        this.remembered.take(page);
      } else {
        this.blank(page);
      }
    }
    this.current = base;
    this.changes = NO_WORD_CHANGES;
    this.forgetNews();
  }

  /**
   * How it differs from that base image, where that need not be looked at. Not where a change could
   * have been missed, of which there is only a hash: such pages are written whole for the next session.
   */
  private knownChanges(base: BaseImage): WordChanges | undefined {
    if (base !== this.current || this.hasNews || this.endPage > COPIED_PAGES_MAX) return undefined;
    return this.changes;
  }

  /**
   * Puts an image of the same base image in another's place. Sessions have much in common: what is not
   * written is not looked at afterwards either.
   */
  private exchange(base: BaseImage, before: WordChanges, after: WordChanges): void {
    const { instance, layout, differs } = this;
    const now = new Uint32Array(instance.memory.buffer);
    const copied = this.remembered.copiedWords;
    const ofBase = wordsOf(base.pages);
    differs.fill(0, 0, this.endPage);
    let uncopied = -1;
    const [left, leaving] = [before.places, before.words];
    const [right, coming] = [after.places, after.words];
    for (let i = 0, j = 0; i < left.length || j < right.length; ) {
      const leaves = i < left.length ? (left[i] as number) : NO_PLACE;
      const comes = j < right.length ? (right[j] as number) : NO_PLACE;
      const place = Math.min(leaves, comes);
      const page = place >>> PLACE_BITS;
      let word = place < ofBase.length ? (ofBase[place] as number) : 0;
      if (comes === place) {
        word = coming[j++] as number;
        differs[page] = 1;
      }
      if (leaves === place && ((leaving[i++] as number) ^ word) === 0) continue;
      now[(layout.address(page) >> 2) + (place & (PAGE_WORDS - 1))] = word;
      if (page < COPIED_PAGES_MAX) copied[place] = word;
      else if (page !== uncopied) {
        if (uncopied >= 0) this.remembered.take(uncopied);
        uncopied = page;
      }
    }
    if (uncopied >= 0) this.remembered.take(uncopied);
    this.changes = after;
  }

  private finishPut(endPage: number): void {
    this.remembered.endPage = endPage;
    for (let page = COPIED_PAGES_MAX; page < endPage; page++) {
      if (!this.differs[page]) this.remembered.take(page);
    }
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

  private isNews(page: number): void {
    this.news[page] = 1;
    this.hasNews = true;
  }

  private forgetNews(): void {
    if (this.hasNews) this.news.fill(0);
    this.hasNews = false;
  }

  private resize(endPage: number): void {
    if (endPage > this.pagesMax) throw imageTooLarge(this.memMb);
    this.instance.growTo(this.layout.address(endPage));
    this.grow(endPage);
  }

  private grow(endPage: number): void {
    if (endPage > this.differs.length) {
      const roomier = new Uint8Array(Math.ceil(endPage * 1.25) + 64);
      roomier.set(this.differs);
      this.differs = roomier;
      this.coming = new Uint8Array(roomier.length);
      const news = new Uint8Array(roomier.length);
      news.set(this.news);
      this.news = news;
    }
    this.remembered.grow(endPage);
  }
}
