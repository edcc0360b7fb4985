import { callHost } from "./host.ts";
import { imul, native } from "./primordials.ts";

/**
 * Math.random of the session: xoshiro128**, reseeded by the host whenever a session is made or copied.
 * (Blackman and Vigna, "Scrambled linear pseudorandom number generators", public domain.)
 */
let s0 = 0x9e3779b9;
let s1 = 0x243f6a88;
let s2 = 0xb7e15162;
let s3 = 0x6a09e667;

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

function nextUint32(): number {
  const result = imul(rotate(imul(s1, 5), 7), 9) >>> 0;
  const t = s1 << 9;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= t;
  s3 = rotate(s3, 11);
  return result;
}

export function reseed(a: number, b: number, c: number, d: number): void {
  s0 = a | 0;
  s1 = b | 0;
  s2 = c | 0;
  // All zeroes is the one state that the generator never leaves.
  s3 = (a | b | c | d) === 0 ? 1 : d | 0;
}

/** 53 random bits, as a fraction of 1. */
export const makeRandom = () =>
  native(
    "random",
    0,
    () => ((nextUint32() >>> 5) * 67_108_864 + (nextUint32() >>> 6)) / 9_007_199_254_740_992,
  );

/** From the host's generator, at most 65,536. */
export function randomBytes(count: number): ArrayBuffer {
  const answer = callHost("random", `{"bytes":${count}}`);
  return (answer as [string, ArrayBuffer])[1];
}
