import { expect, test } from "bun:test";
import { warmParser } from "../../src/engine/warm-parser.ts";

test("the samples are programs of their language", () => {
  expect(() => warmParser("js")).not.toThrow();
  expect(() => warmParser("ts")).not.toThrow();
});
