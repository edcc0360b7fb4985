import { expect, test } from "bun:test";
import { DeltaReader } from "../../src/engine/delta-reader.ts";
import { DeltaWriter } from "../../src/engine/delta-writer.ts";
import { mergeDeltas } from "../../src/engine/merge-deltas.ts";
import { PAGE_BYTES } from "../../src/engine/pages.ts";

const WORDS = PAGE_BYTES / 4;
const PAGES = 600;

/** A heap of pages that changes at random, and a delta for each change. */
class Heap {
  readonly words = new Uint32Array(PAGES * WORDS);
  private before = this.words.slice();
  private isFirst = true;

  change(pages: number): Uint8Array {
    for (let i = 0; i < pages; i++) {
      this.words[Math.floor(Math.random() * this.words.length)] = Math.random() * 2 ** 32;
    }
    const pieces: Uint8Array[] = [];
    const writer = new DeltaWriter();
    writer.begin({ full: this.isFirst, endPage: PAGES, state: `s${pages}` }, (piece) =>
      pieces.push(piece),
    );
    for (let page = 0; page < PAGES; page++) {
      const at = page * WORDS;
      const now = this.words.subarray(at, at + WORDS);
      if (Buffer.compare(asBytes(now), asBytes(this.before.subarray(at, at + WORDS))) === 0)
        continue;
      // Some pages come whole, as those do whose copy the writer has not.
      writer.add(page, this.words, at, page % 7 === 0 ? undefined : this.before, at);
    }
    writer.end();
    this.before = this.words.slice();
    this.isFirst = false;
    return Buffer.concat(pieces);
  }
}

const asBytes = (words: Uint32Array) =>
  Buffer.from(words.buffer, words.byteOffset, words.byteLength);

function apply(deltas: readonly Uint8Array[]) {
  const pages = Buffer.alloc(PAGES * PAGE_BYTES);
  const headers: unknown[] = [];
  for (const delta of deltas) {
    const reader = new DeltaReader({
      header: (header) => void headers.push(header),
      setPage: (page, bytes) => void pages.set(bytes, page * PAGE_BYTES),
      xorPage(page, bytes) {
        for (let i = 0; i < PAGE_BYTES; i++) pages[page * PAGE_BYTES + i]! ^= bytes[i]!;
      },
    });
    reader.push(delta);
    reader.end();
  }
  return { pages, headers };
}

function mergedOf(deltas: readonly Uint8Array[], rawBytesMax = 2 ** 30): Uint8Array | undefined {
  const steps = mergeDeltas(deltas, rawBytesMax);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

test("a merged delta does what the deltas did one after another", () => {
  const heap = new Heap();
  const deltas = [400, 1, 30, 900, 5, 0, 60].map((pages) => heap.change(pages));
  for (const [from, to] of [
    [0, deltas.length],
    [0, 2],
    [3, 6],
  ] as const) {
    const merged = mergedOf(deltas.slice(from, to))!;
    const one = apply([...deltas.slice(0, from), merged, ...deltas.slice(to)]);
    expect(one.pages.equals(asBytes(heap.words))).toBe(true);
    expect(apply([merged]).headers).toEqual([
      { full: from === 0, endPage: PAGES, state: `s${[400, 1, 30, 900, 5, 0, 60][to - 1]}` },
    ]);
  }
});

test("what takes too much memory is left", () => {
  const heap = new Heap();
  expect(mergedOf([heap.change(500), heap.change(500)], 10 * PAGE_BYTES)).toBeUndefined();
});

test("a damaged delta is not merged", () => {
  const delta = new Heap().change(100);
  expect(() => mergedOf([delta.subarray(0, -3)])).toThrow("cut off");
});
