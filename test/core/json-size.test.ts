import { expect, test } from "bun:test";
import { jsonValueBytes } from "../../src/core/json-size.ts";

test("what the values of a JSON text may take is counted by its brackets, strings and commas", () => {
  expect(jsonValueBytes("1")).toBe(0);
  expect(jsonValueBytes('["a,[\\"{","b",3]')).toBe(3 * 80 + 2 * 12);
  expect(jsonValueBytes('{"a":[],"b":{}}')).toBe(5 * 80 + 12);
  expect(jsonValueBytes(`[${"[],".repeat(1000)}[]]`)).toBe(1002 * 80 + 1000 * 12);
});
