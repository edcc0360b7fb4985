import { type Context, formatValue } from "./inspect.ts";
import { reduceToSingleString } from "./inspect-layout.ts";
import { constructorName, styleOf } from "./inspect-names.ts";
import { type Shape, shapeOf } from "./inspect-shape.ts";
import { escapeText, moreText, quoteText } from "./inspect-text.ts";
import { brandOf, ownDescriptor, safeGet } from "./look.ts";
import {
  arraySort,
  hasOwn,
  isEnumerable,
  list,
  mapGet,
  pop,
  push,
  regExpExec,
  slice,
  symbolToString,
  symbolToStringTag,
  typedArrayName,
} from "./primordials.ts";

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
