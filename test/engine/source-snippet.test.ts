import { describe, expect, test } from "bun:test";
import { prepareModule, prepareScript, prepareSnippet } from "../../src/engine/source.ts";
import { authorColumn } from "../../src/engine/source-edits.ts";
import { ScratchSession } from "./loader-session.ts";

/** Snippets of one session, in turn, and what each previews. */
const CONVERSATIONS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  "let, const and class can be declared again": [
    ["let x = 1", "undefined"],
    ["let x = 2; x", "2"],
    ["const x = 3; x", "3"],
    ["class x {} typeof x", "function"],
    ["let x; x", "undefined"],
    ["function x() {} typeof x", "function"],
    ["var x = 7; x", "7"],
    ["const { x, y = 2 } = { x: 8 }; x + y", "10"],
  ],
  "a constant refuses assignment in later snippets until it is declared again": [
    ["const limit = 1", "undefined"],
    ["limit = 2", "TypeError: Assignment to constant variable."],
    ["limit", "1"],
    ["{ let limit = 5; limit = 6 } limit", "1"],
    ["let limit = 3; limit = 4; limit", "4"],
    ["limit = 5", "5"],
  ],
  "top-level await, with completion values": [
    ["const { ok } = await Promise.resolve({ ok: 4 })", "undefined"],
    ["ok", "4"],
    ["await 1; if (1) 5", "5"],
    ["await 1; var v = 2", "1"],
    ["for await (const n of [1, 2]) n", "2"],
    ["await Promise.reject(new TypeError('no'))", "TypeError: no"],
    ["(await 1) + (await 2)", "3"],
    ["async function f() { return await 9 } f()", "9"],
    ["[await 1, await 2]", "[ 1, 2 ]"],
  ],
  "text in braces is an object where it can be one": [
    ["{ a: 1 }", "{ a: 1 }"],
    ["{}", "{}"],
    ["{ a: 1 };", "1"],
    ["{ let q = 1; q }", "1"],
    ["{ a: 1, ...{ b: 2 } }", "{ a: 1, b: 2 }"],
    ["{ a: await 3 }", "{ a: 3 }"],
    ["  { a: 1 } // note", "{ a: 1 }"],
    ["{ a: 1 }.a", "1"],
  ],
  "imports in a snippet": [
    [
      "import lib, { twice as double, 'odd name' as odd } from './lib.mjs'; [lib, double(2), odd]",
      "[ 'lib', 4, 5 ]",
    ],
    ["double(4)", "8"],
    ["import * as ns from './lib.mjs'; ns.twice(3)", "6"],
    ["1; import './side.mjs'; globalThis.side", "yes"],
    ["import { twice } from './lib.mjs'; let twice2 = twice(1); twice2", "2"],
    ["(await import('./lib.mjs')).default", "lib"],
    ["import data from './data.json' with { type: 'json' }; data.n", "1"],
    [
      "import { nope } from './lib.mjs'",
      "SyntaxError: The requested module './lib.mjs' does not provide an export named 'nope'",
    ],
  ],
  "what a snippet cannot do": [
    [
      "export const x = 1",
      "SyntaxError: Unexpected token 'export': a snippet has nobody to export to; write it into a module file",
    ],
    ["import.meta.url", "SyntaxError: Cannot use 'import.meta' outside a module"],
  ],
};

const FILES = {
  "lib.mjs":
    "export default 'lib'; export const twice = (n) => n * 2; const o = 5; export { o as 'odd name' }",
  "side.mjs": "globalThis.side = 'yes'",
  "data.json": '{"n":1}',
};

describe("a prompt", () => {
  test.each(Object.entries(CONVERSATIONS))("%s", async (_title, turns) => {
    using session = new ScratchSession(FILES);
    const answers: [string, string | undefined][] = [];
    for (const [input] of turns) {
      const { preview, error } = await session.repl(input);
      answers.push([input, preview ?? error]);
    }
    expect(answers).toEqual(turns.map(([input, answer]) => [input, answer]));
  });

  test("declarations and constants outlive the process", async () => {
    using session = new ScratchSession();
    await session.repl("const kept = 1; let other = 2; class Third {}");
    session.move();
    expect((await session.repl("kept = 5")).error).toBe(
      "TypeError: Assignment to constant variable.",
    );
    expect((await session.repl("[kept, other, Third.name]")).preview).toBe("[ 1, 2, 'Third' ]");
  });

  test("strict settings reach scripts", async () => {
    using session = new ScratchSession({}, { runtime: { strict: true } });
    expect((await session.repl("undeclared1 = 1")).status).toBe("error");
    expect((await session.repl("(function () { return this })()")).preview).toBe("undefined");
  });
});

describe("what runs", () => {
  test.each([
    "1 + 1",
    "var a = 1; function f() { return a } f()",
    "if (true) { x = 'const'.length }".replace("const", "konst"),
    "{ a: 1 };",
    "console.log('hi')",
    "a < b && c > d",
  ])("plain JavaScript runs as written: %s", (text) => {
    expect(prepareSnippet(text)).toEqual({
      code: text,
      goal: "script",
      async: false,
      strict: false,
      shifts: undefined,
      declared: { names: [], constants: [] },
      read: false,
    });
  });

  test.each([
    ["let a = 1;\nconst b = 2", "var a = 1;\nvar   b = 2"],
    ["const f = async () => await 1", "var   f = async () => await 1"],
  ])("declarations keep every position: %s", (text, code) => {
    const runnable = prepareSnippet(text);
    expect({ code: runnable.code, shifts: runnable.shifts }).toEqual({ code, shifts: undefined });
  });

  test("columns behind an insertion are the author's", () => {
    const text = "/* 😀 */ class A {} A.b";
    const { code, shifts } = prepareSnippet(text);
    const at = [...code].indexOf(".") + 1;
    expect(authorColumn(shifts, 1, at)).toBe([...text].indexOf(".") + 1);
    expect(authorColumn(shifts, 2, 4)).toBe(4);
  });

  test("import.meta keeps its place", () => {
    const { code, shifts } = prepareModule(
      "export const u = import.meta.url;\nimport.meta.x",
      "a.js",
    );
    expect({ code, shifts }).toEqual({
      code: 'export const u = import_meta.url;\nimport_meta.x\nimport import_meta from "vm:meta";',
      shifts: undefined,
    });
  });

  test("a script that exports is a module", () => {
    expect(prepareScript("export default 1", "a.js").goal).toBe("module");
    expect(prepareScript("import x from './x.js'; x", "a.js").goal).toBe("script");
    expect(prepareScript("export type A = 1; export {}", "a.ts").goal).toBe("module");
  });

  test("large texts", () => {
    const text = `let x = [${"1,".repeat(200_000)}]`;
    expect(prepareSnippet(text).code.length).toBe(text.length);
    const plain = "f(1);".repeat(1.6 * 1024 * 1024);
    expect(prepareSnippet(plain).read).toBe(false);
  });

  test("nesting beyond the parser's stack is left to the engine", () => {
    const text = `let x = ${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    expect(prepareSnippet(text)).toMatchObject({ code: text, read: true });
  });
});
