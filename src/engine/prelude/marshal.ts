import { bytesOf } from "./bytes.ts";
import { callerFrames } from "./frames.ts";
import { shaped } from "./fs-shapes.ts";
import { errorHeader } from "./inspect-error.ts";
import { brandOf } from "./look.ts";
import {
  arrayBufferSlice,
  arrayIsArray,
  bigIntOf,
  dateGetTime,
  dateToISOString,
  hide,
  join,
  jsonParse,
  list,
  NativeError,
  NativeTypeError,
  NativeUint8Array,
  numberIsFinite,
  numberIsNaN,
  objectDefineProperty,
  objectIs,
  objectKeys,
  plainErrors,
  push,
  quote,
  record,
  typedArrayByteLength,
  typedArraySet,
} from "./primordials.ts";

/**
 * Values on their way to the host's modules and back: JSON, in which an object of one key that begins
 * with `$` stands for what JSON has not (interface.ts, `MarshalledValue`).
 */
const DEPTH_MAX = 100;

interface Outgoing {
  readonly chunks: Uint8Array[];
  byteLength: number;
}

/** The JSON of a list of arguments, and their bytes in one buffer where there are any. */
export function marshal(args: readonly unknown[]): {
  json: string;
  bytes: ArrayBuffer | undefined;
} {
  const out: Outgoing = { chunks: list(), byteLength: 0 };
  const parts = list<string>();
  for (let i = 0; i < args.length; i++) push(parts, write(out, args[i], 0));
  const json = `[${join(parts, ",")}]`;
  if (out.chunks.length === 0) return { json, bytes: undefined };
  const bytes = new NativeUint8Array(out.byteLength);
  let offset = 0;
  for (let i = 0; i < out.chunks.length; i++) {
    const chunk = out.chunks[i] as Uint8Array;
    typedArraySet(bytes, chunk, offset);
    offset += typedArrayByteLength(chunk);
  }
  return { json, bytes: bytes.buffer as ArrayBuffer };
}

function write(out: Outgoing, value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
      if (objectIs(value, -0)) return '{"$number":"-0"}';
      return numberIsFinite(value) ? `${value}` : `{"$number":"${value}"}`;
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return `{"$bigint":"${value}"}`;
    case "undefined":
      return '{"$undefined":true}';
    case "object":
      return value === null ? "null" : writeObject(out, value, depth);
    default:
      throw new NativeTypeError(`A ${typeof value} cannot be given to a native module`);
  }
}

function writeObject(out: Outgoing, value: object, depth: number): string {
  if (depth >= DEPTH_MAX) {
    throw new NativeTypeError(
      "An object this deep, or a cycle, cannot be given to a native module",
    );
  }
  switch (brandOf(value)) {
    case "array": {
      const parts = list<string>();
      const { length } = value as unknown[];
      for (let i = 0; i < length; i++) push(parts, write(out, (value as unknown[])[i], depth + 1));
      return `[${join(parts, ",")}]`;
    }
    case "typedarray":
    case "arraybuffer":
    case "dataview": {
      const bytes = bytesOf(value);
      const offset = out.byteLength;
      const length = typedArrayByteLength(bytes);
      push(out.chunks, bytes);
      out.byteLength += length;
      return `{"$bytes":[${offset},${length}]}`;
    }
    case "date": {
      const date = value as Date;
      return numberIsNaN(dateGetTime(date)) ? "null" : quote(dateToISOString(date));
    }
    default:
      return writeRecord(out, value as Record<string, unknown>, depth);
  }
}

function writeRecord(out: Outgoing, value: Record<string, unknown>, depth: number): string {
  const keys = objectKeys(value);
  const parts = list<string>();
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    const item = value[key];
    if (item === undefined || typeof item === "function" || typeof item === "symbol") continue;
    push(parts, `${quote(key)}:${write(out, item, depth + 1)}`);
  }
  const text = `{${join(parts, ",")}}`;
  const isMarked = parts.length === 1 && (parts[0] as string)[1] === "$";
  return isMarked ? `{"$object":${text}}` : text;
}

/** The host's answer: its value, or its error thrown as the guest's own. */
export function unmarshalAnswer(answer: string | [string, ArrayBuffer]): unknown {
  const isPair = typeof answer !== "string";
  const json = isPair ? answer[0] : answer;
  const bytes = isPair ? answer[1] : undefined;
  const parsed = record(
    jsonParse(json) as { plain?: unknown; return?: unknown; throw?: ThrownByHost },
  );
  if (parsed.plain !== undefined) return parsed.plain;
  if (parsed.throw !== undefined) throw rebuildError(parsed.throw, bytes);
  return read(parsed.return, bytes);
}

interface ThrownByHost {
  readonly name: string;
  readonly message: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

function rebuildError(thrown: ThrownByHost, bytes: ArrayBuffer | undefined): Error {
  const Kind = plainErrors[thrown.name] ?? NativeError;
  const error = new Kind(thrown.message);
  if (plainErrors[thrown.name] === undefined) hide(error, "name", thrown.name);
  const frames = callerFrames();
  hide(error, "stack", frames === "" ? errorHeader(error) : `${errorHeader(error)}\n${frames}`);
  const properties = thrown.properties ?? {};
  const keys = objectKeys(properties);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    define(error, key, read(properties[key], bytes));
  }
  return error;
}

function define(target: object, key: string, value: unknown): void {
  objectDefineProperty(
    target,
    key,
    record({ value, writable: true, enumerable: true, configurable: true }),
  );
}

function read(value: unknown, bytes: ArrayBuffer | undefined): unknown {
  if (value === null || typeof value !== "object") return value;
  if (arrayIsArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = read(value[i], bytes);
    return value;
  }
  const keys = objectKeys(value);
  if (keys.length === 1 && (keys[0] as string)[0] === "$") {
    return readMarked(
      keys[0] as string,
      (value as Record<string, unknown>)[keys[0] as string],
      bytes,
    );
  }
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    const item = (value as Record<string, unknown>)[key];
    if (typeof item === "object" && item !== null) define(value, key, read(item, bytes));
  }
  if (keys[0] === "$shape") return shaped(value as Record<string, unknown>) ?? value;
  return value;
}

function readMarked(mark: string, value: unknown, bytes: ArrayBuffer | undefined): unknown {
  switch (mark) {
    case "$bytes": {
      const offset = (value as number[])[0] as number;
      const length = (value as number[])[1] as number;
      const part = arrayBufferSlice(bytes as ArrayBuffer, offset, offset + length);
      return new NativeUint8Array(part);
    }
    case "$bigint":
      return bigIntOf(value as string);
    case "$number":
      return value === "NaN"
        ? NaN
        : value === "-0"
          ? -0
          : value === "Infinity"
            ? Infinity
            : -Infinity;
    case "$undefined":
      return undefined;
    default: {
      const keys = objectKeys(value as object);
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i] as string;
        define(value as object, key, read((value as Record<string, unknown>)[key], bytes));
      }
      return value;
    }
  }
}
