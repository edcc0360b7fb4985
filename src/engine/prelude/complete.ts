import { prototypeOf, safeGet, safeHas } from "./look.ts";
import {
  arraySort,
  charCodeAt,
  coerce,
  endsWith,
  evalGlobally,
  join,
  list,
  NativeSet,
  objectGetOwnPropertyNames,
  objectPrototype,
  push,
  quote,
  record,
  regExpExec,
  setAdd,
  setHas,
  slice,
  startsWith,
} from "./primordials.ts";
import { unproxied } from "./proxies.ts";
import { type Receiver, receiverAt, trimmedEnd, withoutDot } from "./receiver.ts";

const NAMES_MAX = 500;
/** A typed array's or a string's indices are no names; an object of more keys is not listed whole. */
const KEYS_MAX = 20_000;
const CHAIN_LENGTH_MAX = 100;

const startPattern = /(?:^|[^\w$])([A-Za-z_$][\w$]*)?$/;
const identifierPattern = /^[A-Za-z_$][\w$]*$/;

/**
 * Names that can stand where the text ends: those that begin with its last identifier, of what stands
 * before the last dot, or of the global scope. No getter runs. JSON: string[], the object's own names
 * first, then each prototype's, all of them sorted. What every object inherits is named only where a
 * beginning of it is there, or nothing else is.
 */
export function complete(text: string): string {
  try {
    return completeText(slice(coerce(text), -1000));
  } catch {
    return "[]";
  }
}

function completeText(text: string): string {
  const found = regExpExec(startPattern, text);
  if (found === null) return "[]";
  const start = found[1] ?? "";
  const before = trimmedEnd(slice(text, 0, text.length - start.length));
  const object = withoutDot(before);
  if (object === undefined) {
    if (start === "" && text !== "" && endsInWord(text)) return "[]";
    if (endsWith(before, "..") && !endsWith(before, "...")) return "[]";
    return namesText(globalThis, start);
  }
  const receiver = receiverAt(object);
  return receiver === undefined ? "[]" : namesText(receivedValue(receiver), start);
}

function receivedValue({ root, name, members }: Receiver): unknown {
  let value = root === "name" ? rootValue(name) : literalPrototypes[root];
  for (let i = 0; i < members.length; i++) value = memberOf(value, members[i] as string);
  return value;
}

function namesText(value: unknown, start: string): string {
  const names = namesOf(value, start);
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
const literalPrototypes = record({ array: Array.prototype as object, string: stringPrototype });

function namesOf(value: unknown, start: string): string[] {
  const names = list<string>();
  const seen = new NativeSet<string>();
  let object = objectOf(value);
  for (let depth = 0; object !== null && depth < CHAIN_LENGTH_MAX; depth++) {
    if (object === objectPrototype && start === "" && names.length > 0) break;
    const ofThis = list<string>();
    const own = objectGetOwnPropertyNames(object);
    for (let i = 0; i < own.length && i < KEYS_MAX; i++) {
      const name = own[i] as string;
      if (!startsWith(name, start) || setHas(seen, name)) continue;
      if (regExpExec(identifierPattern, name) === null) continue;
      setAdd(seen, name);
      push(ofThis, name);
    }
    arraySort(ofThis);
    for (let i = 0; i < ofThis.length; i++) push(names, ofThis[i] as string);
    object = prototypeOf(object);
  }
  return names;
}
