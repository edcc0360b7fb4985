import { assignsMember, destructured, nameBefore, nameBehind } from "./error-place.ts";
import { OURS } from "./file-name.ts";
import { type Frame, firstFrame } from "./frames.ts";
import { endsWith, indexOf, slice, startsWith } from "./primordials.ts";

/** What the engine says, and V8 for the same: the words that people know and search for. */
const SAME: Readonly<Record<string, string>> = {
  __proto__: null as never,
  "stack overflow": "Maximum call stack size exceeded",
  "cannot convert to object": "Cannot convert undefined or null to object",
  "invalid array length": "Invalid array length",
  "invalid array buffer length": "Array buffer allocation failed",
  "empty array": "Reduce of empty array with no initial value",
  "invalid repeat count": "Invalid count value",
  "radix must be between 2 and 36": "toString() radix argument must be between 2 and 36",
  "bigint argument with unary +": "Cannot convert a BigInt value to a number",
  "BigInt division by zero": "Division by zero",
  "cannot convert symbol to string": "Cannot convert a Symbol value to a string",
  "cannot convert symbol to number": "Cannot convert a Symbol value to a number",
  "cannot convert to BigInt: not an integer":
    "The number cannot be converted to a BigInt because it is not an integer",
  "invalid bigint literal": "Cannot convert the text to a BigInt",
  "invalid value used as WeakMap key": "Invalid value used as weak map key",
  "invalid value used as WeakSet key": "Invalid value used in weak set",
  "invalid getter": "Getter must be a function",
  "invalid setter": "Setter must be a function",
  "object is not extensible": "Cannot add property, object is not extensible",
  "no setter for property": "Cannot set property of an object which has only a getter",
  "could not delete property": "Cannot delete property",
  "circular reference": "Converting circular structure to JSON",
  "circular prototype chain": "Cyclic __proto__ value",
  "Date value is NaN": "Invalid time value",
  "invalid 'in' operand": "Cannot use 'in' operator to search for a property in a primitive value",
  "invalid 'instanceof' right operand": "Right-hand side of 'instanceof' is not callable",
  "operand 'prototype' property is not an object":
    "Function has non-object prototype in instanceof check",
  "bad normalization form": "The normalization form should be one of NFC, NFD, NFKC, NFKD.",
  "expecting hex digit": "URI malformed",
  "malformed UTF-8": "URI malformed",
  "invalid code point": "Invalid code point",
  "out of bound": "Offset is outside the bounds of the DataView",
  "cannot read property 'Symbol.iterator' of undefined":
    "undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
  "cannot read property 'Symbol.iterator' of null":
    "object null is not iterable (cannot read property Symbol(Symbol.iterator))",
};

/** By the native function that threw: the same text means different things. */
const OF_NATIVE: Readonly<Record<string, (name: string) => string | undefined>> = {
  __proto__: null as never,
  "invalid number of digits": (name) =>
    name === "toPrecision"
      ? "toPrecision() argument must be between 1 and 100"
      : `${name}() ${name === "toFixed" ? "digits " : ""}argument must be between 0 and 100`,
  "must be called with new": (name) =>
    name === "Promise"
      ? "Promise constructor cannot be invoked without 'new'"
      : `Constructor ${name} requires 'new'`,
  "not an object": (name) => {
    if (name === "Map" || name === "WeakMap" || name === "fromEntries")
      return "Iterator value is not an entry object";
    if (name === "setPrototypeOf") return "Object prototype may only be an Object or null";
    return name === "Proxy" ? undefined : `${name} called on non-object`;
  },
  "invalid array index": (name) =>
    name === "ArrayBuffer" ? "Array buffer allocation failed" : "Invalid typed array length",
  "cannot convert bigint to number": () => "Cannot convert a BigInt value to a number",
  "invalid regular expression flags": () => "Invalid flags supplied to RegExp constructor",
};

/** Messages that name something: which is between these two. */
type Pattern = readonly [
  before: string,
  behind: string,
  word: (named: string, stack: string) => string,
];

const PATTERNS: readonly Pattern[] = [
  ["'", "' is not defined", (name) => `${name} is not defined`],
  [
    "'",
    "' is read-only",
    (key, stack) =>
      assignsMember(firstFrame(stack), key)
        ? `Cannot assign to read only property '${key}' of object`
        : "Assignment to constant variable.",
  ],
  ["cannot read property '", "' of undefined", (key) => `${READ} undefined (reading '${key}')`],
  ["cannot read property '", "' of null", (key) => `${READ} null (reading '${key}')`],
  ["cannot set property '", "' of undefined", (key) => `${SET} undefined (setting '${key}')`],
  ["cannot set property '", "' of null", (key) => `${SET} null (setting '${key}')`],
  ["cannot read property of ", "", (value) => `${READ} ${value}`],
  [
    "",
    " is not initialized",
    (name) =>
      name === "this"
        ? "Must call super constructor in derived class before accessing 'this' or returning from derived constructor"
        : `Cannot access '${name}' before initialization`,
  ],
  ["unexpected token in expression: '", "'", unexpectedToken],
  ["unexpected token: '", "'", unexpectedToken],
  [
    "private class field '",
    "' does not exist",
    (name) => `Cannot read private member ${name} from an object whose class did not declare it`,
  ],
  [
    "Could not find export '",
    "'",
    (both) => {
      const at = indexOf(both, "' in module '");
      const file = moduleFile(slice(both, at + "' in module '".length));
      const name = slice(both, 0, at);
      return `The requested module '${file}' does not provide an export named '${name}'`;
    },
  ],
];

/** Of a program that is made from text. */
function unexpectedToken(token: string): string {
  return token === "" ? "Unexpected end of input" : `Unexpected token '${token}'`;
}

const READ = "Cannot read properties of";
const SET = "Cannot set properties of";

/** Of the name that a module runs by: what imports see is loaded under a name of ours. */
function moduleFile(name: string): string {
  const file = startsWith(name, IMPORTED) ? slice(name, IMPORTED.length) : name;
  const version = indexOf(file, "?v=");
  return version === -1 ? file : slice(file, 0, version);
}

const IMPORTED = `${OURS}import/`;

/** What the text at the place says besides: the engine knows no names of values. */
const NAMED: Readonly<Record<string, (frame: Frame) => string | undefined>> = {
  __proto__: null as never,
  "not a function": (frame) => {
    const found = nameBefore(frame);
    if (found === undefined) return undefined;
    return `${found.name} is not a ${found.isNew ? "constructor" : "function"}`;
  },
  "class constructors must be invoked with 'new'": (frame) =>
    `Class constructor ${frame.name} cannot be invoked without 'new'`,
  "cannot convert bigint to number": () =>
    "Cannot mix BigInt and other types, use explicit conversions",
  "cannot convert to object": destructured,
  "value is not iterable": notIterable,
  "cannot read property 'Symbol.iterator' of undefined": notIterable,
  "cannot read property 'Symbol.iterator' of null": notIterable,
};

function notIterable(frame: Frame): string | undefined {
  const name = nameBehind(frame);
  return name === undefined ? undefined : `${name} is not iterable`;
}

/** V8's words for the engine's; undefined: they stay. */
export function worded(message: string, stack: string): string | undefined {
  const same = SAME[message];
  const named = NAMED[message];
  const ofNative = OF_NATIVE[message];
  if (named !== undefined || ofNative !== undefined) {
    const frame = firstFrame(stack);
    if (frame !== undefined && frame.line === undefined) {
      return ofNative?.(frame.name) ?? same;
    }
    return (frame === undefined ? undefined : named?.(frame)) ?? same;
  }
  if (same !== undefined) return same;
  for (let i = 0; i < PATTERNS.length; i++) {
    const pattern = PATTERNS[i] as Pattern;
    const before = pattern[0];
    const behind = pattern[1];
    if (startsWith(message, before) && endsWith(message, behind)) {
      return pattern[2](slice(message, before.length, message.length - behind.length), stack);
    }
  }
  const frame = firstFrame(stack);
  if (frame !== undefined && frame.line === undefined && frame.name === "RegExp")
    return `Invalid regular expression: ${message}`;
  return undefined;
}
