import { deflate } from "./compress.ts";
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
import { countTextGarbage } from "./garbage.ts";
import { PAGE_BYTES, PAGE_WORDS } from "./pages.ts";
import { encodeSparse } from "./sparse.ts";

/** Shorter ones are kept as they are: compressing takes longer than writing them. */
const PLAIN_BYTES_MAX = 512;
/** Longer than this, runs are no better than compressing. */
const SPARSE_WORDS_MAX = 1024;
/** Words that changed in pages which nobody looked into. */
const MANY = BLOCK_BYTES_MAX;

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
