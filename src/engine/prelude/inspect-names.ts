import type { Context } from "./inspect.ts";
import { inspect } from "./inspect.ts";
import { plainText, quoteText } from "./inspect-text.ts";
import { type Brand, inherits, ownDescriptor, prototypeOf, safeGet } from "./look.ts";
import {
  bigIntValueOf,
  booleanValueOf,
  functionToString,
  hasOwn,
  numberValueOf,
  objectPrototype,
  record,
  startsWith,
  stringValueOf,
  symbolValueOf,
  typedArrayName,
} from "./primordials.ts";

const functionPrototype = Function.prototype;

/** The name of the constructor of an object, `null` where its prototype is null. */
export function constructorName(context: Context, value: object, level: number): string | null {
  let current: object | null = value;
  const first = prototypeOf(value);
  while (current !== null) {
    if (current === objectPrototype && current !== value) return "Object";
    if (current === functionPrototype && current !== value) return "Function";
    const maker = ownDescriptor(current, "constructor")?.value;
    if (typeof maker === "function") {
      const name = nameOf(maker);
      if (name !== "" && isInstance(value, maker)) return name;
    }
    current = prototypeOf(current);
  }
  if (first === null) return null;
  if (level > context.depth) return "Object <Complex prototype>";
  const outer = constructorName(context, first, level + 1);
  if (outer === null) {
    return `Object <${inspect(first, { depth: -1, customInspect: false })}>`;
  }
  return `Object <${outer}>`;
}

function isInstance(value: object, maker: object): boolean {
  const prototype = safeGet(maker, "prototype");
  return typeof prototype === "object" && prototype !== null && inherits(value, prototype);
}

/** The name of a function, where it is a string that no getter makes. */
export function nameOf(fn: object): string {
  const name = safeGet(fn, "name");
  return typeof name === "string" ? name : "";
}

/** `Foo(2) [Tag] `, `[Foo: null prototype] `; with a space at its end. */
export function prefix(className: string | null, tag: string, fallback: string, size = ""): string {
  if (className === null) {
    const plain = `[${fallback}${size}: null prototype] `;
    return tag !== "" && fallback !== tag ? `${plain}[${tag}] ` : plain;
  }
  if (tag !== "" && className !== tag) return `${className}${size} [${tag}] `;
  return `${className}${size} `;
}

const FALLBACKS: { readonly [brand in Brand]?: string } = record({
  array: "Array",
  function: "Function",
  map: "Map",
  set: "Set",
  date: "Date",
  error: "Error",
  promise: "Promise",
});

export function styleOf(
  className: string | null,
  tag: string,
  brand: Brand,
  value: object,
): string {
  let fallback = "";
  if (className === null) {
    fallback = typedArrayName(value) ?? FALLBACKS[brand] ?? "Object";
    if (fallback === tag) fallback = "Object";
  }
  return prefix(className, tag, fallback);
}

/** `[Function: f]`, `[class A extends B]`. */
export function functionBase(
  fn: (...args: never[]) => unknown,
  className: string | null,
  tag: string,
): string {
  if (isClass(fn)) return classBase(fn, className, tag);
  const type = functionType(fn);
  let base = `[${type}`;
  if (className === null) base += " (null prototype)";
  const name = nameOf(fn);
  base += name === "" ? " (anonymous)]" : `: ${name}]`;
  if (className !== type && className !== null) base += ` ${className}`;
  if (tag !== "" && className !== tag) base += ` [${tag}]`;
  return base;
}

/**
 * Classes and the engine's own constructors alone have a prototype that cannot be replaced. The source
 * tells them apart, but for native functions it is made of their name, which a getter may answer.
 */
function isClass(fn: (...args: never[]) => unknown): boolean {
  if (ownDescriptor(fn, "prototype")?.writable !== false) return false;
  const name = ownDescriptor(fn, "name");
  if (name === undefined || !hasOwn(name, "value")) return true;
  return startsWith(functionToString(fn as never), "class");
}

function classBase(fn: object, className: string | null, tag: string): string {
  const name = hasOwn(fn, "name") ? nameOf(fn) : "";
  let base = `class ${name === "" ? "(anonymous)" : name}`;
  if (className !== "Function" && className !== null) base += ` [${className}]`;
  if (tag !== "" && className !== tag) base += ` [${tag}]`;
  if (className === null) return `[${base} extends [null prototype]]`;
  const parent = prototypeOf(fn);
  const parentName = parent === null ? "" : nameOf(parent);
  return parentName === "" ? `[${base}]` : `[${base} extends ${parentName}]`;
}

const generatorPrototype = Object.getPrototypeOf(function* () {}) as object;
const asyncPrototype = Object.getPrototypeOf(async () => {}) as object;
const asyncGeneratorPrototype = Object.getPrototypeOf(async function* () {}) as object;

function functionType(fn: object): string {
  if (inherits(fn, asyncGeneratorPrototype)) return "AsyncGeneratorFunction";
  if (inherits(fn, generatorPrototype)) return "GeneratorFunction";
  if (inherits(fn, asyncPrototype)) return "AsyncFunction";
  return "Function";
}

/** `[Number: 1]`, `[String (Foo): 'x']`. */
export function boxedBase(
  value: object,
  brand: "number" | "string" | "boolean" | "bigint" | "symbol",
  className: string | null,
  tag: string,
): string {
  const boxed = boxedValue(value, brand);
  const type = {
    number: "Number",
    string: "String",
    boolean: "Boolean",
    bigint: "BigInt",
    symbol: "Symbol",
  }[brand];
  let base = `[${type}`;
  if (type !== className) {
    base += className === null ? " (null prototype)" : ` (${className})`;
  }
  base += `: ${typeof boxed === "string" ? quoteText(boxed) : plainText(boxed)}]`;
  return tag !== "" && tag !== className ? `${base} [${tag}]` : base;
}

export function boxedValue(
  value: object,
  brand: "number" | "string" | "boolean" | "bigint" | "symbol",
): number | string | boolean | bigint | symbol {
  switch (brand) {
    case "number":
      return numberValueOf(value as never);
    case "string":
      return stringValueOf(value as never);
    case "boolean":
      return booleanValueOf(value as never);
    case "bigint":
      return bigIntValueOf(value as never);
    case "symbol":
      return symbolValueOf(value as never);
  }
}
