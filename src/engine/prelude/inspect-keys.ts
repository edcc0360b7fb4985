import type { Context } from "./inspect.ts";
import {
  charCodeAt,
  isEnumerable,
  max,
  objectGetOwnPropertyNames,
  objectGetOwnPropertySymbols,
  objectKeys,
  objectSetPrototypeOf,
  push,
} from "./primordials.ts";

/** The keys of an object that are listed, without asking anything of the guest. */

export function keysOf(context: Context, value: object): PropertyKey[] {
  const symbols = objectGetOwnPropertySymbols(value);
  const keys: PropertyKey[] = ownNames(value, context.showHidden);
  objectSetPrototypeOf(keys, null);
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i] as symbol;
    if (context.showHidden || isEnumerable(value, symbol)) push(keys, symbol);
  }
  return keys;
}

function ownNames(value: object, all: boolean): string[] {
  if (all) return objectGetOwnPropertyNames(value);
  try {
    return objectKeys(value);
  } catch {
    // A module namespace with bindings that are not initialised yet.
    return objectGetOwnPropertyNames(value);
  }
}

/** Listing the keys of a longer array costs more than an odd name among them is worth. */
const NAMED_KEYS_LENGTH_MAX = 100_000;

/** Keys of a list that are no indices, which come last. */
export function namedKeys(context: Context, value: object, length: number): PropertyKey[] {
  if (length > NAMED_KEYS_LENGTH_MAX) return [];
  const keys = keysOf(context, value);
  let indices = 0;
  while (indices < keys.length && isIndex(keys[indices] as PropertyKey)) indices++;
  dropFirst(keys, indices);
  return keys;
}

function isIndex(key: PropertyKey): boolean {
  if (typeof key !== "string" || key.length > 10) return false;
  for (let i = 0; i < key.length; i++) {
    const code = charCodeAt(key, i);
    if (code < 48 || code > 57) return false;
  }
  return key.length === 1 || charCodeAt(key, 0) !== 48;
}

export function dropFirst(keys: PropertyKey[], count: number): void {
  if (count === 0) return;
  const left = keys.length - count;
  for (let i = 0; i < left; i++) keys[i] = keys[i + count] as PropertyKey;
  keys.length = max(left, 0);
}

export function dropAt(keys: PropertyKey[], index: number): void {
  for (let i = index + 1; i < keys.length; i++) keys[i - 1] = keys[i] as PropertyKey;
  keys.length -= 1;
}
