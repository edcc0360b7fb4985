import type { DeltaHeader } from "./delta-format.ts";
import { DeltaReader, type DeltaTarget } from "./delta-reader.ts";
import { DeltaWriter } from "./delta-writer.ts";
import { wordsOf } from "./incoming-image.ts";
import { PAGE_BYTES } from "./pages.ts";

/** Bytes read between two pauses: about a millisecond of work. */
const PIECE_BYTES = 128 * 1024;
/** Pages written between two pauses; fewer than a block, which is what takes the time. */
const PAGES_AT_ONCE = 64;

/**
 * One delta that does what these do one after another. It knows nothing of heaps: what XORs are due
 * to a page is added up, and a page that is given whole replaces what was before.
 *
 * A generator, so that the caller can answer others between two short steps.
 *
 * @param deltas  Oldest first.
 * @param rawBytesMax  Bytes of pages to hold at most.
 * @returns Undefined: there are more.
 * @throws VmError IMAGE_INVALID
 */
export function* mergeDeltas(
  deltas: readonly Uint8Array[],
  rawBytesMax: number,
): Generator<void, Uint8Array | undefined> {
  const merged = new Merged();
  for (const delta of deltas) {
    const reader = new DeltaReader(merged);
    for (let at = 0; at < delta.byteLength; at += PIECE_BYTES) {
      reader.push(delta.subarray(at, at + PIECE_BYTES));
      if (merged.pages.size * PAGE_BYTES > rawBytesMax) return undefined;
      yield;
    }
    reader.end();
  }
  const pieces: Uint8Array[] = [];
  const writer = new DeltaWriter();
  writer.begin(merged.head, (piece) => void pieces.push(piece));
  let count = 0;
  for (const [page, { bytes, whole }] of merged.pages) {
    if (!whole && isZero(bytes)) continue;
    writer.copy(page, bytes, whole);
    if (++count % PAGES_AT_ONCE === 0) yield;
  }
  writer.end();
  return Buffer.concat(pieces);
}

interface MergedPage {
  readonly bytes: Uint8Array;
  /** The same memory. */
  readonly words: Uint32Array;
  readonly whole: boolean;
}

function pageOf(bytes: Uint8Array, whole: boolean): MergedPage {
  const own = copyOf(bytes);
  return { bytes: new Uint8Array(own), words: new Uint32Array(own), whole };
}

function copyOf(bytes: Uint8Array): ArrayBuffer {
  const own = new ArrayBuffer(PAGE_BYTES);
  new Uint8Array(own).set(bytes);
  return own;
}

class Merged implements DeltaTarget {
  readonly pages = new Map<number, MergedPage>();
  head: DeltaHeader = { full: false, endPage: 0 };
  private isFirst = true;

  header(header: DeltaHeader): void {
    const { state = this.head.state } = header;
    this.head = {
      full: this.isFirst ? header.full : this.head.full,
      endPage: header.endPage,
      ...(state === undefined ? {} : { state }),
    };
    this.isFirst = false;
  }

  setPage(page: number, bytes: Buffer): void {
    this.pages.set(page, pageOf(bytes, true));
  }

  xorPage(page: number, bytes: Buffer): void {
    const known = this.pages.get(page);
    if (!known) {
      this.pages.set(page, pageOf(bytes, false));
      return;
    }
    const to = known.words;
    const change = wordsOf(bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(copyOf(bytes)));
    for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) ^ (change[i] as number);
  }
}

const ZEROS = Buffer.alloc(PAGE_BYTES);
const isZero = (bytes: Uint8Array) => ZEROS.equals(bytes);
