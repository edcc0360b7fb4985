import type { Answer } from "./answers.ts";

/**
 * Where a session does not do what Node does: by reason, by snippet, what it does instead. The help
 * topic `language` says the same in words.
 */
export const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, Partial<Answer>>>>> = {
  "Node's prompt gives no value for a statement that awaits; here it has the one that it would have without":
    {
      "for (const n of [1, 2]) await n": { type: "number", preview: "2" },
      "try { await Promise.reject(1) } catch (e) { e + 1 }": { type: "number", preview: "2" },
      "if (await true) 'yes'": { type: "string", preview: "yes" },
    },
  "the engine lets nobody look into an iterator without moving it": {
    "new Map([[1, 2]]).entries()": { preview: "Object [Map Iterator] {}" },
    "new Set([1]).values()": { preview: "Object [Set Iterator] {}" },
  },
  "timers are numbers, as in a browser": {
    "typeof setTimeout(() => {}, 0)": { preview: "number" },
  },
  "Node warns of it outside of the console": {
    "console.timeEnd('never begun')": {
      console: ["err: Warning: No such label 'never begun' for console.timeEnd()"],
    },
  },
  "the engine does not keep the value, the key or the object concerned: the message says the rest":
    {
      "var k = 'dyn', o; o[k]": { thrown: "TypeError: Cannot read properties of undefined" },
      "(5)()": { thrown: "TypeError: (intermediate value) is not a function" },
      "'x'()": { thrown: "TypeError: (intermediate value) is not a function" },
      "[1, 2].map(3)": { thrown: "TypeError: not a function" },
      "[1].forEach()": { thrown: "TypeError: not a function" },
      "[1, 2].reduce('x')": { thrown: "TypeError: not a function" },
      "class A extends null {}; new A()": { thrown: "TypeError:  is not a constructor" },
      "'x'.repeat(-1)": { thrown: "RangeError: Invalid count value" },
      "BigInt(1.5)": {
        thrown:
          "RangeError: The number cannot be converted to a BigInt because it is not an integer",
      },
      "BigInt('x')": { thrown: "SyntaxError: Cannot convert the text to a BigInt" },
      "const { a: { b } } = {}": {
        thrown: "TypeError: Cannot convert undefined or null to object",
      },
      "(({ a }) => a)()": { thrown: "TypeError: Cannot convert undefined or null to object" },
      "for (const x of 5);": { thrown: "TypeError: value is not iterable" },
      "for (const x of { a: 1 });": { thrown: "TypeError: value is not iterable" },
      "[...5]": { thrown: "TypeError: value is not iterable" },
      "Math.max(...5)": { thrown: "TypeError: value is not iterable" },
      "new Map([1])": { thrown: "TypeError: Iterator value is not an entry object" },
      "new Map(5)": { thrown: "TypeError: value is not iterable" },
      "new Set(5)": { thrown: "TypeError: value is not iterable" },
      "Object.defineProperty(1, 'a', {})": {
        thrown: "TypeError: defineProperty called on non-object",
      },
      "Object.defineProperty({}, 'a', { get: 1 })": {
        thrown: "TypeError: Getter must be a function",
      },
      "'use strict'; Object.freeze({ a: 1 }).a = 2": {
        thrown: "TypeError: Cannot assign to read only property 'a' of object",
      },
      "'use strict'; Object.freeze([1]).push(2)": {
        thrown: "TypeError: Cannot add property, object is not extensible",
      },
      "Object.freeze([1]).push(2)": {
        thrown: "TypeError: Cannot add property, object is not extensible",
      },
      "'use strict'; ({ get a() { return 1 } }).a = 2": {
        thrown: "TypeError: Cannot set property of an object which has only a getter",
      },
      "'use strict'; delete Object.freeze({ a: 1 }).a": {
        thrown: "TypeError: Cannot delete property",
      },
      "'use strict'; Object.preventExtensions({}).n = 1": {
        thrown: "TypeError: Cannot add property, object is not extensible",
      },
      "Object.fromEntries(5)": { thrown: "TypeError: value is not iterable" },
      "Object.fromEntries([1])": { thrown: "TypeError: Iterator value is not an entry object" },
      "const o = {}; o.o = o; JSON.stringify(o)": {
        thrown: "TypeError: Converting circular structure to JSON",
      },
      "new RegExp('[')": { thrown: "SyntaxError: Invalid regular expression: unexpected end" },
      "new RegExp('a', 'zz')": {
        thrown: "SyntaxError: Invalid flags supplied to RegExp constructor",
      },
      "String.fromCodePoint(-1)": { thrown: "RangeError: Invalid code point" },
      "'a' in 'b'": {
        thrown: "TypeError: Cannot use 'in' operator to search for a property in a primitive value",
      },
      "1 instanceof 1": { thrown: "TypeError: Right-hand side of 'instanceof' is not callable" },
      "({}) instanceof (() => {})": {
        thrown: "TypeError: Function has non-object prototype in instanceof check",
      },
      "Reflect.ownKeys(1)": { thrown: "TypeError: ownKeys called on non-object" },
      "new Proxy({}, null)": { thrown: "TypeError: not an object" },
      "new Promise()": { thrown: "TypeError: not a function" },
      "Promise.resolve.call(1)": { thrown: "TypeError: resolve called on non-object" },
      "Object.setPrototypeOf({}, 1)": {
        thrown: "TypeError: Object prototype may only be an Object or null",
      },
      "(function* () {})().next.call({})": { thrown: "TypeError: not a generator" },
      "new Uint8Array(-1)": { thrown: "RangeError: Invalid typed array length" },
      "new ArrayBuffer(-1)": { thrown: "RangeError: Array buffer allocation failed" },
      "new Uint16Array(new ArrayBuffer(3))": { thrown: "RangeError: invalid length" },
    },
  "the message says which files were tried": {
    "require('nothing')": {
      thrown:
        "Error: Invalid module 'nothing', asked for by the script: not found; tried node_modules/nothing, node_modules/nothing.js, node_modules/nothing.json, node_modules/nothing.mjs, node_modules/nothing.cjs, node_modules/nothing/index.js, node_modules/nothing/index.json, node_modules/nothing/index.mjs, node_modules/nothing/index.cjs",
    },
  },
  "the parser says more, or the text could as well be read as TypeScript, and that came further": {
    "f() = 1": { thrown: "SyntaxError: Invalid left-hand side in assignment" },
    "function f() { await 1 }": {
      thrown:
        "SyntaxError: await is only valid in async functions and the top level bodies of modules",
    },
    "export const a = 1": {
      thrown:
        "SyntaxError: Unexpected token 'export': a snippet has nobody to export to; write it into a module file",
    },
    "@": { thrown: "SyntaxError: Unexpected end of input" },
    "async () => { for await (x in y); }": { thrown: "SyntaxError: Unexpected identifier 'await'" },
    "a ?? b || c": {
      thrown:
        "SyntaxError: Logical expressions and coalesce expressions cannot be mixed. Wrap either by parentheses",
    },
    enum: { thrown: "SyntaxError: Unexpected end of input" },
    "0b12": { thrown: "SyntaxError: Unexpected number" },
  },
};
