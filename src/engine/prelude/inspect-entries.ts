import { peekPromise } from "./host.ts";
import type { Context } from "./inspect.ts";
import { formatValue } from "./inspect.ts";
import { formatProperty } from "./inspect-object.ts";
import { moreText, plainText } from "./inspect-text.ts";
import {
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  hasOwn,
  list,
  mapEntries,
  mapNext,
  mapSize,
  max,
  min,
  NativeUint8Array,
  numberToString,
  objectKeys,
  padStart,
  push,
  setNext,
  setSize,
  setValues,
  toNumber,
  typedArrayLength,
} from "./primordials.ts";

/** The entries of each kind of collection, at most `maxArrayLength` and as many as there is room for. */
const limitOf = (context: Context, count: number): number =>
  min(max(0, context.maxArrayLength), count);

export function formatArray(context: Context, value: unknown[], level: number): string[] {
  const output = list<string>();
  const { length } = value;
  const limit = limitOf(context, length);
  let i = 0;
  for (; i < limit && context.room > 0; i++) {
    if (!hasOwn(value, i)) return formatSparse(context, value, level, limit, output, i);
    push(output, formatProperty(context, value, level, i, true));
  }
  if (i < length) push(output, moreText(length - i));
  return output;
}

const LARGEST_INDEX = 2 ** 32 - 2;

/** An array with holes, from its first hole on. */
function formatSparse(
  context: Context,
  value: unknown[],
  level: number,
  limit: number,
  output: string[],
  start: number,
): string[] {
  const keys = objectKeys(value);
  let index = start;
  for (let i = start; i < keys.length && output.length < limit && context.room > 0; i++) {
    const key = keys[i] as string;
    const at = toNumber(key);
    if (!(at >= index && at <= LARGEST_INDEX)) break;
    if (at !== index) {
      push(output, holes(at - index));
      index = at;
      if (output.length === limit) break;
    }
    push(output, formatProperty(context, value, level, key, true));
    index++;
  }
  const remaining = value.length - index;
  if (remaining > 0) {
    push(
      output,
      output.length < limit && context.room > 0 ? holes(remaining) : moreText(remaining),
    );
  }
  return output;
}

const holes = (count: number): string => `<${count} empty item${count > 1 ? "s" : ""}>`;

export function formatTypedArray(context: Context, value: Uint8Array): string[] {
  const output = list<string>();
  const length = typedArrayLength(value);
  const limit = limitOf(context, length);
  let i = 0;
  for (; i < limit && context.room > 0; i++) {
    const text = plainText(value[i]);
    context.room -= text.length;
    push(output, text);
  }
  if (i < length) push(output, moreText(length - i));
  return output;
}

export function formatSet(context: Context, value: Set<unknown>, level: number): string[] {
  const output = list<string>();
  const size = setSize(value);
  const limit = limitOf(context, size);
  const iterator = setValues(value);
  context.indentation += 2;
  let i = 0;
  for (; i < limit && context.room > 0; i++) {
    const step = setNext(iterator);
    if (step.done === true) break;
    push(output, formatValue(context, step.value, level));
  }
  if (i < size) push(output, moreText(size - i));
  context.indentation -= 2;
  return output;
}

export function formatMap(context: Context, value: Map<unknown, unknown>, level: number): string[] {
  const output = list<string>();
  const size = mapSize(value);
  const limit = limitOf(context, size);
  const iterator = mapEntries(value);
  context.indentation += 2;
  let i = 0;
  for (; i < limit && context.room > 0; i++) {
    const step = mapNext(iterator);
    if (step.done === true) break;
    const key = formatValue(context, step.value[0], level);
    push(output, `${key} => ${formatValue(context, step.value[1], level)}`);
  }
  if (i < size) push(output, moreText(size - i));
  context.indentation -= 2;
  return output;
}

export function formatArrayBuffer(context: Context, value: ArrayBuffer): string[] {
  let bytes: Uint8Array;
  try {
    bytes = new NativeUint8Array(value);
  } catch {
    return ["(detached)", "byteLength: 0"];
  }
  const length = typedArrayLength(bytes);
  const limit = limitOf(context, length);
  let text = "";
  for (let i = 0; i < limit; i++) {
    text += (i === 0 ? "" : " ") + padStart(numberToString(bytes[i] as number, 16), 2, "0");
  }
  const remaining = length - limit;
  if (remaining > 0) text += ` ... ${remaining} more byte${remaining > 1 ? "s" : ""}`;
  context.room -= text.length;
  return [`[Uint8Contents]: <${text}>`, `byteLength: ${length}`];
}

export function formatDataView(context: Context, value: DataView, level: number): string[] {
  context.indentation += 2;
  const buffer = formatValue(context, dataViewBuffer(value), level);
  context.indentation -= 2;
  const output = list<string>();
  try {
    push(output, `byteLength: ${dataViewByteLength(value)}`);
    push(output, `byteOffset: ${dataViewByteOffset(value)}`);
  } catch {
    push(output, "(detached)");
  }
  push(output, `buffer: ${buffer}`);
  return output;
}

export function formatPromise(context: Context, value: object, level: number): string[] {
  const peeked = peekPromise(value);
  if (peeked === undefined || peeked[0] === 0) return ["<pending>"];
  context.indentation += 2;
  const text = formatValue(context, peeked[1], level);
  context.indentation -= 2;
  return [peeked[0] === 2 ? `<rejected> ${text}` : text];
}
