import type { Context } from "./inspect.ts";
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
import { dropFirst, keysOf, namedKeys } from "./inspect-keys.ts";
import { boxedBase, functionBase, prefix, styleOf } from "./inspect-names.ts";
import { type Brand, ownDescriptor } from "./look.ts";
import {
  dateGetTime,
  dateToISOString,
  dateToString,
  list,
  mapSize,
  numberIsNaN,
  objectGetPrototypeOf,
  regExpFlags,
  regExpSource,
  setSize,
  stringValueOf,
  symbolToStringTag,
  typedArrayLength,
  typedArrayName,
} from "./primordials.ts";
import { urlHref } from "./url.ts";

/** How one kind of object is shown: what stands before, its braces, and what makes its entries. */
export interface Shape {
  base: string;
  opening: string;
  closing: string;
  isList: boolean;
  keys: PropertyKey[];
  entries: ((level: number) => string[]) | undefined;
  /** All there is to say, where the object has no properties to list. */
  whole: string | undefined;
}

export function shapeOf(
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
