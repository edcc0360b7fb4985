import { VmError } from "../core/errors.ts";
import { deflate, discard, inflate } from "./compress.ts";
import { countTextGarbage } from "./garbage.ts";
import { PAGE_BYTES, PAGE_WORDS } from "./pages.ts";
import { decodeSparse, encodeSparse } from "./sparse.ts";

/**
 * What changed in a heap, as bytes to keep.
 *
 *     "VMD1"  u32 flags (1: relative to the base image; 2: with host state)  u32 endPage
 *     with 2: the host state as a block of UTF-8
 *     blocks of pages
 *
 * A block: u32 raw length, u32 stored length (bit 31: not compressed; bit 30: only for pages, their
 * numbers as they are and the pages as sparse.ts writes them), stored bytes.
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
/** The host state holds in-memory databases, of which modules may have 32 MiB, in base64. */
const STATE_BYTES_MAX = 64 * 1024 * 1024;
const NO_ROOM = Buffer.allocUnsafeSlow(0);
const NO_STATE: Block = { raw: Buffer.alloc(0), taken: 0 };
const PLAIN = 0x8000_0000;
const SPARSE = 0x4000_0000;
/** Shorter ones are kept as they are: compressing takes longer than writing them. */
const PLAIN_BYTES_MAX = 512;
/** Longer than this, runs are no better than compressing. */
const SPARSE_WORDS_MAX = 1024;
/** Words that changed in pages which nobody looked into. */
const MANY = BLOCK_BYTES_MAX;
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
  /** Where the staged words are not zero; more than fit: `changes` says so and no more. */
  private readonly places = new Uint32Array(SPARSE_WORDS_MAX);
  private changes = 0;
  private sink: (bytes: Uint8Array) => void = () => {};

  /** Bytes come in pieces: the header, then each chunk; a piece is the sink's to keep. */
  begin(header: DeltaHeader, sink: (bytes: Uint8Array) => void): void {
    const head = Buffer.alloc(HEADER_BYTES);
    head.writeUInt32LE(MAGIC, 0);
    head.writeUInt32LE((header.full ? FULL : 0) | (header.state === undefined ? 0 : WITH_STATE), 4);
    head.writeUInt32LE(header.endPage, 8);
    this.pageNumbers.length = 0;
    this.changes = 0;
    this.sink = sink;
    sink(head);
    if (header.state === undefined) return;
    sink(blockOf(Buffer.from(header.state)));
    countTextGarbage(header.state.length);
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
    const { places } = this;
    let { changes } = this;
    let at = this.pageNumbers.length * PAGE_WORDS;
    const end = at + PAGE_WORDS;
    for (let i = nowAt, j = beforeAt; at < end; i++, j++, at++) {
      const word = before ? (now[i] as number) ^ (before[j] as number) : (now[i] as number);
      to[at] = word;
      if (word !== 0) places[changes++] = at;
    }
    this.changes = changes;
    this.took(page, before === undefined);
  }

  /** A page's bytes as another delta has them: the page itself (`whole`), or what to XOR it with. */
  copy(page: number, bytes: Uint8Array, whole: boolean): void {
    this.staged.set(bytes, this.pageNumbers.length * PAGE_BYTES);
    this.changes = MANY;
    this.took(page, whole);
  }

  end(): void {
    if (this.pageNumbers.length > 0) this.flush();
  }

  private took(page: number, whole: boolean): void {
    this.pageNumbers.push(whole ? (page | WHOLE_PAGE) >>> 0 : page);
    if (this.pageNumbers.length === BLOCK_PAGES_MAX) this.flush();
  }

  private flush(): void {
    const { raw, words, pageNumbers } = this;
    const count = pageNumbers.length;
    words[0] = count;
    words.set(pageNumbers, 1);
    const pagesAt = 4 + count * 4;
    const length = pagesAt + count * PAGE_BYTES;
    pageNumbers.length = 0;
    const runs = this.runs();
    this.changes = 0;
    if (runs) {
      this.sink(block(length, [raw.subarray(0, pagesAt), runs], SPARSE));
    } else {
      raw.set(this.staged.subarray(0, count * PAGE_BYTES), pagesAt);
      this.sink(blockOf(raw.subarray(0, length)));
    }
  }

  /** The staged pages as sparse.ts writes them; undefined: that would be long. */
  private runs(): Uint8Array | undefined {
    if (this.changes > SPARSE_WORDS_MAX) return undefined;
    const count = encodeSparse(this.stagedWords, this.places, this.changes, runWords);
    return count < 0 ? undefined : new Uint8Array(runWords.buffer, 0, count * 4);
  }
}

const runWords = new Uint32Array(SPARSE_WORDS_MAX);

function blockOf(raw: Buffer<ArrayBuffer>): Buffer {
  if (raw.length <= PLAIN_BYTES_MAX) return block(raw.length, [raw], PLAIN);
  const deflated = deflate(raw);
  if (deflated.length >= raw.length) return block(raw.length, [raw], PLAIN);
  return block(raw.length, [deflated], 0);
}

function block(rawLength: number, parts: readonly Uint8Array[], kind: number): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const made = Buffer.allocUnsafe(BLOCK_HEADER_BYTES + length);
  made.writeUInt32LE(rawLength, 0);
  made.writeUInt32LE((length | kind) >>> 0, 4);
  let at = BLOCK_HEADER_BYTES;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

/**
 * Receives what a delta says. Page numbers are as written: the receiver bounds them. Bytes are good
 * until it returns.
 */
export interface DeltaTarget {
  header(header: DeltaHeader): void;
  xorPage(page: number, bytes: Buffer): void;
  setPage(page: number, bytes: Buffer): void;
}

/**
 * Reads one delta that arrives in pieces of any size, without ever holding more than a chunk and a
 * piece. A piece is the caller's again when `push` returns.
 * The bytes may be hostile. Every method @throws VmError IMAGE_INVALID
 */
export class DeltaReader {
  /** What the next block begins with and was not whole yet, in the first bytes of `room`. */
  private room: Buffer<ArrayBuffer> = NO_ROOM;
  private filled = 0;
  /** What is read now: a piece as it came, or the room. */
  private pending: Buffer = NO_ROOM;
  private missingBytes = 0;
  private headerRead = false;

  constructor(private readonly target: DeltaTarget) {}

  push(bytes: Uint8Array): void {
    if (this.filled === 0) {
      const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.keep(piece.subarray(this.read(piece)));
      return;
    }
    this.keep(bytes);
    this.missingBytes -= bytes.byteLength;
    if (this.missingBytes > 0) return;
    const used = this.read(this.room.subarray(0, this.filled));
    this.room.copyWithin(0, used, this.filled);
    this.filled -= used;
  }

  /** No more comes. */
  end(): void {
    const isWhole = this.headerRead && this.filled === 0;
    discard(this.room);
    this.room = NO_ROOM;
    if (!isWhole) throw invalid("it is cut off");
  }

  /** @returns How many of these bytes were whole blocks. */
  private read(bytes: Buffer): number {
    this.pending = bytes;
    let used = 0;
    for (;;) {
      const taken = this.headerRead ? this.block(used) : this.header(used);
      if (taken === 0) return used;
      used += taken;
    }
  }

  private keep(bytes: Uint8Array): void {
    const length = this.filled + bytes.byteLength;
    if (length > this.room.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, this.room.length * 2));
      this.room.copy(larger, 0, 0, this.filled);
      discard(this.room);
      this.room = larger;
    }
    this.room.set(bytes, this.filled);
    this.filled = length;
  }

  private header(at: number): number {
    const bytes = this.pending.subarray(at);
    if (bytes.length < HEADER_BYTES) return 0;
    const flags = bytes.readUInt32LE(4);
    if (bytes.readUInt32LE(0) !== MAGIC) throw invalid("it is no delta of this format");
    if (flags > (FULL | WITH_STATE)) throw invalid("its header is damaged");
    const header = { full: (flags & FULL) !== 0, endPage: bytes.readUInt32LE(8) };
    const state =
      flags & WITH_STATE ? readBlock(bytes.subarray(HEADER_BYTES), STATE_BYTES_MAX) : NO_STATE;
    if ("missingBytes" in state) return this.wait(state.missingBytes);
    this.headerRead = true;
    this.target.header(state === NO_STATE ? header : { ...header, state: state.raw.toString() });
    if (state.own) discard(state.own);
    return HEADER_BYTES + state.taken;
  }

  private block(at: number): number {
    const block = readBlock(this.pending.subarray(at), BLOCK_BYTES_MAX);
    if ("missingBytes" in block) return this.wait(block.missingBytes);
    this.pages(block.raw);
    if (block.own) discard(block.own);
    return block.taken;
  }

  private wait(bytes: number): 0 {
    this.missingBytes = bytes;
    return 0;
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

interface Block {
  readonly raw: Buffer;
  readonly taken: number;
  /** The same, where it was made for this: to be discarded. */
  readonly own?: Buffer<ArrayBuffer>;
}

/** `missingBytes`: it is not all there yet. */
function readBlock(bytes: Buffer, bytesMax: number): Block | { missingBytes: number } {
  if (bytes.length < BLOCK_HEADER_BYTES) return { missingBytes: BLOCK_HEADER_BYTES - bytes.length };
  const length = bytes.readUInt32LE(0);
  const word = bytes.readUInt32LE(4);
  const stored = word & ~(PLAIN | SPARSE);
  if (length > bytesMax || stored > bytesMax) throw invalid("a block is too large");
  const taken = BLOCK_HEADER_BYTES + stored;
  if (bytes.length < taken) return { missingBytes: taken - bytes.length };
  const body = bytes.subarray(BLOCK_HEADER_BYTES, taken);
  switch ((word & (PLAIN | SPARSE)) >>> 0) {
    case PLAIN:
      if (stored !== length) throw invalid("a block is damaged");
      return { raw: body, taken };
    case SPARSE:
      return { raw: spread(body, length), taken };
    case 0: {
      const own = unpack(body, length);
      return { raw: own, taken, own };
    }
    default:
      throw invalid("a block is damaged");
  }
}

let spreadWords = new Uint32Array(0);

/** A sparse block of pages: the numbers as they are, then runs. Good until the next call. */
function spread(bytes: Buffer, length: number): Buffer {
  const pagesAt = bytes.length >= 4 ? 4 + bytes.readUInt32LE(0) * 4 : length + 1;
  if (length % 4 !== 0 || pagesAt > bytes.length || pagesAt > length) {
    throw invalid("a block is damaged");
  }
  if (spreadWords.byteLength < length) spreadWords = new Uint32Array(length / 4);
  const raw = Buffer.from(spreadWords.buffer, 0, length);
  bytes.copy(raw, 0, 0, pagesAt);
  const pages = spreadWords.subarray(pagesAt / 4, length / 4);
  if (!decodeSparse(bytes.subarray(pagesAt), pages, pages.length)) {
    throw invalid("a block is damaged");
  }
  return raw;
}

function unpack(bytes: Buffer, length: number): Buffer<ArrayBuffer> {
  try {
    return inflate(bytes, length);
  } catch (cause) {
    throw invalid("a block is damaged", cause);
  }
}

const invalid = (why: string, cause?: unknown) =>
  new VmError("IMAGE_INVALID", { message: `The session's image cannot be read: ${why}`, cause });
