import { split } from "./inspect-text.ts";
import { prototypeOf, safeGet, safeHas } from "./look.ts";
import {
  arraySort,
  charCodeAt,
  coerce,
  evalGlobally,
  join,
  list,
  NativeSet,
  objectGetOwnPropertyNames,
  push,
  quote,
  regExpExec,
  setAdd,
  setHas,
  slice,
  startsWith,
} from "./primordials.ts";
import { unproxied } from "./proxies.ts";

const NAMES_MAX = 500;
/** A typed array's or a string's indices are no names; an object of more keys is not listed whole. */
const KEYS_MAX = 20_000;
const CHAIN_LENGTH_MAX = 100;

/** `a.b.c` or `c` at the end of the text, `this` and `globalThis` among them. */
const tailPattern = /(?:^|[^\w$.])((?:[A-Za-z_$][\w$]*\.)*)([A-Za-z_$][\w$]*)?$/;
const identifierPattern = /^[A-Za-z_$][\w$]*$/;
const numberBeforeDot = /(?:^|[^\w$])\d[\w]*\.$/;

/**
 * Names that can stand where the text ends: those that begin with its last identifier, of the object
 * before the last dot, or of the global scope. No getter runs. JSON: string[], sorted.
 */
export function complete(text: string): string {
  try {
    return completeText(slice(coerce(text), -1000));
  } catch {
    return "[]";
  }
}

function completeText(text: string): string {
  if (regExpExec(numberBeforeDot, text) !== null) return "[]";
  const tail = regExpExec(tailPattern, text);
  if (tail === null) return "[]";
  const path = tail[1] as string;
  const start = tail[2] ?? "";
  if (path === "" && start === "" && text !== "" && endsInWord(text)) return "[]";
  let object: unknown = globalThis;
  if (path !== "") {
    const names = split(slice(path, 0, -1), ".");
    object = rootValue(names[0] as string);
    for (let i = 1; i < names.length; i++) object = memberOf(object, names[i] as string);
  }
  const names = namesOf(object, start);
  const parts = list<string>();
  for (let i = 0; i < names.length && i < NAMES_MAX; i++) push(parts, quote(names[i] as string));
  return `[${join(parts, ",")}]`;
}

function endsInWord(text: string): boolean {
  const code = charCodeAt(text, text.length - 1);
  return code === 46 || code === 41 || code === 93 || code === 34 || code === 39 || code === 96;
}

/** Of the global scope; a lexical binding is read by its name, which runs nothing. */
function rootValue(name: string): unknown {
  if (name === "this" || name === "globalThis") return globalThis;
  if (safeHas(globalThis, name)) return safeGet(globalThis, name);
  try {
    return evalGlobally(name);
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, name: string): unknown {
  const object = objectOf(value);
  return object === null ? undefined : safeGet(object, name);
}

/** The object whose members a value has: its own, or its prototype where it is primitive. */
function objectOf(value: unknown): object | null {
  switch (typeof value) {
    case "object":
      return value === null ? null : unproxied(value);
    case "function":
      return unproxied(value);
    case "string":
      return stringPrototype;
    case "number":
      return numberPrototype;
    case "boolean":
      return booleanPrototype;
    case "bigint":
      return bigIntPrototype;
    case "symbol":
      return symbolPrototype;
    default:
      return null;
  }
}
const stringPrototype = String.prototype;
const numberPrototype = Number.prototype;
const booleanPrototype = Boolean.prototype;
const bigIntPrototype = BigInt.prototype;
const symbolPrototype = Symbol.prototype;

function namesOf(value: unknown, start: string): string[] {
  const names = list<string>();
  const seen = new NativeSet<string>();
  let object = objectOf(value);
  for (let depth = 0; object !== null && depth < CHAIN_LENGTH_MAX; depth++) {
    const own = objectGetOwnPropertyNames(object);
    for (let i = 0; i < own.length && i < KEYS_MAX; i++) {
      const name = own[i] as string;
      if (!startsWith(name, start) || setHas(seen, name)) continue;
      if (regExpExec(identifierPattern, name) === null) continue;
      setAdd(seen, name);
      push(names, name);
    }
    object = prototypeOf(object);
  }
  return arraySort(names);
}
