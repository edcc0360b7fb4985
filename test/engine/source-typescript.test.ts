// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text of guests
import { describe, expect, test } from "bun:test";
import { ScratchSession } from "./loader-session.ts";

/** TypeScript at a prompt, and the preview of what it comes to. */
const CASES: readonly (readonly [string, string])[] = [
  ["for (let n: number | undefined; ; ) { n = 3; break }", "3"],
  ["@(c => c) class D {} ; D", "[class D]"],
  [
    "const log: string[] = []; function d(n: string) { log.push('eval ' + n); return (v: any, c: any) => { log.push(c.kind + ' ' + String(c.name) + ' ' + n); if (c.kind === 'method') return function(this: any, ...a: any[]) { return 'w' + v.apply(this, a) }; if (c.kind === 'field') return (x: any) => x * 2; } } @d('c1') @d('c2') class X { @d('m') m(a: number) { return a } @d('f') f = 21; @d('s') static s = 4; @d('acc') accessor q = 1; @d('g') get g() { return 1 } static t() { return X } } const x = new X(); [x.m(1), x.f, X.s, x.q, x.g, X.t() === X, log.join()].join('|')",
    "w1|42|8|1|1|true|eval c1,eval c2,eval m,eval f,eval s,eval acc,eval g,method m m,accessor q acc,getter g g,field s s,field f f,class X c2,class X c1",
  ],
  [
    "class A { accessor x = 5; static accessor y: number = 6; accessor ['z' + 1] = 7 } const a = new A(); a.x++; A.y = 9; [a.x, A.y, a.z1, Object.keys(a).length].join()",
    "6,9,7,0",
  ],
  ["class A{accessor x=1; static accessor y=2} const a = new A; a.x++; [a.x, A.y].join()", "2,2"],
  ["class A{static accessor y=2} A.y", "2"],
  ["let a: any = 0, b: any = 1; (a ? (b) : c => [c])(2)", "[ 2 ]"],
  [
    "let a: any = 1, b: any = 1; [a ? (b) : (c: any) => c, a ? (b): number => b : 0].map(String).join()",
    "1,(b)         => b",
  ],
  ["let a: any = 0; (a ? (1) : a ? (2) : c => [c])(3 as any)", "[ 3 ]"],
  [
    "class A { z = 1; constructor(private x: number, readonly y = x) {} } new A(2)",
    "A { x: 2, y: 2, z: 1 }",
  ],
  [
    "class B { b = 1 } class A extends B { c = 3; constructor(public q: number) { super(); } } new A(2)",
    "A { b: 1, q: 2, c: 3 }",
  ],
  [
    "function d(v: any, c: any) { return (x: any) => x + 1 } class A{@d z = 1; accessor w = 2; constructor(public q: number) {}} const a = new A(5); [a.q, a.z, a.w].join()",
    "5,2,2",
  ],
  [
    "class A{accessor w = 2; constructor(public q: number) {}} const a = new A(5); [a.q, a.w].join()",
    "5,2",
  ],
  [
    "const seen: any[] = []; function bound(_: any, c: any) { c.addInitializer(function (this: any) { this[c.name] = this[c.name].bind(this); }) } class B { v = 3; @bound get() { return this.v } } const { get } = new B(); get()",
    "3",
  ],
  [
    "namespace N { export let x = 1; export function inc() { x++; return x } export namespace M { export const y = x + 1 } export enum E { A = 5 } export class C { v = x } } N.inc(); [N.x, N.M.y, N.E.A, new N.C().v].join()",
    "2,2,5,2",
  ],
  ["namespace P { export const a = 1 } namespace P { export const b = a + 1 } P.b", "2"],
  ["class K { static v = 1 } namespace K { export const w = K.v + 1 } K.w", "2"],
  ["function fn(): number { return 1 } namespace fn { export const w = fn() + 1 } fn.w", "2"],
  [
    "namespace S { export const { a, b: [c], ...rest } = { a: 1, b: [2], d: 3 }; export const sum = a + c + rest.d; const o = { a }; export const oa = o.a }; S.sum + S.oa",
    "7",
  ],
  [
    "enum E { A, B = A << 1, C = 'x', D = 'abc'.length, F = `t${1}`, G = -1, H } [E.A, E.B, E.C, E.D, E.F, E[-1], E.H, E[3]].join()",
    "0,0,x,3,t1,G,0,D",
  ],
  ["const enum CE { A = 1, B } CE.B", "2"],
  ["enum M1 { A } enum M1 { B = 5 } M1.A + M1.B", "5"],
  [
    "class PP { constructor(private a: number, public readonly b = 2, protected c?: string) { this.a++ } get s() { return this.a + this.b } } new PP(1).s",
    "4",
  ],
  [
    "class Base { constructor(public z: number) {} } class Der extends Base { constructor(public w: number) { super(w + 1); } } const dd = new Der(1); dd.z + dd.w",
    "3",
  ],
  [
    "abstract class Ab<T> { abstract foo(): T; bar(): T { return this.foo() } } class Im extends Ab<number> implements Iterable<number> { foo() { return 4 } *[Symbol.iterator]() { yield 1 } } new Im().bar()",
    "4",
  ],
  [
    "function over(a: string): string; function over(a: number): number; function over(a: any) { return a } over(3)",
    "3",
  ],
  ["const g = <T,>(x: T): T => x; g<number>(5) satisfies number", "5"],
  [
    "let nn: { a?: { b: number } } = { a: { b: 1 } }; nn.a!.b++; nn!.a!.b as unknown as number",
    "2",
  ],
  ["const f1 = (a: number): number\n|undefined => a; f1(2)", "2"],
  ["const f2 = async <\nT,>(a: T): Promise<T> => a; await f2(2)", "2"],
  ["let z = 1 as number\n;[1].length", "1"],
  ["let zz = [1] as any\n(2 as number)", "2"],
  [
    "type T1 = { [K in 'a']: string }; interface I1 { (): void } declare const q1: number; declare function q2(): void; declare module 'x' {} let r1: T1 = { a: 'x' }; r1.a",
    "x",
  ],
  ["try { throw 1 } catch (e: unknown) { (e as number) + 1 }", "2"],
  ["let u: typeof globalThis; let w2: unique symbol; let v2!: number; v2", "undefined"],
  [
    "class Pr { #p: number = 1; declare foo: string; readonly [k: string]: any; static #s?: string; get p(): number { return this.#p } private async *gen<T>(): AsyncGenerator<T> {} }; new Pr().p",
    "1",
  ],
  ["for (const x of [1, 2] as const) { x satisfies number } let idx = 0; idx! += 2; idx", "2"],
  [
    "let obj = { m<T>(this: any, a?: number): number { return a! }, async *g<T>() {}, get x(): number { return 1 } }; obj.m(4)",
    "4",
  ],
  [
    "label: for (let i: number = 0; ; i++) { if (i > 3) break label } let type = 5; type = 6; type",
    "6",
  ],
  ["import type { A } from './types.ts'; let t9: A = 1; t9", "1"],
  ["function assertIs(val: any): asserts val is string {} assertIs('x'); 1 < 2 && 3 > (2)", "true"],
  ["new Map<string, Array<Map<string, number>>>().size", "0"],
  ["let tup: [a: string, b?: number, ...c: any[]] = ['x']; tup.length", "1"],
  ["let x5 = <any>5; x5 + <number>1", "6"],
  ["const k2 = ((a: any) => a)<string>; typeof k2", "function"],
  ["namespace N2 { export const A = 3 } import eq = N2.A; eq", "3"],
];

describe("TypeScript in a snippet", () => {
  test.each([...CASES])("%s", async (code, preview) => {
    using session = new ScratchSession();
    const ended = await session.repl(code);
    expect({ preview: ended.preview, error: ended.error }).toEqual({ preview, error: undefined });
  });

  test.each([
    ["class A { m(@d x: number) {} }", "SyntaxError: Decorators of parameters are not supported"],
    ["const x: number = <div>1</div>", "SyntaxError: "],
    ["let x: = 5", "SyntaxError: Unexpected token '='"],
  ])("%s is refused", async (code, message) => {
    using session = new ScratchSession();
    const ended = await session.repl(code);
    expect(ended.error).toStartWith(message);
  });
});

describe("positions in a TypeScript file", () => {
  test("line and column are the author's behind enums, types and parameter properties", async () => {
    const text = [
      "interface Point { x: number; y: number }",
      "enum Level { Low, High = Low + 5 } const here: Point = { x: 1, y: 2 };",
      "class Shape<T extends Point> { constructor(private readonly at: T, public n = 1) {} area(): number { return fail(this.at as T) } }",
      "type Failing = (p: Point) => never;",
      "const fail: Failing = (p: Point): never => { throw new RangeError(`bad ${p.x}`) };",
      "",
      "export {};",
      "new Shape<Point>(here, Level.High).area();",
    ].join("\n");
    using session = new ScratchSession({ "shape.ts": text.replace("export {};", "") });
    const { stack } = await session.runFile("shape.ts");
    expect(positionsOf(stack, text)).toEqual([
      "(`bad ${p.x}`)",
      "return fail(this.at as T)",
      "();",
    ]);
  });

  test("they are in what the console shows of an error", async () => {
    const text = "enum E { A } try { null!.x } catch (e) { console.log(e) }";
    using session = new ScratchSession({ "a.ts": text });
    expect((await session.runFile("a.ts")).console[0]).toEndWith(
      ` a.ts:1:${text.indexOf(".x") + 1}`,
    );
  });

  test("they stay when the session goes on in another process", async () => {
    const text = "enum A { B } function f(): void { null!.x }";
    using session = new ScratchSession({ "late.ts": text });
    await session.runFile("late.ts");
    session.move();
    const { stack } = await session.repl("f()");
    expect(stack).toContain(`at f (late.ts:1:${text.indexOf(".x") + 1})`);
  });
});

/** The author's text from each frame's position on, as far as it is telling. */
function positionsOf(stack: string | undefined, text: string): string[] {
  const lines = text.split("\n");
  return [...(stack ?? "").matchAll(/shape\.ts:(\d+):(\d+)/g)].map(([, line, column]) => {
    const rest = lines[Number(line) - 1]!.slice(Number(column) - 1);
    return /^.*?(?:\)|;)+/.exec(rest)?.[0] ?? rest;
  });
}
