import { guestCodeAllowed } from "./guest-code.ts";
import { boxedValue } from "./inspect-names.ts";
import { brandOf, ownDescriptor, safeGet } from "./look.ts";
import {
  arrayIncludes,
  dateGetTime,
  dateToISOString,
  hasOwn,
  join,
  list,
  numberIsFinite,
  numberIsNaN,
  objectKeys,
  pop,
  push,
  quote,
  reflectApply,
  typedArrayLength,
} from "./primordials.ts";
import { unproxied } from "./proxies.ts";
import { urlHref } from "./url.ts";

/** Deeper nesting has no JSON form: readers of it would overflow first. */
const DEPTH_MAX = 200;

interface Run {
  /** Characters that may still be written. */
  room: number;
  readonly seen: object[];
}

/** Thrown inside this file alone: the value has no JSON form; or none that fits. */
const NONE: object = { none: true };
const TOO_LONG: object = { tooLong: true };

/**
 * The JSON text of a value, as JSON.stringify would write it, but no getter runs: it shows as a
 * placeholder, as does a toJSON that throws or may not run. A bigint is its decimal string.
 *
 * @returns undefined where JSON cannot hold the value, null where it does not fit `charsMax` characters.
 */
export function jsonText(value: unknown, charsMax: number): string | null | undefined {
  if (value === undefined) return "null";
  if (typeof value === "number" && !numberIsFinite(value)) return undefined;
  if (typeof value === "string" && value.length > charsMax) return null;
  try {
    return write({ room: charsMax, seen: list() }, value, "");
  } catch (error) {
    return error === TOO_LONG ? null : undefined;
  }
}

function write(run: Run, value: unknown, key: string, isOwnForm = false): string | undefined {
  switch (typeof value) {
    case "string":
      return spend(run, quote(value));
    case "number":
      return spend(run, numberIsFinite(value) ? `${value}` : "null");
    case "boolean":
      return spend(run, value ? "true" : "false");
    case "bigint":
      return spend(run, `"${value}"`);
    case "object":
      return value === null ? spend(run, "null") : writeObject(run, value, key, isOwnForm);
    default:
      return undefined;
  }
}

function spend(run: Run, text: string): string {
  run.room -= text.length + 1;
  if (run.room < 0) throw TOO_LONG;
  return text;
}

function writeObject(run: Run, value: object, key: string, isOwnForm: boolean): string | undefined {
  const target = unproxied(value);
  if (target === null || typeof target === "function") throw NONE;
  const brand = brandOf(target);
  switch (brand) {
    case "date": {
      const date = target as Date;
      return spend(run, numberIsNaN(dateGetTime(date)) ? "null" : quote(dateToISOString(date)));
    }
    case "number":
    case "string":
    case "boolean":
    case "bigint":
      return write(run, boxedValue(target, brand), key);
  }
  const href = urlHref(target);
  if (href !== undefined) return spend(run, quote(href));
  const toJSON = isOwnForm ? undefined : safeGet(target, "toJSON");
  if (typeof toJSON === "function") return writeOwnForm(run, value, toJSON, key);
  if (run.seen.length >= DEPTH_MAX || arrayIncludes(run.seen, target)) throw NONE;
  push(run.seen, target);
  spend(run, "{");
  const text =
    brand === "array"
      ? writeArray(run, target as unknown[])
      : brand === "typedarray"
        ? writeTypedArray(run, target as Uint8Array)
        : writeRecord(run, target);
  pop(run.seen);
  return text;
}

function writeOwnForm(run: Run, value: object, toJSON: object, key: string): string | undefined {
  if (!guestCodeAllowed) return spend(run, PLACEHOLDER);
  if (run.seen.length >= DEPTH_MAX) throw NONE;
  let form: unknown;
  try {
    form = reflectApply(toJSON as () => unknown, value, [key]);
  } catch {
    return spend(run, PLACEHOLDER);
  }
  push(run.seen, {});
  const text = write(run, form, key, true);
  pop(run.seen);
  return text;
}

const PLACEHOLDER = '"[toJSON]"';

function writeArray(run: Run, value: unknown[]): string {
  const { length } = value;
  if (length * 2 > run.room) throw TOO_LONG;
  const parts = list<string>();
  for (let i = 0; i < length; i++) push(parts, writeProperty(run, value, i) ?? spend(run, "null"));
  return `[${join(parts, ",")}]`;
}

function writeTypedArray(run: Run, value: Uint8Array): string {
  const length = typedArrayLength(value);
  if (length * 6 > run.room) throw TOO_LONG;
  const parts = list<string>();
  for (let i = 0; i < length; i++) push(parts, spend(run, `"${i}":${write(run, value[i], "")}`));
  return `{${join(parts, ",")}}`;
}

function writeRecord(run: Run, value: object): string {
  const keys = objectKeys(value);
  const parts = list<string>();
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    const text = writeProperty(run, value, key);
    if (text !== undefined) push(parts, `${spend(run, quote(key))}:${text}`);
  }
  return `{${join(parts, ",")}}`;
}

function writeProperty(run: Run, value: object, key: PropertyKey): string | undefined {
  const descriptor = ownDescriptor(value, key);
  if (descriptor === undefined) return undefined;
  if (hasOwn(descriptor, "value")) return write(run, descriptor.value, `${key as string | number}`);
  return descriptor.get === undefined ? undefined : spend(run, '"[Getter]"');
}
