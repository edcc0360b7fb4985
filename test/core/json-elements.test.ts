import { expect, test } from "bun:test";
import { elementsOf } from "../../src/core/json-elements.ts";

const read = (text: string) => {
  const found: unknown[] = [];
  for (const json of elementsOf(Buffer.from(text), "list")) {
    if (json) found.push(JSON.parse(json.toString()));
  }
  return found;
};

const LISTS: unknown[][] = [
  [],
  [1],
  ["", '"', "\\", '\\"', "\\\\", "],[", "}{", "ä€😀", "\u2028"],
  [{ a: [{ b: "]" }, []], "}": null }, [[[]]], true, -1.5e3],
  [{ text: "x".repeat(200_000) }, "\\".repeat(99_999)],
];

test.each(LISTS.map((list) => [JSON.stringify(list).slice(0, 40), list] as const))(
  "%s",
  (_, list) => {
    expect(read(JSON.stringify({ list }))).toEqual(list);
    expect(read(JSON.stringify({ list }, null, 2))).toEqual(list);
  },
);

test.each([
  "",
  "{}",
  "[]",
  '{"list":[]',
  '{"list":[1',
  '{"list":[1]]}',
  '{"list":[1]}}',
  '{"list":[1]} 1',
  '{"list":[1,]}',
  '{"list":[,1]}',
  '{"list":[1,,2]}',
  '{"list":["a]}',
  '{"list":["\\"]}',
  '{"list":[1 2]}',
  '{"list":[{]}',
  '{"list":[[}]}',
  '{"list":1}',
  '{"other":[]}',
  '{"list":[],"list":[]}',
  '\ufeff{"list":[]}',
])("refuses %s", (text) => {
  expect(() => read(text)).toThrow();
});

test("a list cut off anywhere is refused", () => {
  const text = JSON.stringify({ list: LISTS[3] });
  for (let end = 0; end < text.length; end++) {
    expect(() => read(text.slice(0, end))).toThrow();
  }
});
