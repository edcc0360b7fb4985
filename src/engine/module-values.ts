import { countPiece } from "./host-memory.ts";

/**
 * Values between guest and native modules: JSON, where `{"$bytes":[offset,length]}` is a part of the
 * one buffer that goes along, `{"$bigint":"1"}` a bigint and `{"$undefined":true}` undefined.
 */
export type ModuleValue =
  | null
  | undefined
  | boolean
  | number
  | string
  | bigint
  | Uint8Array
  | readonly ModuleValue[]
  | { readonly [key: string]: ModuleValue };

/** Numbers that JSON has not. */
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

/**
 * @param bytes  The buffer of the call. Parts that lie outside of it are empty.
 * @throws HostMemoryFull
 */
export function decodeValue(raw: unknown, bytes: Uint8Array): ModuleValue {
  countPiece();
  if (typeof raw !== "object" || raw === null) return raw as ModuleValue;
  if (Array.isArray(raw)) return raw.map((item) => decodeValue(item, bytes));
  const fields = raw as Record<string, unknown>;
  if (Array.isArray(fields.$bytes)) {
    const [offset, length] = fields.$bytes as unknown[];
    const from = isSize(offset) ? offset : 0;
    return bytes.subarray(from, from + (isSize(length) ? length : 0));
  }
  if (typeof fields.$bigint === "string")
    return /^-?\d{1,4096}$/.test(fields.$bigint) ? BigInt(fields.$bigint) : 0n;
  if (fields.$undefined === true) return undefined;
  if (typeof fields.$number === "string") return NUMBERS.get(fields.$number) ?? Number.NaN;
  // An object whose only key begins with `$` comes wrapped: what is inside is no mark.
  const plain =
    typeof fields.$object === "object" && fields.$object !== null ? fields.$object : raw;
  const object: Record<string, ModuleValue> = Object.create(null);
  for (const [key, item] of Object.entries(plain)) object[key] = decodeValue(item, bytes);
  return object;
}

export interface EncodedValue {
  readonly json: string;
  /** Absent: there are none in it. */
  readonly bytes?: Uint8Array;
}

/** What a module returned, as an answer. */
export function encodeReturn(value: ModuleValue): EncodedValue {
  return isPlain(value)
    ? { json: `{"plain":${JSON.stringify(value)}}` }
    : encodeAnswer("return", value);
}

/** Whether JSON has it as it is, and nothing in it could be taken for a mark. */
function isPlain(value: ModuleValue): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (value instanceof Uint8Array) return false;
  if (Array.isArray(value)) return value.every(isPlain);
  for (const [key, item] of Object.entries(value)) {
    if (key.startsWith("$") || !isPlain(item as ModuleValue)) return false;
  }
  return true;
}

/** As the field `name` of an answer. */
export function encodeAnswer(name: "return" | "throw", value: ModuleValue): EncodedValue {
  const parts: Uint8Array[] = [];
  let size = 0;
  const encode = (each: ModuleValue): unknown => {
    if (each === undefined) return { $undefined: true };
    if (typeof each === "bigint") return { $bigint: `${each}` };
    if (Object.is(each, -0)) return { $number: "-0" };
    if (typeof each === "number" && !Number.isFinite(each)) return { $number: `${each}` };
    if (typeof each !== "object" || each === null) return each;
    if (each instanceof Uint8Array) {
      parts.push(each);
      size += each.length;
      return { $bytes: [size - each.length, each.length] };
    }
    if (Array.isArray(each)) return each.map(encode);
    const entries = Object.entries(each).map(([key, item]) => [key, encode(item)] as const);
    const object = Object.fromEntries(entries);
    return entries.length === 1 && entries[0]![0].startsWith("$") ? { $object: object } : object;
  };
  const json = JSON.stringify({ [name]: encode(value) });
  return parts.length === 0 ? { json } : { json, bytes: Buffer.concat(parts) };
}

const isSize = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0;
