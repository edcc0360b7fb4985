import type { Context } from "./inspect.ts";
import { formatValue } from "./inspect.ts";
import {
  formatArray,
  formatArrayBuffer,
  formatDataView,
  formatMap,
  formatPromise,
  formatSet,
  formatTypedArray,
} from "./inspect-entries.ts";
import { formatError } from "./inspect-error.ts";
import { reduceToSingleString } from "./inspect-layout.ts";
import { boxedBase, constructorName, functionBase, prefix, styleOf } from "./inspect-names.ts";
import { escapeText, moreText, quoteText } from "./inspect-text.ts";
import { type Brand, brandOf, ownDescriptor, safeGet } from "./look.ts";
import {
  arraySort,
  charCodeAt,
  dateGetTime,
  dateToISOString,
  dateToString,
  hasOwn,
  isEnumerable,
  list,
  mapGet,
  mapSize,
  max,
  numberIsNaN,
  objectGetOwnPropertyNames,
  objectGetOwnPropertySymbols,
  objectGetPrototypeOf,
  objectKeys,
  objectSetPrototypeOf,
  pop,
  push,
  regExpExec,
  regExpFlags,
  regExpSource,
  setSize,
  slice,
  stringValueOf,
  symbolToString,
  symbolToStringTag,
  typedArrayLength,
  typedArrayName,
} from "./primordials.ts";
import { urlHref } from "./url.ts";

/** How one kind of object is shown: what stands before, its braces, and what makes its entries. */
interface Shape {
  base: string;
  opening: string;
  closing: string;
  isList: boolean;
  keys: PropertyKey[];
  entries: ((level: number) => string[]) | undefined;
  /** All there is to say, where the object has no properties to list. */
  whole: string | undefined;
}

/** An object that is no proxy and not on the way from the root to here. */
export function formatRaw(context: Context, value: object, level: number): string {
  const className = constructorName(context, value, level);
  const tag = tagOf(context, value);
  const brand = brandOf(value);
  const shape = shapeOf(context, value, level, className, tag, brand);
  if (shape.whole !== undefined && shape.keys.length === 0) {
    context.room -= shape.whole.length;
    return shape.whole;
  }
  if (level > context.depth) {
    if (brand === "regexp") return shape.base;
    const name = slice(styleOf(className, tag, brand, value), 0, -1);
    return className === null ? name : `[${name}]`;
  }
  return formatEntries(context, value, level, shape, () =>
    slice(styleOf(className, tag, brand, value), 0, -1),
  );
}

function formatEntries(
  context: Context,
  value: object,
  level: number,
  shape: Shape,
  name: () => string,
): string {
  const inner = level + 1;
  push(context.seen, value);
  context.currentDepth = inner;
  const { indentation } = context;
  const depthSeen = context.seen.length;
  let output: string[];
  try {
    output = shape.entries === undefined ? list() : shape.entries(inner);
    formatKeys(context, value, inner, shape, output);
  } catch {
    // The stack ends before the object does: the engine's own limit.
    while (context.seen.length >= depthSeen) pop(context.seen);
    context.indentation = indentation;
    return `[${name()}: Inspection interrupted prematurely. Maximum call stack size exceeded.]`;
  }
  let { base } = shape;
  const index = context.circular === undefined ? undefined : mapGet(context.circular, value);
  let { opening } = shape;
  if (index !== undefined) {
    const reference = `<ref *${index}>`;
    if (context.compact === true) opening = `${reference} ${opening}`;
    else base = base === "" ? reference : `${reference} ${base}`;
  }
  pop(context.seen);
  if (context.sorted !== false && !shape.isList) {
    arraySort(output, context.sorted === true ? undefined : context.sorted);
  }
  return reduceToSingleString(
    context,
    output,
    base,
    [opening, shape.closing],
    shape.isList,
    inner,
    value,
  );
}

function formatKeys(
  context: Context,
  value: object,
  level: number,
  shape: Shape,
  output: string[],
): void {
  const { keys } = shape;
  for (let i = 0; i < keys.length; i++) {
    if (context.room <= 0) {
      push(output, moreText(keys.length - i, "property"));
      return;
    }
    push(output, formatProperty(context, value, level, keys[i] as PropertyKey, false));
  }
}

/** What stands around an entry: a colon, a comma, spaces, a line feed. */
const ENTRY_CHARS = 6;

/** @param isElement  Whether only the value is shown, as for an array's elements. */
export function formatProperty(
  context: Context,
  value: object,
  level: number,
  key: PropertyKey,
  isElement: boolean,
): string {
  const descriptor = ownDescriptor(value, key);
  const text = formatDescriptor(context, descriptor, level, isElement);
  context.room -= context.indentation + ENTRY_CHARS;
  if (isElement) return text;
  const name = propertyName(key, descriptor === undefined || descriptor.enumerable === true);
  context.room -= name.length;
  return `${name}: ${text}`;
}

function formatDescriptor(
  context: Context,
  descriptor: PropertyDescriptor | undefined,
  level: number,
  isElement: boolean,
): string {
  // Of what is listed, only the bindings of a module that has not run have no descriptor.
  if (descriptor === undefined) return "<uninitialized>";
  if (hasOwn(descriptor, "value")) {
    const diff = context.compact !== true || isElement ? 2 : 3;
    context.indentation += diff;
    const text = formatValue(context, descriptor.value, level);
    context.indentation -= diff;
    return text;
  }
  if (descriptor.get !== undefined) {
    return descriptor.set !== undefined ? "[Getter/Setter]" : "[Getter]";
  }
  return descriptor.set !== undefined ? "[Setter]" : "undefined";
}

const identifierPattern = /^[a-zA-Z_][a-zA-Z_0-9]*$/;

function propertyName(key: PropertyKey, enumerable: boolean): string {
  if (typeof key === "symbol") return `[${escapeText(symbolToString(key), 39)}]`;
  const name = `${key}`;
  if (name === "__proto__") return "['__proto__']";
  if (!enumerable) return `[${escapeText(name, 39)}]`;
  return regExpExec(identifierPattern, name) !== null ? name : quoteText(name);
}

/** The class tag, unless it is an own property that is listed anyway. */
function tagOf(context: Context, value: object): string {
  const native = typedArrayName(value);
  if (native !== undefined) return native;
  const tag = safeGet(value, symbolToStringTag);
  if (typeof tag !== "string" || tag === "") return "";
  const listed = context.showHidden
    ? hasOwn(value, symbolToStringTag)
    : isEnumerable(value, symbolToStringTag);
  return listed ? "" : tag;
}

function shapeOf(
  context: Context,
  value: object,
  level: number,
  className: string | null,
  tag: string,
  brand: Brand,
): Shape {
  const shape: Shape = {
    base: "",
    opening: "{",
    closing: "}",
    isList: false,
    keys: list(),
    entries: undefined,
    whole: undefined,
  };
  switch (brand) {
    case "array": {
      const { length } = value as unknown[];
      const before =
        className !== "Array" || tag !== "" ? prefix(className, tag, "Array", `(${length})`) : "";
      listShape(context, value, shape, before, length);
      shape.entries = (inner) => formatArray(context, value as unknown[], inner);
      break;
    }
    case "typedarray": {
      const length = typedArrayLength(value);
      const name = typedArrayName(value) as string;
      listShape(context, value, shape, prefix(className, tag, name, `(${length})`), length);
      shape.entries = () => formatTypedArray(context, value as Uint8Array);
      break;
    }
    case "set":
      collection(
        context,
        value,
        shape,
        prefix(className, tag, "Set", `(${setSize(value)})`),
        setSize(value),
      );
      shape.entries = (inner) => formatSet(context, value as Set<unknown>, inner);
      break;
    case "map":
      collection(
        context,
        value,
        shape,
        prefix(className, tag, "Map", `(${mapSize(value)})`),
        mapSize(value),
      );
      shape.entries = (inner) => formatMap(context, value as Map<unknown, unknown>, inner);
      break;
    case "function":
      shape.keys = keysOf(context, value);
      shape.base = functionBase(value as () => void, className, tag);
      shape.whole = shape.base;
      break;
    case "arguments":
      shape.keys = keysOf(context, value);
      shape.opening = "[Arguments] {";
      shape.whole = "[Arguments] {}";
      break;
    case "regexp":
      shape.keys = keysOf(context, value);
      shape.base = prefixed(
        className,
        tag,
        "RegExp",
        `/${regExpSource(value)}/${regExpFlags(value)}`,
      );
      shape.whole = shape.base;
      break;
    case "date": {
      shape.keys = keysOf(context, value);
      const date = value as Date;
      const text = numberIsNaN(dateGetTime(date)) ? dateToString(date) : dateToISOString(date);
      shape.base = prefixed(className, tag, "Date", text);
      shape.whole = shape.base;
      break;
    }
    case "error":
      shape.keys = keysOf(context, value);
      shape.base = formatError(context, value, className, tag, shape.keys);
      shape.whole = shape.base;
      break;
    case "arraybuffer":
    case "sharedarraybuffer":
      shape.keys = keysOf(context, value);
      shape.opening = `${prefix(className, tag, brand === "arraybuffer" ? "ArrayBuffer" : "SharedArrayBuffer")}{`;
      shape.entries = () => formatArrayBuffer(context, value as ArrayBuffer);
      break;
    case "dataview":
      shape.keys = keysOf(context, value);
      shape.opening = `${prefix(className, tag, "DataView")}{`;
      shape.entries = (inner) => formatDataView(context, value as DataView, inner);
      break;
    case "promise":
      shape.keys = keysOf(context, value);
      shape.opening = `${prefix(className, tag, "Promise")}{`;
      shape.entries = (inner) => formatPromise(context, value, inner);
      break;
    case "weakset":
    case "weakmap":
      shape.keys = keysOf(context, value);
      shape.opening = `${prefix(className, tag, brand === "weakset" ? "WeakSet" : "WeakMap")}{`;
      shape.entries = () => ["<items unknown>"];
      break;
    case "number":
    case "string":
    case "boolean":
    case "bigint":
    case "symbol":
      shape.keys = keysOf(context, value);
      // The characters of a string are its first keys, and its base says them already.
      if (brand === "string") dropFirst(shape.keys, stringValueOf(value as never).length);
      shape.base = boxedBase(value, brand, className, tag);
      shape.whole = shape.base;
      break;
    default:
      shapePlain(context, value, level, className, tag, shape);
  }
  return shape;
}

function shapePlain(
  context: Context,
  value: object,
  level: number,
  className: string | null,
  tag: string,
  shape: Shape,
): void {
  shape.keys = keysOf(context, value);
  const href = urlHref(value);
  if (href !== undefined && level <= context.depth) {
    shape.base = href;
    shape.whole = href;
    return;
  }
  if (className === "Object") {
    if (tag !== "") shape.opening = `${prefix(className, tag, "Object")}{`;
  } else if (isNamespace(value, tag)) {
    shape.opening = `${prefix(className, tag, "Module")}{`;
  } else {
    shape.opening = `${styleOf(className, tag, "object", value)}{`;
  }
  shape.whole = `${shape.opening}}`;
}

const isNamespace = (value: object, tag: string): boolean =>
  tag === "Module" &&
  objectGetPrototypeOf(value) === null &&
  ownDescriptor(value, symbolToStringTag)?.configurable === false;

function prefixed(className: string | null, tag: string, kind: string, text: string): string {
  const before = prefix(className, tag, kind);
  return before === `${kind} ` ? text : `${before}${text}`;
}

function listShape(
  context: Context,
  value: object,
  shape: Shape,
  before: string,
  length: number,
): void {
  shape.keys = namedKeys(context, value, length);
  shape.opening = `${before}[`;
  shape.closing = "]";
  shape.isList = true;
  if (length === 0) shape.whole = `${before}[]`;
}

function collection(
  context: Context,
  value: object,
  shape: Shape,
  before: string,
  size: number,
): void {
  shape.keys = keysOf(context, value);
  shape.opening = `${before}{`;
  if (size === 0) shape.whole = `${before}{}`;
}

function keysOf(context: Context, value: object): PropertyKey[] {
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
function namedKeys(context: Context, value: object, length: number): PropertyKey[] {
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

function dropFirst(keys: PropertyKey[], count: number): void {
  if (count === 0) return;
  const left = keys.length - count;
  for (let i = 0; i < left; i++) keys[i] = keys[i + count] as PropertyKey;
  keys.length = max(left, 0);
}

export function dropAt(keys: PropertyKey[], index: number): void {
  for (let i = index + 1; i < keys.length; i++) keys[i - 1] = keys[i] as PropertyKey;
  keys.length -= 1;
}
