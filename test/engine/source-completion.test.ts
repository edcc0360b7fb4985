// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text of guests
import { describe, expect, test } from "bun:test";
import { ScratchSession } from "./loader-session.ts";

/** Scripts whose completion value Node's `vm` and a session must agree on. */
const SCRIPTS = [
  "1+1",
  "",
  "  // nothing",
  "var x = 1",
  "var x = 1; x",
  "let x = 5",
  "let x = 5; x",
  "const c = 5; c + 1",
  "let a = 1, b = 2; a + b",
  "let a; a",
  "if (1) 5",
  "if (0) 5",
  "if (0) 5; else 6",
  "1; if (0) 5",
  "1; var y = 2",
  "1; let y = 2",
  "1; const y = 2;",
  "1; class Y {}",
  "1; function f() {}",
  "2; ;",
  "3; {}",
  "4; { 5 }",
  "{ 5; var z }",
  "do { 7 } while (0)",
  "for (var i = 0; i < 3; i++) i",
  "for (let i = 0; i < 3; i++) i * 2",
  "for (let i of [1, 2, 3]) { i; if (i === 2) break; }",
  "for (let k in { a: 1, b: 2 }) k",
  "while (false) 1",
  "8; while (false) 1",
  "var n = 3; while (n) n--",
  "switch (2) { case 1: 'a'; case 2: 'b'; case 3: 'c'; break; default: 'd' }",
  "switch (9) { case 1: 'a' }",
  "try { 1 } finally { 2 }",
  "try { throw 1 } catch (e) { e + 1 }",
  "try { throw 1 } catch { 'caught' } finally { 'f' }",
  "l: { 1; break l; 2 }",
  "l: for (var i = 0; i < 2; i++) { i; continue l }",
  "with ({ a: 1 }) a",
  "'use strict'; this === undefined",
  "'use strict'",
  '"use strict"; let q = 1; q',
  "eval('1; var e = 2')",
  "eval('let e = 2; e')",
  "(function () { return this === globalThis })()",
  "(() => 5)()",
  "(class { static x = 3 }).x",
  "class A { static m() { return 'm' } } A.m()",
  "class A {} class B extends A {} new B() instanceof A",
  "class A { #p = 1; get p() { return this.#p } } new A().p",
  "class A { static { this.z = 9 } } A.z",
  "const { a, ...rest } = { a: 1, b: 2, c: 3 }; rest",
  "const [p, , q = 3] = [1, 2]; p + q",
  "let { m = 1, n: { o } = { o: 2 } } = {}; m + o",
  "let f = () => {}; f.name",
  "const g = function () {}; g.name",
  "const k = class {}; k.name",
  "let h = async () => {}; h.constructor.name",
  "function* gen() { yield 1 } [...gen()]",
  "[...'héllo']",
  "`a${1 + 1}b`",
  "String.raw`\\n`",
  "typeof undeclared",
  "typeof null",
  "void 0",
  "null ?? 'd'",
  "({}).a?.b.c",
  "0 || 'x'",
  "let v = 0; v ||= 4; v",
  "let v = null; v ??= 4; v",
  "2 ** 10",
  "-0",
  "0.1 + 0.2",
  "1e21",
  "10n ** 20n",
  "0b101 + 0o17 + 0xff",
  "1_000",
  "NaN",
  "'a\\u0041\\x41'",
  "[1, [2, [3]]].flat(Infinity)",
  "[1, , 3]",
  "({ a: 1, 'b-c': 2, [1 + 1]: 3 })",
  "({ get x() { return 1 } }).x",
  "({ async *g() {} }).g.constructor.name",
  "/a(?<n>b)/.exec('ab').groups.n",
  "/[\\p{L}]/u.test('é')",
  "new Map([[1, { a: 2 }]])",
  "new Set([1, 'a'])",
  "new Date(0).toISOString()",
  "Symbol('s').toString()",
  "[3, 1, 2].sort()",
  "[1, 2, 3].at(-1)",
  "Object.fromEntries([['a', 1]])",
  "Object.groupBy ? 1 : 1",
  "JSON.stringify({ a: [1, null, undefined] })",
  "parseInt('12px')",
  "isNaN('x')",
  "[] + {}",
  "[] == false",
  "'b' in { b: 1 }",
  "delete ({ a: 1 }).a",
  "new (class { constructor() { this.t = new.target.name } })().t",
  "(function () { return arguments.length })(1, 2)",
  "(function (a, b = 2, ...c) {}).length",
  "var o = {}; o.a = o.b = 1; o",
  "let i = 0; i++ + ++i",
  "a: 1",
  "1, 2, 3",
  "if (1) { let s = 2; s }",
  "{ let s = 2; s }",
  "{ function inner() { return 4 } } inner()",
  "var await = 1; await",
  "var async = 2; async",
  "var let_ = 1; let_",
  "var of = 1, get = 2, set = 3, type = 4; of + get + set + type",
  "let yield_ = 1; yield_",
  "#!/usr/bin/env node\n1",
  "1 <!-- comment",
  "1\n--> comment",
  "/* c */ let x = 1 /* d */ ; x // e",
  "let x = 1\nlet y = 2\n;[x, y]",
  "const fact = (n) => n ? n * fact(n - 1) : 1; fact(5)",
  "function later() { return z9 } let z9 = 4; later()",
  "let shadow = 1; { let shadow = 2; shadow++ } shadow",
  "const k1 = 1; (() => { const k1 = 2; return k1 })()",
  "const list = []; for (const item of [1, 2]) list.push(item); list",
  "debugger; 5",
  "Promise.resolve(1) instanceof Promise",
] as const;

/** What throws, as V8 words it. */
const THROWING = [
  "const k = 1; k = 2",
  "const k = 1; k++",
  "const k = 1; [k] = [2]",
  "const k = 1; ({ k } = { k: 2 })",
  "const k = 1; ({ k = 5 } = {})",
  "const k = 1; (() => { k = 2 })()",
  "const k = 1; for (k of [1]);",
  "const k = 1; k += 1",
  "later1; let later1 = 1",
  "typeof later2; let later2",
  "later3 = 1; let later3",
  "let self1 = self1",
  "new Early(); class Early {}",
  "throw new RangeError('r')",
  "null.x1; let q = 1" /* only that it throws is compared where the engine words it */,
] as const;

const UNREADABLE = [
  "foo(",
  "if (",
  "a b",
  "let a = 1 b",
  "x = }",
  "let a; let a",
  "const q;",
  "let s = 'abc",
  "`abc",
  "return 5",
  "break",
  "continue",
  "var 1a",
  "5 = x",
  "function f() { await x }",
  "class { }",
  "let let = 1",
  "'use strict'; with (a) {}",
  "({ a: 1, b }",
  "for (let i = 0; i < 3; i++",
  "import x",
  "if (1) { ",
  "let x = 08n",
  "else 1",
  "let [a",
  ")",
] as const;

/** Node's own answers, in one run of it. */
const node = await answersOfNode([...SCRIPTS, ...THROWING, ...UNREADABLE]);

describe("completion values are Node's", () => {
  test.each([...SCRIPTS])("%s", async (script) => {
    using session = new ScratchSession();
    const ended = await session.repl(script);
    expect(ended.preview ?? ended.error).toBe(node[script]!);
  });
});

describe("what a declaration forbids throws as in Node", () => {
  test.each(THROWING.slice(0, -1))("%s", async (script) => {
    using session = new ScratchSession();
    expect((await session.repl(script)).error).toBe(node[script]!);
  });
});

/** The parser finds the place; where it cannot tell what was meant, V8 says a little more. */
const WORDED_OTHERWISE: Readonly<Record<string, string>> = {
  "({ a: 1, b }": "SyntaxError: Unexpected end of input",
  "foo(": "SyntaxError: Unexpected end of input",
  // A snippet may import.
  "import x": "SyntaxError: Unexpected end of input",
  "let x = 08n": "SyntaxError: Invalid or unexpected token",
  "for (let i = 0; i < 3; i++": "SyntaxError: Unexpected end of input",
};

describe("text that is no program is refused as by V8", () => {
  test.each([...UNREADABLE])("%s", async (script) => {
    using session = new ScratchSession();
    const ended = await session.repl(script);
    expect(ended.error).toBe(WORDED_OTHERWISE[script] ?? node[script]!);
    expect(ended.stack).toMatch(/at <repl:1>:\d+:\d+$/);
  });
});

async function answersOfNode(scripts: readonly string[]): Promise<Record<string, string>> {
  const program = `
    const vm = require("node:vm"), { inspect } = require("node:util");
    const show = (v) => typeof v === "string" ? v : inspect(v);
    const answers = {};
    for (const script of JSON.parse(require("node:fs").readFileSync(0, "utf8"))) {
      try { answers[script] = show(vm.runInNewContext(script)); }
      catch (e) { answers[script] = String(e); }
    }
    process.stdout.write(JSON.stringify(answers));`;
  const child = Bun.spawn(["node", "-e", program], { stdin: "pipe", stdout: "pipe" });
  child.stdin.write(JSON.stringify(scripts));
  child.stdin.end();
  return JSON.parse(await new Response(child.stdout).text());
}
