import { expect, test } from "bun:test";
import { decodeSparse, encodeSparse } from "../../src/engine/sparse.ts";

function encode(words: Uint32Array, out: Uint32Array): number {
  const places = Uint32Array.from([...words.keys()].filter((at) => words[at] !== 0));
  return encodeSparse(words, places, places.length, out);
}

const roundTrip = (words: Uint32Array<ArrayBuffer>): number => {
  const out = new Uint32Array(words.length * 2 + 8);
  const count = encode(words, out);
  const back = new Uint32Array(words.length).fill(7);
  expect(decodeSparse(Buffer.from(out.buffer, 0, count * 4), back, words.length)).toBe(true);
  expect(back).toEqual(words);
  return count;
};

test("words of any density come back", () => {
  for (const density of [0, 0.001, 0.1, 0.5, 1]) {
    const words = Uint32Array.from({ length: 5000 }, () =>
      Math.random() < density ? Math.random() * 2 ** 32 : 0,
    );
    roundTrip(words);
  }
});

test("runs longer than their counters hold come back", () => {
  const lonely = new Uint32Array(200_000);
  lonely[199_998] = 1;
  expect(roundTrip(lonely)).toBeLessThan(8);
  roundTrip(new Uint32Array(200_000).fill(3));
});

test("what does not fit is not written", () => {
  expect(encode(new Uint32Array(100).fill(1), new Uint32Array(50))).toBe(-1);
});

test("bytes that make too many words, or end too early, are refused", () => {
  const out = new Uint32Array(4);
  const bytes = (...words: number[]) => Buffer.from(Uint32Array.from(words).buffer);
  expect(decodeSparse(bytes(0x0001_0005, 1), out, 4)).toBe(false);
  expect(decodeSparse(bytes(0x0002_0000, 1), out, 4)).toBe(false);
  expect(decodeSparse(bytes(0x0001_0000, 1).subarray(0, 6), out, 4)).toBe(false);
});
