import { expect, test } from "bun:test";
import { findFlaw } from "../../src/core/json-text.ts";

test.each([
  '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}',
  '{"a":"\\"a\\":","b":"{","c":"\\\\"}',
  '{"":1," ":2}',
  '[["a","a"],{"x":"x"}]',
])("%s is flawless", (text) => expect(findFlaw(text, 5)).toBeUndefined());

test.each([
  ['{"a":1,"a":2}', "/a"],
  ['{"a":1,"\\u0061":2}', "/a"],
  ['{"x":[{"k":{},"k":1}]}', "/k"],
  ['{"a":{"b":1},"a":2}', "/a"],
  ['{ "a" : [1,{"z":2}] , "a" : 2 }', "/a"],
])("%s has a field twice", (text, path) =>
  expect(findFlaw(text, 5)).toEqual({ path, message: "is given twice" }),
);

test("depth counts lists and objects", () => {
  expect(findFlaw('{"a":[[1]]}', 3)).toBeUndefined();
  expect(findFlaw('{"a":[[1]]}', 2)?.message).toBe("is nested deeper than 2 levels");
});
