import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { memoryAdvice } from "../../src/modules/advise-memory.ts";

const MIB = 1024 * 1024;
const isLinux = process.platform === "linux";

const residentBytes = () => Number(readFileSync("/proc/self/statm", "latin1").split(" ")[1]) * 4096;

function memory(bytes: number): Buffer {
  return Buffer.from(new WebAssembly.Memory({ initial: bytes / 65_536, maximum: 4096 }).buffer);
}

test.if(isLinux)("memory that is about to be written is there, and is zero", () => {
  const bytes = memory(64 * MIB);
  const before = residentBytes();
  memoryAdvice.populate(bytes.subarray(MIB, 49 * MIB));
  expect(residentBytes() - before).toBeGreaterThan(40 * MIB);
  expect(bytes.equals(Buffer.alloc(bytes.length))).toBe(true);
});

test.if(isLinux)("memory that nobody uses is given back", () => {
  const bytes = memory(64 * MIB).fill(1);
  const before = residentBytes();
  expect(memoryAdvice.release(bytes)).toBe(true);
  expect(before - residentBytes()).toBeGreaterThan(40 * MIB);
});

test("neither reaches beyond the bytes that it was given", () => {
  const bytes = memory(MIB).fill(1);
  memoryAdvice.populate(bytes.subarray(5, 9000));
  memoryAdvice.release(bytes.subarray(100, 4000));
  memoryAdvice.release(bytes.subarray(0, 0));
  expect(bytes.equals(Buffer.alloc(MIB, 1))).toBe(true);
  memoryAdvice.release(bytes.subarray(4000, 12_300));
  const touched = bytes.indexOf(0);
  if (touched >= 0) {
    expect(touched).toBe(4096);
    expect(bytes.lastIndexOf(0)).toBe(12_287);
  }
});
