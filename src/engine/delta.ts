import { VmError } from "../core/errors.ts";
import { deflate, inflate } from "./compress.ts";
import { PAGE_BYTES } from "./pages.ts";

/**
 * What changed in a heap, as bytes to keep.
 *
 *     "VMD1"  u32 flags (1: relative to the base image; 2: with host state)  u32 endPage
 *     with 2: the host state as a block of UTF-8
 *     blocks of pages
 *
 * A block: u32 raw length, u32 stored length (bit 31: not compressed), stored bytes.
 * A block of pages, raw: u32 count, count page numbers (bit 31: the page itself, else what to XOR the page
 * with), then the pages. All integers are little endian. XOR makes what did not change within a page
 * zeros, which compress to next to nothing.
 */
export interface DeltaHeader {
  readonly full: boolean;
  readonly endPage: number;
  /** What the host must know besides the memory (host-state.ts); absent: as before this delta. */
  readonly state?: string;
}

const MAGIC = 0x31444d56;
const HEADER_BYTES = 12;
const FULL = 1;
const WITH_STATE = 2;
const BLOCK_HEADER_BYTES = 8;
const BLOCK_PAGES_MAX = 240;
const BLOCK_BYTES_MAX = 4 + BLOCK_PAGES_MAX * (4 + PAGE_BYTES);
const NO_STATE = { raw: Buffer.alloc(0), taken: 0 };
const PLAIN = 0x8000_0000;
const WHOLE_PAGE = 0x8000_0000;

export class DeltaWriter {
  private readonly raw = Buffer.allocUnsafe(BLOCK_BYTES_MAX);
  private readonly words = new Uint32Array(
    this.raw.buffer,
    this.raw.byteOffset,
    this.raw.length >> 2,
  );
  private readonly pageNumbers: number[] = [];
  private staged = Buffer.allocUnsafe(BLOCK_PAGES_MAX * PAGE_BYTES);
  private readonly stagedWords = new Uint32Array(
    this.staged.buffer,
    this.staged.byteOffset,
    this.staged.length >> 2,
  );
  private sink: (bytes: Uint8Array) => void = () => {};

  /** Bytes come in pieces: the header, then each chunk; a piece is the sink's to keep. */
  begin(header: DeltaHeader, sink: (bytes: Uint8Array) => void): void {
    const head = Buffer.alloc(HEADER_BYTES);
    head.writeUInt32LE(MAGIC, 0);
    head.writeUInt32LE((header.full ? FULL : 0) | (header.state === undefined ? 0 : WITH_STATE), 4);
    head.writeUInt32LE(header.endPage, 8);
    this.pageNumbers.length = 0;
    this.sink = sink;
    sink(head);
    if (header.state !== undefined) sink(blockOf(Buffer.from(header.state)));
  }

  /** `now` and `before` are the page's words; without `before` the page itself is written. */
  add(
    page: number,
    now: Uint32Array,
    nowAt: number,
    before: Uint32Array | undefined,
    beforeAt: number,
  ): void {
    const to = this.stagedWords;
    let at = this.pageNumbers.length * (PAGE_BYTES / 4);
    const end = at + PAGE_BYTES / 4;
    if (before) {
      for (let i = nowAt, j = beforeAt; at < end; i++, j++, at++) {
        to[at] = (now[i] as number) ^ (before[j] as number);
      }
    } else {
      to.set(now.subarray(nowAt, nowAt + PAGE_BYTES / 4), at);
    }
    this.pageNumbers.push(before ? page : (page | WHOLE_PAGE) >>> 0);
    if (this.pageNumbers.length === BLOCK_PAGES_MAX) this.flush();
  }

  end(): void {
    if (this.pageNumbers.length > 0) this.flush();
  }

  private flush(): void {
    const { raw, words, pageNumbers } = this;
    const count = pageNumbers.length;
    words[0] = count;
    words.set(pageNumbers, 1);
    const pagesAt = 4 + count * 4;
    const length = pagesAt + count * PAGE_BYTES;
    raw.set(this.staged.subarray(0, count * PAGE_BYTES), pagesAt);
    pageNumbers.length = 0;
    this.sink(blockOf(raw.subarray(0, length)));
  }
}

function blockOf(raw: Buffer<ArrayBuffer>): Buffer {
  const deflated = deflate(raw);
  const plain = deflated.length >= raw.length;
  const body = plain ? raw : deflated;
  const block = Buffer.allocUnsafe(BLOCK_HEADER_BYTES + body.length);
  block.writeUInt32LE(raw.length, 0);
  block.writeUInt32LE(plain ? (body.length | PLAIN) >>> 0 : body.length, 4);
  block.set(body, BLOCK_HEADER_BYTES);
  return block;
}

/** Receives what a delta says. Page numbers are as written: the receiver bounds them. */
export interface DeltaTarget {
  header(header: DeltaHeader): void;
  xorPage(page: number, bytes: Buffer): void;
  setPage(page: number, bytes: Buffer): void;
}

/**
 * Reads one delta that arrives in pieces of any size, without ever holding more than a chunk.
 * The bytes may be hostile. Every method @throws VmError IMAGE_INVALID
 */
export class DeltaReader {
  private pending: Buffer = Buffer.alloc(0);
  private headerRead = false;

  constructor(private readonly target: DeltaTarget) {}

  push(bytes: Uint8Array): void {
    this.pending =
      this.pending.length === 0
        ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        : Buffer.concat([this.pending, bytes]);
    let used = 0;
    for (;;) {
      const taken = this.headerRead ? this.block(used) : this.header(used);
      if (taken === 0) break;
      used += taken;
    }
    this.pending = this.pending.subarray(used);
  }

  /** No more comes. */
  end(): void {
    if (!this.headerRead || this.pending.length > 0) throw invalid("it is cut off");
  }

  private header(at: number): number {
    const bytes = this.pending.subarray(at);
    if (bytes.length < HEADER_BYTES) return 0;
    const flags = bytes.readUInt32LE(4);
    if (bytes.readUInt32LE(0) !== MAGIC) throw invalid("it is no delta of this format");
    if (flags > (FULL | WITH_STATE)) throw invalid("its header is damaged");
    const header = { full: (flags & FULL) !== 0, endPage: bytes.readUInt32LE(8) };
    const state = flags & WITH_STATE ? readBlock(bytes.subarray(HEADER_BYTES)) : NO_STATE;
    if (!state) return 0;
    this.headerRead = true;
    this.target.header(state === NO_STATE ? header : { ...header, state: state.raw.toString() });
    return HEADER_BYTES + state.taken;
  }

  private block(at: number): number {
    const block = readBlock(this.pending.subarray(at));
    if (!block) return 0;
    this.pages(block.raw);
    return block.taken;
  }

  private pages(raw: Buffer): void {
    const count = raw.length >= 4 ? raw.readUInt32LE(0) : 0;
    const pagesAt = 4 + count * 4;
    if (count < 1 || count > BLOCK_PAGES_MAX || raw.length !== pagesAt + count * PAGE_BYTES) {
      throw invalid("a block is damaged");
    }
    for (let i = 0; i < count; i++) {
      const word = raw.readUInt32LE(4 + i * 4);
      const bytes = raw.subarray(pagesAt + i * PAGE_BYTES, pagesAt + (i + 1) * PAGE_BYTES);
      if (word >>> 31 === 1) this.target.setPage(word & ~WHOLE_PAGE, bytes);
      else this.target.xorPage(word, bytes);
    }
  }
}

/** Undefined: it is not all there yet. */
function readBlock(bytes: Buffer): { raw: Buffer; taken: number } | undefined {
  if (bytes.length < BLOCK_HEADER_BYTES) return undefined;
  const length = bytes.readUInt32LE(0);
  const word = bytes.readUInt32LE(4);
  const stored = word & ~PLAIN;
  if (length > BLOCK_BYTES_MAX || stored > BLOCK_BYTES_MAX) throw invalid("a block is too large");
  const taken = BLOCK_HEADER_BYTES + stored;
  if (bytes.length < taken) return undefined;
  const body = bytes.subarray(BLOCK_HEADER_BYTES, taken);
  if (word >>> 31 === 1 && stored !== length) throw invalid("a block is damaged");
  return { raw: word >>> 31 === 1 ? body : unpack(body, length), taken };
}

function unpack(bytes: Buffer, length: number): Buffer {
  try {
    return inflate(bytes, length);
  } catch (cause) {
    throw invalid("a block is damaged", cause);
  }
}

const invalid = (why: string, cause?: unknown) =>
  new VmError("IMAGE_INVALID", { message: `The session's image cannot be read: ${why}`, cause });
