import { expect, test } from "bun:test";
import { VmError } from "../../src/core/errors.ts";
import { DeltaReader } from "../../src/engine/delta-reader.ts";
import { DeltaWriter } from "../../src/engine/delta-writer.ts";
import { PAGE_BYTES } from "../../src/engine/pages.ts";

const WORDS = PAGE_BYTES / 4;

function sample(pages: number): Buffer {
  const now = Uint32Array.from({ length: pages * WORDS }, (_, i) => (i * 2_654_435_761) >>> 0);
  const before = now.slice();
  for (let page = 0; page < pages; page++) before[page * WORDS + 7] = 0;
  const pieces: Uint8Array[] = [];
  const writer = new DeltaWriter();
  writer.begin({ full: true, endPage: pages, state: '{"seededFor":"x"}' }, (each) =>
    pieces.push(each),
  );
  for (let page = 0; page < pages; page++) {
    writer.add(page, now, page * WORDS, page % 2 ? before : undefined, page * WORDS);
  }
  writer.end();
  return Buffer.concat(pieces);
}

function read(bytes: Uint8Array, pieceBytes: number) {
  const seen = { header: {}, whole: 0, changed: 0 };
  const reader = new DeltaReader({
    header: (header) => {
      seen.header = header;
    },
    setPage: (_, page) => {
      expect(page.length).toBe(PAGE_BYTES);
      seen.whole++;
    },
    xorPage: (_, page) => {
      expect(page.length).toBe(PAGE_BYTES);
      seen.changed++;
    },
  });
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.push(bytes.subarray(at, at + pieceBytes));
  }
  reader.end();
  return seen;
}

test("a delta reads the same in pieces of any size", () => {
  const bytes = sample(500);
  const expected = {
    header: { full: true, endPage: 500, state: '{"seededFor":"x"}' },
    whole: 250,
    changed: 250,
  };
  for (const size of [997, 65_536, bytes.length]) expect(read(bytes, size)).toEqual(expected);
});

test("a word that changed costs a few bytes, not a page", () => {
  const now = new Uint32Array(20 * WORDS).map(() => Math.random() * 2 ** 32);
  const before = now.slice();
  for (let page = 0; page < 20; page++) before[page * WORDS + 500] = 1;
  let stored = 0;
  const writer = new DeltaWriter();
  writer.begin({ full: false, endPage: 20 }, (piece) => {
    stored += piece.length;
  });
  for (let page = 0; page < 20; page++) writer.add(page, now, page * WORDS, before, page * WORDS);
  writer.end();
  expect(stored).toBeLessThan(600);
});

test("cut off or damaged anywhere, it is refused by name or reads as something", () => {
  const bytes = sample(20);
  for (let cut = 0; cut < bytes.length; cut += 13) {
    expect(() => read(bytes.subarray(0, cut), 4096)).toThrow(VmError);
  }
  let refused = 0;
  for (let at = 0; at < bytes.length; at += 7) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] as number) ^ 0x5a;
    try {
      read(damaged, 4096);
    } catch (error) {
      expect(error).toBeInstanceOf(VmError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(0);
});

test("a block that claims to be large is refused before anything is made", () => {
  const bytes = sample(1);
  const blockAt = 12 + 8 + (bytes.readUInt32LE(16) & 0x7fff_ffff);
  const lying = Buffer.from(bytes);
  lying.writeUInt32LE(0x7fff_ffff, blockAt);
  expect(() => read(lying, 4096)).toThrow("too large");
});

test("a piece is not read again once it was taken", () => {
  const bytes = sample(500);
  const sums: number[] = [];
  const readIn = (pieceBytes: number, reused: boolean) => {
    let sum = 0;
    const add = (page: number, content: Buffer) => {
      sum = (sum * 31 + page + Bun.hash.crc32(content)) % 2 ** 40;
    };
    const reader = new DeltaReader({ header: () => {}, setPage: add, xorPage: add });
    const room = Buffer.alloc(pieceBytes);
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      if (!reused) reader.push(piece);
      else {
        room.set(piece);
        reader.push(room.subarray(0, piece.length));
        room.fill(0xff);
      }
    }
    reader.end();
    sums.push(sum);
  };
  readIn(bytes.length, false);
  for (const size of [997, 65_536, 1_000_003]) readIn(size, true);
  expect(new Set(sums).size).toBe(1);
});
