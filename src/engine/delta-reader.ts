import { VmError } from "../core/errors.ts";
import { discard, inflate } from "./compress.ts";
import {
  BLOCK_BYTES_MAX,
  BLOCK_HEADER_BYTES,
  BLOCK_PAGES_MAX,
  type DeltaHeader,
  FULL,
  HEADER_BYTES,
  MAGIC,
  PLAIN,
  SPARSE,
  WHOLE_PAGE,
  WITH_STATE,
} from "./delta-format.ts";
import { PAGE_BYTES } from "./pages.ts";
import { decodeSparse } from "./sparse.ts";

/** The host state holds in-memory databases, of which modules may have 32 MiB, in base64. */
const STATE_BYTES_MAX = 64 * 1024 * 1024;
const NO_ROOM = Buffer.allocUnsafeSlow(0);
const NO_STATE: Block = { raw: Buffer.alloc(0), taken: 0 };

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
