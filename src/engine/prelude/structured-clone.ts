import { DOMException } from "./dom-exception.ts";
import { peekPromise } from "./host.ts";
import { boxedValue, nameOf } from "./inspect-names.ts";
import { takeStack } from "./late-stack.ts";
import { brandOf, safeGet } from "./look.ts";
import {
  arrayBufferSlice,
  arrayBufferTransfer,
  arrayIncludes,
  coerce,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  dateGetTime,
  functionToString,
  hasOwn,
  hide,
  list,
  mapEntries,
  mapGet,
  mapNext,
  mapSet,
  NativeDataView,
  NativeDate,
  NativeMap,
  NativeObject,
  NativeRegExp,
  NativeSet,
  NativeTypeError,
  native,
  objectDefineProperty,
  objectKeys,
  plainErrors,
  push,
  record,
  regExpFlags,
  regExpSource,
  setAdd,
  setNext,
  setValues,
  symbolToString,
  typedArrayBuffer,
  typedArrayByteOffset,
  typedArrayLength,
  typedArrayName,
  typedArrays,
} from "./primordials.ts";
import { isProxy } from "./proxies.ts";

/** A deeper object would overflow the engine's stack in the midst of it. */
const DEPTH_MAX = 1500;

type Memory = Map<object, object>;

function notCloneable(text: string): Error {
  return new DOMException(`${text} could not be cloned.`, "DataCloneError");
}

const textOf = (value: object): string => {
  const maker = safeGet(value, "constructor");
  return `#<${typeof maker === "function" ? nameOf(maker) : "Object"}>`;
};

function clone(value: unknown, memory: Memory, depth: number): unknown {
  if (typeof value === "symbol") throw notCloneable(symbolToString(value));
  if (typeof value === "function") throw notCloneable(functionToString(value as never));
  if (typeof value !== "object" || value === null) return value;
  const known = mapGet(memory, value);
  if (known !== undefined) return known;
  if (isProxy(value)) throw notCloneable("#<Object>");
  if (depth > DEPTH_MAX) throw notCloneable("A value nested this deeply");
  const brand = brandOf(value);
  switch (brand) {
    case "date":
      return keep(memory, value, new NativeDate(dateGetTime(value as Date)));
    case "regexp":
      return keep(memory, value, new NativeRegExp(regExpSource(value), regExpFlags(value)));
    case "number":
    case "string":
    case "boolean":
    case "bigint":
      return keep(memory, value, NativeObject(boxedValue(value, brand)));
    case "arraybuffer":
      return keep(memory, value, arrayBufferSlice(value as ArrayBuffer, 0, undefined as never));
    case "typedarray":
      return cloneTypedArray(value as Uint8Array, memory, depth);
    case "dataview": {
      const buffer = clone(dataViewBuffer(value), memory, depth + 1) as ArrayBuffer;
      const view = new NativeDataView(buffer, dataViewByteOffset(value), dataViewByteLength(value));
      return keep(memory, value, view);
    }
    case "map":
      return cloneMap(value as Map<unknown, unknown>, memory, depth);
    case "set":
      return cloneSet(value as Set<unknown>, memory, depth);
    case "error":
      return cloneError(value, memory, depth);
    case "array": {
      const array = keep(memory, value, [] as unknown[]);
      array.length = (value as unknown[]).length;
      return cloneKeys(value, array, memory, depth);
    }
    case "object":
    case "arguments":
      if (peekPromise(value) !== undefined) throw notCloneable("#<Promise>");
      return cloneKeys(value, keep(memory, value, {}), memory, depth);
    default:
      throw notCloneable(textOf(value));
  }
}

function keep<T extends object>(memory: Memory, value: object, copy: T): T {
  mapSet(memory, value, copy);
  return copy;
}

/** Own enumerable properties by name; getters run, as the standard has it. */
function cloneKeys(value: object, copy: object, memory: Memory, depth: number): object {
  const keys = objectKeys(value);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (!hasOwn(value, key)) continue;
    const item = clone((value as Record<string, unknown>)[key], memory, depth + 1);
    objectDefineProperty(
      copy,
      key,
      record({ value: item, writable: true, enumerable: true, configurable: true }),
    );
  }
  return copy;
}

function cloneTypedArray(value: Uint8Array, memory: Memory, depth: number): object {
  const source = typedArrayBuffer(value);
  const buffer = clone(source, memory, depth + 1) as ArrayBuffer;
  const Kind = typedArrays[typedArrayName(value) as string] as Uint8ArrayConstructor;
  const copy = new Kind(buffer, typedArrayByteOffset(value), typedArrayLength(value));
  return keep(memory, value, copy);
}

function cloneMap(value: Map<unknown, unknown>, memory: Memory, depth: number): object {
  const copy = keep(memory, value, new NativeMap<unknown, unknown>());
  const entries = list<unknown>();
  const iterator = mapEntries(value);
  for (;;) {
    const step = mapNext(iterator);
    if (step.done === true) break;
    push(entries, step.value[0], step.value[1]);
  }
  for (let i = 0; i < entries.length; i += 2) {
    const key = clone(entries[i], memory, depth + 1);
    mapSet(copy, key, clone(entries[i + 1], memory, depth + 1));
  }
  return copy;
}

function cloneSet(value: Set<unknown>, memory: Memory, depth: number): object {
  const copy = keep(memory, value, new NativeSet<unknown>());
  const items = list<unknown>();
  const iterator = setValues(value);
  for (;;) {
    const step = setNext(iterator);
    if (step.done === true) break;
    push(items, step.value);
  }
  for (let i = 0; i < items.length; i++) setAdd(copy, clone(items[i], memory, depth + 1));
  return copy;
}

/** Of the class that its name says, where that is one of the language's own; name, message, stack, cause. */
function cloneError(value: object, memory: Memory, depth: number): object {
  const name = safeGet(value, "name");
  if (safeGet(value, "constructor") === DOMException) {
    const message = safeGet(value, "message") as string;
    return keep(memory, value, new DOMException(message, name));
  }
  const Kind =
    (typeof name === "string" && plainErrors[name]) || (plainErrors.Error as ErrorConstructor);
  const copy = keep(memory, value, new Kind());
  const message = safeGet(value, "message");
  if (message !== undefined) hide(copy, "message", coerce(message));
  const stack = takeStack(value) ?? safeGet(value, "stack");
  if (typeof stack === "string") hide(copy, "stack", stack);
  if (hasOwn(value, "cause"))
    hide(copy, "cause", clone(safeGet(value, "cause"), memory, depth + 1));
  return copy;
}

function structuredClone(value: unknown, options?: { transfer?: Iterable<unknown> }): unknown {
  const memory: Memory = new NativeMap();
  const transferred = list<ArrayBuffer>();
  const given = options?.transfer;
  if (given !== undefined) {
    for (const item of given) {
      if (typeof item !== "object" || item === null || brandOf(item) !== "arraybuffer") {
        throw new DOMException("Value is not transferable", "DataCloneError");
      }
      if (arrayIncludes(transferred, item as ArrayBuffer)) {
        throw new DOMException("ArrayBuffer occurs more than once", "DataCloneError");
      }
      push(transferred, item as ArrayBuffer);
    }
  }
  // Copied, and only then detached: a value that cannot be cloned leaves its buffers where they are.
  const copy = clone(value, memory, 0);
  for (let i = 0; i < transferred.length; i++) arrayBufferTransfer(transferred[i] as ArrayBuffer);
  return copy;
}

export const makeStructuredClone = () =>
  native("structuredClone", 1, (...args: unknown[]) => {
    if (args.length === 0) throw new NativeTypeError('The "value" argument must be specified');
    return structuredClone(args[0], args[1] as { transfer?: Iterable<unknown> } | undefined);
  });
