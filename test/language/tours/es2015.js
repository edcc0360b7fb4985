// Arrow functions, classes, template literals, destructuring, spread, defaults, generators, symbols …
const check = (what, ok) => {
  if (!ok) throw new Error(`ES2015: ${what}`);
};
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

check(
  "block scope",
  (() => {
    const fs = [];
    for (let i = 0; i < 3; i++) fs.push(() => i);
    return same(
      fs.map((f) => f()),
      [0, 1, 2],
    );
  })(),
);
check(
  "temporal dead zone",
  (() => {
    try {
      void later;
      const later = 1;
      return false;
    } catch (e) {
      return e instanceof ReferenceError;
    }
  })(),
);
check(
  "arrow functions keep this",
  function () {
    return (() => this.a)() === 1;
  }.call({ a: 1 }),
);
class Shape {
  constructor(name) {
    this.name = name;
  }
  get label() {
    return `<${this.name}>`;
  }
  set label(text) {
    this.name = text.slice(1, -1);
  }
  static make(...args) {
    return new this(...args);
  }
  toString() {
    return this.label;
  }
}
class Square extends Shape {
  constructor(side) {
    super("square");
    this.side = side;
  }
  toString() {
    return `${super.toString()} ${this.side}`;
  }
}
check("classes", String(Square.make(2)) === "<square> 2" && new Square(1) instanceof Shape);
check(
  "new.target",
  new (function F() {
    this.t = new.target === F;
  })().t,
);
check(
  "subclass of Array",
  (() => {
    class L extends Array {}
    const l = L.of(1, 2);
    return l.map((x) => x) instanceof L && l.length === 2;
  })(),
);
check(
  "template literals",
  ((strings, ...values) => strings.raw.join("|") + values)`a${1}\n${2}` === "a|\\n|1,2",
);
check("String.raw", String.raw`\u00e9\n` === "\\u00e9\\n");
const [first, , third = 3, ...others] = [1, 2, undefined, 4, 5];
const { a, b: { c = 7, ...restOfB } = {}, ["d" + 1]: d1 } = { a: 1, b: { e: 2 }, d1: 4 };
check(
  "destructuring",
  same([first, third, others, a, c, restOfB, d1], [1, 3, [4, 5], 1, 7, { e: 2 }, 4]),
);
check(
  "default, rest and spread",
  ((x, y = x + 1, ...z) => same([x, y, z], [1, 2, [3, 4]]))(...[1, undefined], ...[3, 4]),
);
const key = "k";
const literal = {
  key,
  [key + 1]: 1,
  method() {
    return super.toString === Object.prototype.toString;
  },
  get g() {
    return 2;
  },
};
check(
  "object literals",
  same(Object.keys(literal), ["key", "k1", "method", "g"]) && literal.method(),
);
check(
  "generators",
  same(
    [
      ...(function* () {
        const got = yield 1;
        yield* [2, 3];
        return got;
      })(),
    ],
    [1, 2, 3],
  ),
);
check(
  "generator protocol",
  (() => {
    const log = [];
    const g = (function* () {
      try {
        log.push(yield 1);
      } finally {
        log.push("end");
      }
    })();
    g.next();
    g.next("sent");
    return same(log, ["sent", "end"]);
  })(),
);
check(
  "for-of closes iterators",
  (() => {
    let closed = false;
    const it = {
      [Symbol.iterator]: () => ({
        next: () => ({ value: 1, done: false }),
        return() {
          closed = true;
          return {};
        },
      }),
    };
    for (const _ of it) break;
    return closed;
  })(),
);
check(
  "symbols",
  Symbol.for("x") === Symbol.for("x") &&
    Symbol.keyFor(Symbol.for("x")) === "x" &&
    typeof Symbol() === "symbol",
);
check(
  "well-known symbols",
  (() => {
    class Even {
      static [Symbol.hasInstance](n) {
        return n % 2 === 0;
      }
    }
    const money = { [Symbol.toPrimitive]: (hint) => (hint === "number" ? 5 : "five") };
    return (
      4 instanceof Even &&
      +money === 5 &&
      `${money}` === "five" &&
      `${{ [Symbol.toStringTag]: "T" }}` === "[object T]"
    );
  })(),
);
const map = new Map([
  [NaN, "n"],
  ["a", 1],
]);
const set = new Set([1, 1, 2]);
const weak = new WeakMap([[map, 1]]);
check(
  "Map, Set, WeakMap, WeakSet",
  map.get(NaN) === "n" && set.size === 2 && weak.get(map) === 1 && new WeakSet([set]).has(set),
);
check(
  "Proxy",
  (() => {
    const log = [];
    const p = new Proxy(
      {},
      { get: (_, k) => (log.push(k), 42), has: () => true, deleteProperty: () => true },
    );
    return p.anything === 42 && "x" in p && delete p.x && same(log, ["anything"]);
  })(),
);
check(
  "Reflect",
  Reflect.construct(Date, [0]).getTime() === 0 && same(Reflect.ownKeys({ b: 1, 1: 1 }), ["1", "b"]),
);
check(
  "Promise",
  await Promise.all([Promise.resolve(1), new Promise((r) => setTimeout(r, 1, 2))]).then((v) =>
    same(v, [1, 2]),
  ),
);
check(
  "typed arrays",
  same([...new Uint8ClampedArray([300, -1])], [255, 0]) &&
    new DataView(new ArrayBuffer(8)).getFloat64(0) === 0,
);
check(
  "Object",
  Object.is(-0, -0) &&
    !Object.is(0, -0) &&
    Object.assign({}, { a: 1 }).a === 1 &&
    Object.setPrototypeOf({}, null) !== null,
);
check(
  "Array",
  same(
    Array.from({ length: 2 }, (_, i) => i),
    [0, 1],
  ) &&
    [1, 2, 3].find((n) => n > 1) === 2 &&
    same([1, 2, 3].copyWithin(0, 1), [2, 3, 3]) &&
    same([..."ab"].entries().next().value, [0, "a"]) &&
    same([1, 2].fill(0), [0, 0]),
);
check(
  "String",
  "abc".includes("b") &&
    "ab".repeat(2) === "abab" &&
    "abc".startsWith("ab") &&
    "x".codePointAt(0) === 120 &&
    String.fromCodePoint(0x1f600) === "\u{1F600}" &&
    "e\u0301".normalize() === "\u00e9",
);
check(
  "Math and Number",
  Math.trunc(-1.5) === -1 &&
    Math.sign(-3) === -1 &&
    Math.clz32(1) === 31 &&
    Math.fround(0.5) === 0.5 &&
    Math.cbrt(27) === 3 &&
    Number.isInteger(5) &&
    Number.isSafeInteger(2 ** 53) === false,
);
check(
  "regular expressions",
  /^\u{1F600}$/u.test("\u{1F600}") &&
    (() => {
      const r = /a/y;
      r.lastIndex = 1;
      return r.test("ba");
    })() &&
    /a/gi.flags === "gi",
);
check("binary and octal literals", 0b11 === 3 && 0o17 === 15);
check("function names", (() => {}).name === "" && { m() {} }.m.name === "m");
check(
  "labelled continue",
  (() => {
    let n = 0;
    outer: for (const x of [1, 2])
      for (const y of [1, 2]) {
        if (y > x) continue outer;
        n++;
      }
    return n === 3;
  })(),
);
("ES2015");
