import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { columnsText, completeWith } from "../../src/cli/prompt/completion.ts";
import { EditBuffer } from "../../src/cli/prompt/edit-buffer.ts";
import { highlightSource, highlightValue } from "../../src/cli/prompt/highlight.ts";
import { History, historyPath } from "../../src/cli/prompt/history.ts";
import { isIncomplete } from "../../src/cli/prompt/input-state.ts";
import { OpenText } from "../../src/cli/prompt/open-text.ts";
import { PipedInput } from "../../src/cli/prompt/piped-input.ts";
import { Screen } from "../../src/cli/prompt/screen.ts";
import { quoted, shownValue } from "../../src/cli/prompt/show-value.ts";
import { tempFolder } from "../harness/temp-folder.ts";

const uncoloured = (text: string) => text.replace(/\x1b\[\d+m/g, "");

test("what is not complete waits for more", () => {
  const inputs = [
    ..."1 +|f(|a.|if (x)|() =>|[1, 2|a ? b :|`a|/* a|class A {|await (|{a: 1|{a: 1,|{a: 1, b:".split(
      "|",
    ),
    ..."let n: number =|interface A {|enum A {|@d class A {|for (const x of y) {\n".split("|"),
  ];
  expect(inputs.filter((input) => !isIncomplete(input))).toEqual([]);
});

test("what nothing more can help does not", () => {
  const inputs = [
    ..."1 + 1||{a: 1, b: 2}|{}|let n: number = 5|interface A { a: string }|await x".split("|"),
    ..."'abc|)|1 +* 2|/re|for (;;) {}|import x from './x.js'|var let = yield".split("|"),
  ];
  expect(inputs.filter(isIncomplete)).toEqual([]);
});

/** Whether something is open behind each line. */
const openBehind = (text: string) => {
  const open = new OpenText();
  return text.split("\n").map((line) => {
    open.add(line);
    return open.isOpen;
  });
};

test("what is open behind a line: brackets, templates and comments, not what looks like them", () => {
  const opens = `f(|[1, {a: 1},|\`a|\`a \${b} c|\`a \${\`b\` + {c: 1}.c|/* a|(a) => { // }|{ s: ')',`;
  const more =
    "{ a.return / 2; '}'|[/[\\]/]/,|{ if (a) b(c / 2) / 3 // }|{ x! / 2 / '}'.length;|{ x = \"\\\"}\"";
  for (const text of `${opens}|${more}`.split("|"))
    expect([text, ...openBehind(text)]).toEqual([text, true]);
  const closed = `f()|[1]|\`a \${b} c\`|/* a */|// {|'{'|"["|/[{(]/.test(a)|return /{/|a / 2|(a) / 2 // {`;
  // A bracket that fits nowhere, an unended string, a slash that only a parser knows.
  const unknown = "f(]|{ '|{ if (a) /{/.test(b)|#!{";
  for (const text of `${closed}|${unknown}`.split("|"))
    expect([text, ...openBehind(text)]).toEqual([text, false]);
  expect(openBehind(`\`a\n\${b\n}\n\`\n/*\n*/\n{\n}`)).toEqual([
    true,
    true,
    true,
    false,
    true,
    false,
    true,
    false,
  ]);
});

test("an input of many lines is parsed a few times, and runs when its last line is there", () => {
  let parsed = 0;
  const input = new PipedInput((text) => {
    parsed++;
    return isIncomplete(text);
  });
  const runs: number[] = [];
  const lines = [
    "const a = [",
    ...Array.from({ length: 3000 }, (_, i) => `  { a: [${i}] },`),
    "];",
  ];
  for (const [at, line] of lines.entries()) {
    input.add(line);
    if (input.isToRun()) runs.push(at);
  }
  expect(runs).toEqual([3001]);
  expect(input.text).toBe(lines.join("\n"));
  expect(parsed).toBeLessThan(400);
});

test("colours change no character, and none passes a line's end", () => {
  const source = "const a = `x\ny` + 'z' // c\n/* d\ne */ return /r[/]/g.test(0xffn) / 2 && null";
  const painted = highlightSource(source);
  expect(uncoloured(painted)).toBe(source);
  for (const line of painted.split("\n")) {
    expect(line.match(/\x1b\[39m/g)?.length).toBe(line.match(/\x1b\[(?!39m)\d+m/g)?.length ?? 0);
  }
  expect(painted).toContain("\x1b[31m/r[/]/g\x1b[39m");
  const value = "{ a: 1, 'b-1': 'two', c: [Function: f], d: [ -1n, null ] }";
  expect(uncoloured(highlightValue(value))).toBe(value);
});

test("strings are quoted as at Node's prompt", () => {
  expect(quoted("plain")).toBe("'plain'");
  expect(quoted("it's")).toBe(`"it's"`);
  expect(quoted(`it's "so"`)).toBe('`it\'s "so"`');
  expect(quoted("'\"`")).toBe("'\\'\"`'");
  expect(quoted("'\"${")).toBe("'\\'\"${'");
  expect(quoted("a\n\x1b\\\ud800😀")).toBe("'a\\n\\x1B\\\\\\uD800😀'");
  expect(shownValue({ type: "string", preview: "x" }, false)).toBe("'x'");
  expect(shownValue({ type: "number", preview: "1" }, true)).toBe("\x1b[33m1\x1b[0m");
  const named = { type: "object", preview: "{\n  a: Symbol(\x1b[2J\x9b1m)\n}" } as const;
  expect(shownValue(named, false)).toBe("{\n  a: Symbol(\\u001b[2J\\u009b1m)\n}");
});

test("completion puts in what is sure and lists the rest", () => {
  expect(completeWith("a.fi", ["first"])).toEqual({ insert: "rst", list: [] });
  expect(completeWith("a.f", ["first", "fist"])).toEqual({ insert: "i", list: [] });
  expect(completeWith("a.fi", ["first", "fist"])).toEqual({ insert: "", list: ["first", "fist"] });
  expect(completeWith("x", ["y"])).toEqual({ insert: "", list: [] });
  expect(columnsText(["a", "bb", "c", "d", "e"], 10)).toBe("a   d\nbb  e\nc");
  expect(columnsText(["a\x1b[2J"], 10)).toBe("a\\u001b[2J");
});

describe("the text that is being typed", () => {
  const typed = (text: string) => {
    const buffer = new EditBuffer();
    buffer.insert(text);
    return buffer;
  };

  test("moves by what is seen as one character", () => {
    const buffer = typed("a👩‍👩‍👧é");
    buffer.left();
    buffer.left();
    expect(buffer.before).toBe("a");
    buffer.deleteForward();
    expect(buffer.text).toBe("aé");
  });

  test("moves by words and lines", () => {
    const buffer = typed("one.two\n  three");
    buffer.up();
    expect(buffer.after).toBe("\n  three");
    buffer.wordLeft();
    expect(buffer.before).toBe("one.");
    buffer.down();
    expect(buffer.after).toBe("ree");
    buffer.lineStart();
    expect(buffer.after).toBe("  three");
    buffer.lineEnd();
    buffer.cutWordBack();
    buffer.yank();
    buffer.yank();
    expect(buffer.text).toBe("one.two\n  threethree");
  });

  test("takes no control characters", () => {
    expect(typed("a\r\nb\tc\x1b[31m\x00").text).toBe("a\nb  c[31m");
  });
});

test("the screen draws at the same place again, also where lines wrap", () => {
  let written = "";
  const screen = new Screen(
    (text) => {
      written += text;
    },
    () => ({ columns: 10, rows: 24 }),
  );
  const view = { prompt: "> ", continuation: "| ", paint: (text: string) => text };
  screen.draw({ ...view, text: "abcdefghijkl\nm", cursor: 3 });
  expect(written).toBe("\r\x1b[J> abcdefghijkl\r\n| m\x1b[2A\r\x1b[5C");
  written = "";
  screen.draw({ ...view, text: "abcdefgh", cursor: 8 });
  expect(written).toBe("\r\x1b[J> abcdefgh \b\r");
  written = "";
  screen.draw({ ...view, text: "a", cursor: 1 });
  expect(written).toBe("\x1b[1A\r\x1b[J> a\r\x1b[3C");
});

describe("history", () => {
  test("is bounded, and damaged lines are passed over", () => {
    using folder = tempFolder();
    const path = folder.join("history");
    const lines = Array.from({ length: 2500 }, (_, n) => JSON.stringify(`n${n}`));
    writeFileSync(path, [...lines, "{damaged", '"last"', ""].join("\n"));
    const history = new History(path);
    expect([history.at(1), history.at(2), history.at(1001)]).toEqual(["last", "n2499", undefined]);
    expect(readFileSync(path, "utf8").split("\n").length).toBe(1001);
    history.add("a\nb");
    history.add("a\nb");
    expect(readFileSync(path, "utf8")).toEndWith('"last"\n"a\\nb"\n');
  });

  test("never fails, wherever it is to be", () => {
    using folder = tempFolder();
    mkdirSync(folder.join("history"));
    for (const path of [undefined, folder.join("history"), "/proc/no/history"]) {
      const history = new History(path);
      history.add("kept");
      expect(history.at(1)).toBe("kept");
    }
  });

  test("is in the state folder", () => {
    expect(historyPath({ XDG_STATE_HOME: "/s", HOME: "/h" })).toBe("/s/vm-system/history");
    expect(historyPath({ HOME: "/h" })).toBe("/h/.local/state/vm-system/history");
    expect(historyPath({})).toBeUndefined();
  });
});
