import { expect, test } from "bun:test";
import {
  blanked,
  countCharacters,
  countLineEnds,
  lastLineStart,
  lineEndsOf,
} from "../../src/engine/source-lines.ts";

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;
const PARTS = ["a", "\u{1f600}", "\ud800", "\n", "\r", "\r\n", "\u2028", "\u2029"];

function* texts(): Generator<string> {
  yield "";
  for (const a of PARTS) for (const b of PARTS) for (const c of PARTS) yield a + b + c;
}

test("lines and characters are what a list of them would have", () => {
  for (const text of texts()) {
    const lines = text.split(LINE_END);
    const last = lines.at(-1) ?? "";
    expect([countLineEnds(text), text.slice(lastLineStart(text)), countCharacters(last)]).toEqual([
      lines.length - 1,
      last,
      [...last].length,
    ]);
    expect(blanked(text)).toBe(text.replace(/[^\n\r\u2028\u2029]/g, " "));
    expect(lineEndsOf(text)).toBe(text.match(LINE_END)?.join("") ?? "");
  }
});
