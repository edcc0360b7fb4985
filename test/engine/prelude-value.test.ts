import { afterAll, describe, expect, test } from "bun:test";
import { PreludeGuest } from "./prelude-guest.ts";

const guest = new PreludeGuest();
afterAll(() => guest[Symbol.dispose]());

describe("a value payload", () => {
  const rows: [code: string, payload: object][] = [
    ["undefined", { type: "undefined", preview: "undefined", json: null }],
    ["null", { type: "null", preview: "null", json: null }],
    ["true", { type: "boolean", preview: "true", json: true }],
    ["42", { type: "number", preview: "42", json: 42 }],
    ["-0", { type: "number", preview: "-0", json: 0 }],
    ["NaN", { type: "number", preview: "NaN" }],
    ["Infinity", { type: "number", preview: "Infinity" }],
    ["10n", { type: "bigint", preview: "10n", json: "10" }],
    ["'it\\'s'", { type: "string", preview: "it's", json: "it's" }],
    ["''", { type: "string", preview: "", json: "" }],
    ["Symbol('a')", { type: "symbol", preview: "Symbol(a)" }],
    ["(function f() {})", { type: "function", preview: "[Function: f]" }],
    ["class A {}; A", { type: "function", preview: "[class A]" }],
    ["[1, 2]", { type: "array", preview: "[ 1, 2 ]", json: [1, 2] }],
    ["({ a: 1 })", { type: "object", preview: "{ a: 1 }", json: { a: 1 } }],
    [
      "new Date(0)",
      {
        type: "date",
        preview: "1970-01-01T00:00:00.000Z",
        json: "1970-01-01T00:00:00.000Z",
      },
    ],
    ["/a/g", { type: "regexp", preview: "/a/g", json: {} }],
    ["new Map([['k', 1]])", { type: "map", preview: "Map(1) { 'k' => 1 }", json: {} }],
    ["new Set([1])", { type: "set", preview: "Set(1) { 1 }", json: {} }],
    ["Promise.resolve(1)", { type: "promise", preview: "Promise { 1 }", json: {} }],
    [
      "new Uint8Array([1, 2])",
      { type: "typedarray", preview: "Uint8Array(2) [ 1, 2 ]", json: { 0: 1, 1: 2 } },
    ],
    [
      "new ArrayBuffer(1)",
      {
        type: "arraybuffer",
        preview: "ArrayBuffer { [Uint8Contents]: <00>, byteLength: 1 }",
        json: {},
      },
    ],
    ["Object(5)", { type: "object", preview: "[Number: 5]", json: 5 }],
    ["new Proxy([1], {})", { type: "array", preview: "[ 1 ]", json: [1] }],
    ["new Proxy(() => {}, {})", { type: "function", preview: "[Function (anonymous)]" }],
  ];
  for (const [code, expected] of rows) {
    test(code, () => expect(guest.describe(code)).toEqual(expected as never));
  }
});

describe("the JSON form", () => {
  const rows: [code: string, json: unknown][] = [
    ["[undefined, () => 1, NaN, Symbol()]", [null, null, null, null]],
    ["({ a: undefined, b() {}, c: 1n, d: { e: new Date(NaN) } })", { c: "1", d: { e: null } }],
    ["({ get a() { return 1 }, b: 2 })", { a: "[Getter]", b: 2 }],
    ["({ get a() { for (;;); } })", { a: "[Getter]" }],
    ["({ set a(v) {} })", {}],
    ["({ toJSON() { throw 1 } })", "[toJSON]"],
    ["({ x: { toJSON() { return { key: 1 } } } })", { x: { key: 1 } }],
    [
      "({ x: { toJSON(key) { return key + '!' } }, l: [{ toJSON: (key) => key }] })",
      { x: "x!", l: ["0"] },
    ],
    [
      "({ toJSON() { return { toJSON: 1, d: new Date(0) } } })",
      { toJSON: 1, d: "1970-01-01T00:00:00.000Z" },
    ],
    ["({ toJSON() { return undefined } })", undefined],
    ["(() => { class A { toJSON() { return { a: new A() } } } return new A() })()", undefined],
    ["[, 1]", [null, 1]],
    ["({ o: Object.create({ inherited: 1 }) })", { o: {} }],
    ["({ ['__proto__']: 1 })", JSON.parse('{"__proto__":1}')],
    ["(() => { const a = []; a.push(a); return a })()", undefined],
    ["(() => { const a = { b: 1 }; return [a, a] })()", [{ b: 1 }, { b: 1 }]],
    ["new Array(1e9)", undefined],
    ["'\\ud800'", "\ud800"],
    ["({ a: new URL('http://a/') })", { a: "http://a/" }],
    [
      "(() => { let deep = {}; for (let i = 0; i < 1e4; i++) deep = { deep }; return deep })()",
      undefined,
    ],
  ];
  for (const [code, json] of rows) {
    test(code, () => expect(guest.json(code)).toEqual(json));
  }
});

describe("with care no code of the guest's runs", () => {
  const rows: [code: string, preview: string, json: unknown][] = [
    [
      "({ x: { toJSON() { for (;;); } } })",
      "{ x: { toJSON: [Function: toJSON] } }",
      { x: "[toJSON]" },
    ],
    [
      "({ a: 1, [Symbol.for('nodejs.util.inspect.custom')]: () => { for (;;); } })",
      "{\n  a: 1,\n  [Symbol(nodejs.util.inspect.custom)]: [Function: [nodejs.util.inspect.custom]]\n}",
      { a: 1 },
    ],
  ];
  for (const [code, preview, json] of rows) {
    test(code, () => {
      using value = guest.evaluate(code);
      expect(guest.describeValue(value, undefined, true)).toMatchObject({ preview, json });
    });
  }
  test("and after that it may again", () => {
    expect(guest.json("({ toJSON: () => 1 })")).toBe(1);
  });
});

describe("bounds", () => {
  test("a long string keeps its beginning, and its JSON where both fit", () => {
    const cut = guest.describe("'x'.repeat(1000)", 400);
    expect(cut.preview).toMatch(/^x{100,}\.\.\. \d+ more characters$/);
    expect("json" in cut).toBe(false);
    expect(guest.describe("'x'.repeat(1000)", 4000).json).toBe("x".repeat(1000));
  });
  test("a payload is never far over its bytes", () => {
    for (const code of [
      "'é'.repeat(1e5)",
      "Array.from({ length: 1e5 }, (_, i) => 'é' + i)",
      "Object.fromEntries(Array.from({ length: 1e4 }, (_, i) => ['k' + i, 'v'.repeat(100)]))",
      "new Map(Array.from({ length: 100 }, (_, i) => ['x'.repeat(9000) + i, i]))",
      "Symbol('s'.repeat(1e5))",
      "new Error('m'.repeat(1e6))",
      "({ ['k'.repeat(1e6)]: 1 })",
    ]) {
      const payload = JSON.stringify(guest.describe(code, 50_000));
      expect(Buffer.byteLength(payload)).toBeLessThan(60_000);
    }
  });
  test("what is left out is counted", () => {
    const code =
      "Object.fromEntries(Array.from({ length: 30000 }, (_, i) => ['key' + i, 'v'.repeat(9)]))";
    expect(guest.preview(code)).toMatch(/\.\.\. \d+ more properties\n}$/);
  });
});

describe("guest code that would run", () => {
  const rows: [code: string, preview: string | RegExp][] = [
    ["new Proxy({}, { get() { for (;;); }, getPrototypeOf() { for (;;); } })", "{}"],
    ["[new Proxy([1], { ownKeys() { throw 1 } })]", "[ [ 1 ] ]"],
    ["Object.create(new Proxy({ x: 1 }, { get() { throw 1 } }))", "{}"],
    ["class Tag { get [Symbol.toStringTag]() { throw 1 } }; new Tag()", "Tag {}"],
    ["class B { static get name() { throw 1 } }; new B()", "{}"],
    ["class C { static [Symbol.hasInstance]() { throw 1 } }; new C()", "C {}"],
    ["class E1 extends Error { get message() { throw 1 } }; new E1('q')", /^E1|^Error/],
    ["class E2 extends Error { get stack() { for (;;); } }; new E2('q')", /^E2 \[Error\]: q/],
    ["Object.defineProperty(new Error('a'), 'name', { get() { throw 1 } })", /^(\[)?Error: a/],
    ["({ [Symbol.for('nodejs.util.inspect.custom')]() { throw 1 }, a: 1 })", /a: 1/],
    [
      "class T extends Promise { get then() { throw 1 } }; new T(() => {})",
      "T [Promise] { <pending> }",
    ],
    ["Object.defineProperty([1, 2], 0, { get() { for (;;); } })", "[ [Getter], 2 ]"],
    ["Object.assign(() => {}, { toString() { throw 1 } })", /^\[Function/],
  ];
  for (const [code, preview] of rows) {
    test(code, () => {
      if (typeof preview === "string") expect(guest.preview(code)).toBe(preview);
      else expect(guest.preview(code)).toMatch(preview);
    });
  }

  test("prototypes that the guest changed change nothing", () => {
    using hostile = new PreludeGuest();
    const code =
      "[{ a: [1, 'x'] }, new Map([[1, new Set([2])]]), new Error('e', { cause: 1 }), /r/]";
    const before = hostile.describe(code);
    hostile
      .evaluate(`
        const die = () => { throw new Error("polluted") };
        const targets = [String, Map, Set, RegExp, Error, Function, Date, Number, Object, Array];
        const define = Object.defineProperty, keysOf = Reflect.ownKeys;
        for (let t = 0; t < targets.length; t++) {
          const prototype = targets[t].prototype, keys = keysOf(prototype);
          for (let k = 0; k < keys.length; k++) {
            const key = keys[k];
            if (key === "constructor" || key === "__proto__" || key === "name" || key === "message" || key === "length") continue;
            try { define(prototype, key, { value: die, writable: true }) } catch {}
          }
        }
        const traps = ["value", "get", "enumerable", "writable", "depth", "json", "level", "0", "toJSON", "seen"];
        for (let k = 0; k < traps.length; k++) {
          define(Object.prototype, traps[k], { __proto__: null, get: die, set: die, configurable: true });
        }
        Object.keys = Object.getOwnPropertyDescriptor = Object.getPrototypeOf = Object.is = die;
        JSON.stringify = JSON.parse = Array.isArray = Reflect.apply = Reflect.ownKeys = die;
        globalThis.Map = globalThis.Set = globalThis.String = globalThis.Error = die;
      `)
      .dispose();
    using value = hostile.evaluate(
      "[{ __proto__: Object.prototype, a: [1, 'x'] }, 7, 'y', null, 10n, -0]",
    );
    expect(hostile.describeValue(value).preview).toBe(
      "[ { a: [ 1, 'x' ] }, 7, 'y', null, 10n, -0 ]",
    );
    expect(before.preview).toContain("Map(1) { 1 => Set(1) { 2 } }");
    expect(hostile.console("console.log('%s is %d', 'a', 1, [2])")).toEqual(["a is 1 [ 2 ]"]);
    expect(hostile.complete("JSO")).toEqual(["JSON"]);
  });

  test("a stack at its end shows a placeholder", () => {
    const code =
      "let deep = []; for (let i = 0; i < 1e5; i++) deep = [deep]; console.dir(deep, { depth: null, breakLength: Infinity, compact: true })";
    expect(guest.console(code)[0]).toMatch(/Inspection interrupted prematurely/);
    expect(guest.console("console.dir(deep, { depth: null })")[0]!.length).toBeLessThan(300_000);
  });

  test("proxies that are gone leave nothing behind", () => {
    using busy = new PreludeGuest();
    const code = "for (let i = 0; i < 5e4; i++) { const t = {}; t.self = new Proxy(t, {}) }";
    const used = () =>
      Number(/memory used +\d+ +(\d+)/.exec(busy.context.runtime.dumpMemoryUsage())![1]);
    busy.evaluate(code).dispose();
    const before = used();
    for (let round = 0; round < 5; round++) busy.evaluate(code).dispose();
    expect(used()).toBeLessThan(before + 4_000_000);
  });
});

describe("rich forms", () => {
  test("what the display method returns is the mime bundle", () => {
    const code =
      "({ [Symbol.for('Jupyter.display')]() { return { 'text/html': '<b>x</b>', 'application/json': { a: 1 }, other: 1 } } })";
    expect(guest.describe(code).mime).toEqual({
      "text/html": "<b>x</b>",
      "application/json": { a: 1 },
    });
  });
  test("a display that throws, or gives nothing of use, is ignored", () => {
    for (const body of ["throw 1", "return 5", "return null", "return {}", "return { a: 1 }"]) {
      const code = `({ [Symbol.for('Jupyter.display')]() { ${body} } })`;
      expect(guest.describe(code).mime).toBeUndefined();
    }
  });
});

describe("an exception payload", () => {
  test("of an error", () => {
    expect(guest.thrown("\n  x")).toEqual({
      message: "ReferenceError: 'x' is not defined",
      name: "ReferenceError",
      stack: "ReferenceError: 'x' is not defined\n    at /guest.js:2:3",
    });
  });
  test("of an error with a code, without a message, of a class", () => {
    expect(guest.thrown("throw Object.assign(new Error('m'), { code: 'E_M' })")).toMatchObject({
      message: "Error: m",
      code: "E_M",
    });
    expect(guest.thrown("throw new TypeError()").message).toBe("TypeError");
    expect(
      guest.thrown("class Own extends Error { name = 'Own' }; throw new Own('o')"),
    ).toMatchObject({ message: "Own: o", name: "Own" });
  });
  test("of what is no error", () => {
    expect(guest.thrown("throw 'text'")).toEqual({ message: "text" });
    expect(guest.thrown("throw 42")).toEqual({ message: "42" });
    expect(guest.thrown("throw { a: 1 }")).toEqual({ message: "{ a: 1 }" });
    expect(guest.thrown("throw undefined")).toEqual({ message: "undefined" });
    expect(guest.thrown("throw new Proxy({}, { get() { throw 2 } })")).toEqual({ message: "{}" });
  });
  test("has no frame of ours", () => {
    const { stack } = guest.thrown("structuredClone(() => {})");
    expect(stack).toContain("at /guest.js:1:");
    expect(stack).not.toContain("vm:");
  });
});
