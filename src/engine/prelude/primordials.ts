/**
 * Our own copies of every intrinsic that the prelude uses, taken before any guest code runs: what a
 * guest does to prototypes and globals afterwards does not change what the prelude does.
 *
 * The rules that follow from it, everywhere in this folder: no method call on a built-in value, no
 * `for…of`, spread or array pattern (they ask for Symbol.iterator), no regular expression methods but
 * `regExpExec`, lists that grow are made by `list()`, records read by name by `record()`. Templates are
 * for texts and numbers alone: what a guest gave goes through `coerce`.
 */
const { apply, construct } = Reflect;
const { bind, call } = Function.prototype;

type Method<Self, Args extends unknown[], Result> = (this: Self, ...args: Args) => Result;

/** `method` as a function of its `this`. */
const uncurryThis = bind.bind(call) as <Self, Args extends unknown[], Result>(
  method: Method<Self, Args, Result>,
) => (self: Self, ...args: Args) => Result;

const getter = <Result>(prototype: object, key: PropertyKey): ((self: unknown) => Result) =>
  uncurryThis(Object.getOwnPropertyDescriptor(prototype, key)!.get!) as never;

export const reflectApply = apply;
export const reflectConstruct = construct;
export const functionBind = uncurryThis(bind) as (
  fn: (...args: never[]) => unknown,
  self: unknown,
  ...args: unknown[]
) => (...args: never[]) => unknown;
export const functionToString = uncurryThis(Function.prototype.toString);

export const {
  create: objectCreate,
  defineProperty: objectDefineProperty,
  getOwnPropertyDescriptor: objectGetOwnPropertyDescriptor,
  getOwnPropertyNames: objectGetOwnPropertyNames,
  getOwnPropertySymbols: objectGetOwnPropertySymbols,
  getPrototypeOf: objectGetPrototypeOf,
  is: objectIs,
  keys: objectKeys,
  setPrototypeOf: objectSetPrototypeOf,
} = Object;
export const objectPrototype = Object.prototype;
export const hasOwn = uncurryThis(Object.prototype.hasOwnProperty);
export const isEnumerable = uncurryThis(Object.prototype.propertyIsEnumerable);
export const objectToString = uncurryThis(Object.prototype.toString);

export const arrayIsArray = Array.isArray;
export const push = uncurryThis(Array.prototype.push) as <T>(list: T[], ...items: T[]) => number;
export const pop = uncurryThis(Array.prototype.pop) as <T>(list: T[]) => T | undefined;
export const join = uncurryThis(Array.prototype.join);
export const arrayIncludes = uncurryThis(Array.prototype.includes) as <T>(
  list: T[],
  item: T,
) => boolean;
export const arrayIndexOf = uncurryThis(Array.prototype.indexOf) as <T>(
  list: T[],
  item: T,
) => number;
export const arraySlice = uncurryThis(Array.prototype.slice) as <T>(
  list: T[],
  start?: number,
  end?: number,
) => T[];
export const arraySplice = uncurryThis(Array.prototype.splice) as <T>(
  list: T[],
  start: number,
  count: number,
  ...items: T[]
) => T[];
export const arraySort = uncurryThis(Array.prototype.sort) as <T>(
  list: T[],
  compare?: (a: T, b: T) => number,
) => T[];

export const toText = String;
export const toNumber = Number;
export const fromCharCode = String.fromCharCode;
export const charCodeAt = uncurryThis(String.prototype.charCodeAt);
export const codePointAt = uncurryThis(String.prototype.codePointAt);
export const startsWith = uncurryThis(String.prototype.startsWith);
export const endsWith = uncurryThis(String.prototype.endsWith);
export const includes = uncurryThis(String.prototype.includes);
export const indexOf = uncurryThis(String.prototype.indexOf);
export const slice = uncurryThis(String.prototype.slice);
export const repeat = uncurryThis(String.prototype.repeat);
export const padStart = uncurryThis(String.prototype.padStart);
export const padEnd = uncurryThis(String.prototype.padEnd);
export const trim = uncurryThis(String.prototype.trim);
export const toLowerCase = uncurryThis(String.prototype.toLowerCase);
export const toWellFormed = uncurryThis(
  (String.prototype as unknown as { toWellFormed(): string }).toWellFormed,
) as (text: string) => string;
export const isWellFormed = uncurryThis(
  (String.prototype as unknown as { isWellFormed(): boolean }).isWellFormed,
) as (text: string) => boolean;
export const normalize = uncurryThis(String.prototype.normalize) as (
  text: string,
  form: string,
) => string;
export const stringValueOf = uncurryThis(String.prototype.valueOf);
export const regExpExec = uncurryThis(RegExp.prototype.exec);
export const regExpSource = getter<string>(RegExp.prototype, "source");
const regExpFlagNames = [
  ["hasIndices", "d"],
  ["global", "g"],
  ["ignoreCase", "i"],
  ["multiline", "m"],
  ["dotAll", "s"],
  ["unicode", "u"],
  ["unicodeSets", "v"],
  ["sticky", "y"],
] as const;
const regExpFlagOf: ((self: unknown) => boolean)[] = [];
for (const [name] of regExpFlagNames) regExpFlagOf.push(getter(RegExp.prototype, name));

/** The engine's own `flags` would ask properties that the guest may have changed. */
export function regExpFlags(regExp: object): string {
  let flags = "";
  for (let i = 0; i < regExpFlagOf.length; i++) {
    const flagOf = regExpFlagOf[i] as (self: unknown) => boolean;
    if (flagOf(regExp)) flags += (regExpFlagNames[i] as readonly [string, string])[1];
  }
  return flags;
}

export const numberIsFinite = Number.isFinite;
export const numberIsNaN = Number.isNaN;
export const numberToString = uncurryThis(Number.prototype.toString);
export const numberToFixed = uncurryThis(Number.prototype.toFixed);
export const numberValueOf = uncurryThis(Number.prototype.valueOf);
export const parseFloatOf = Number.parseFloat;
export const parseIntOf = Number.parseInt;
export const booleanValueOf = uncurryThis(Boolean.prototype.valueOf);
export const bigIntValueOf = uncurryThis(BigInt.prototype.valueOf);
export const bigIntOf = BigInt;
export const symbolValueOf = uncurryThis(Symbol.prototype.valueOf);
export const symbolToString = uncurryThis(Symbol.prototype.toString);
export const {
  iterator: symbolIterator,
  toPrimitive: symbolToPrimitive,
  toStringTag: symbolToStringTag,
} = Symbol;
export const symbolFor = Symbol.for;

export const { floor, imul, max, min, round, sqrt, trunc } = Math;

export const dateGetTime = uncurryThis(Date.prototype.getTime);
export const dateToISOString = uncurryThis(Date.prototype.toISOString);
export const dateToString = uncurryThis(Date.prototype.toString);

/** JSON.stringify of a string: never asks for a toJSON. */
export const quote = JSON.stringify as (text: string) => string;
export const jsonStringify = JSON.stringify;
export const jsonParse = JSON.parse as (text: string) => unknown;

export const NativeMap = Map;
export const NativeSet = Set;
export const NativeWeakMap = WeakMap;
export const NativeWeakRef = WeakRef;
export const mapGet = uncurryThis(Map.prototype.get) as <K, V>(
  map: Map<K, V>,
  key: K,
) => V | undefined;
export const mapSet = uncurryThis(Map.prototype.set) as <K, V>(
  map: Map<K, V>,
  key: K,
  value: V,
) => Map<K, V>;
export const mapHas = uncurryThis(Map.prototype.has) as <K, V>(map: Map<K, V>, key: K) => boolean;
export const mapDelete = uncurryThis(Map.prototype.delete) as <K, V>(
  map: Map<K, V>,
  key: K,
) => boolean;
export const mapClear = uncurryThis(Map.prototype.clear);
export const mapSize = getter<number>(Map.prototype, "size");
export const mapEntries = uncurryThis(Map.prototype.entries) as <K, V>(
  map: Map<K, V>,
) => Iterator<[K, V]>;
export const setAdd = uncurryThis(Set.prototype.add) as <T>(set: Set<T>, item: T) => Set<T>;
export const setHas = uncurryThis(Set.prototype.has) as <T>(set: Set<T>, item: T) => boolean;
export const setSize = getter<number>(Set.prototype, "size");
export const setValues = uncurryThis(Set.prototype.values) as <T>(set: Set<T>) => Iterator<T>;
const nextOf = (iterator: object) =>
  uncurryThis(
    (Object.getPrototypeOf(iterator) as { next: () => IteratorResult<unknown> }).next,
  ) as <T>(self: Iterator<T>) => IteratorResult<T>;
export const mapNext = nextOf(new Map().entries());
export const setNext = nextOf(new Set().values());
export const weakMapGet = uncurryThis(WeakMap.prototype.get) as <K extends object, V>(
  map: WeakMap<K, V>,
  key: K,
) => V | undefined;
export const weakMapDelete = uncurryThis(WeakMap.prototype.delete);
export const weakMapSet = uncurryThis(WeakMap.prototype.set) as <K extends object, V>(
  map: WeakMap<K, V>,
  key: K,
  value: V,
) => unknown;
export const weakMapHas = uncurryThis(WeakMap.prototype.has);
export const weakSetHas = uncurryThis(WeakSet.prototype.has);
export const weakRefDeref = uncurryThis(WeakRef.prototype.deref) as <T extends object>(
  ref: WeakRef<T>,
) => T | undefined;

export const NativePromise = Promise;
export const promiseThen = uncurryThis(Promise.prototype.then) as (
  promise: Promise<unknown>,
  onFulfilled?: (value: unknown) => unknown,
) => Promise<unknown>;
/** Settled once and for all: `promiseThen` of it is how a microtask is queued. */
export const settledPromise = Promise.resolve();

export const NativeDataView = DataView;
export const NativeUint8Array = Uint8Array;
export const arrayBufferByteLength = getter<number>(ArrayBuffer.prototype, "byteLength");
export const arrayBufferSlice = uncurryThis(ArrayBuffer.prototype.slice);
export const arrayBufferTransfer = uncurryThis(
  (ArrayBuffer.prototype as unknown as { transfer(): ArrayBuffer }).transfer,
);
export const sharedByteLength = getter<number>(SharedArrayBuffer.prototype, "byteLength");
export const dataViewBuffer = getter<ArrayBuffer>(DataView.prototype, "buffer");
export const dataViewByteLength = getter<number>(DataView.prototype, "byteLength");
export const dataViewByteOffset = getter<number>(DataView.prototype, "byteOffset");
export const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;
export const typedArrayBuffer = getter<ArrayBuffer>(typedArrayPrototype, "buffer");
export const typedArrayByteLength = getter<number>(typedArrayPrototype, "byteLength");
export const typedArrayByteOffset = getter<number>(typedArrayPrototype, "byteOffset");
export const typedArrayLength = getter<number>(typedArrayPrototype, "length");
/** `Uint8Array` …, or undefined for anything that is no typed array; never throws. */
export const typedArrayName = getter<string | undefined>(typedArrayPrototype, Symbol.toStringTag);
export const typedArraySet = uncurryThis(Uint8Array.prototype.set) as (
  self: Uint8Array,
  source: ArrayLike<number>,
  offset?: number,
) => void;

/** The constructors of typed arrays by name. */
export const typedArrays: Readonly<Record<string, unknown>> = byName([
  "Uint8Array",
  "Uint8ClampedArray",
  "Int8Array",
  "Uint16Array",
  "Int16Array",
  "Uint32Array",
  "Int32Array",
  "BigUint64Array",
  "BigInt64Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
]);
/** The language's own errors by name. */
export const plainErrors = byName([
  "Error",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
]) as Readonly<Record<string, ErrorConstructor>>;

function byName(names: string[]): Record<string, unknown> {
  const found: Record<string, unknown> = Object.create(null);
  for (const name of names) found[name] = (globalThis as Record<string, unknown>)[name];
  return found;
}

export const NativeDate = Date;
export const NativeObject = Object;
export const NativeRegExp = RegExp;
export const NativeError = Error;
export const NativeSyntaxError = SyntaxError;
export const NativeTypeError = TypeError;
export const NativeRangeError = RangeError;
export const isErrorObject = (Error as unknown as { isError(value: unknown): boolean }).isError;
// biome-ignore lint/security/noGlobalEval: completion reads a lexical binding by its name
export const evalGlobally = eval;

/** What `String(value)` or a template would say; a symbol throws. */
export function coerce(value: unknown): string {
  if (typeof value === "symbol") {
    throw new NativeTypeError("Cannot convert a Symbol value to a string");
  }
  return toText(value);
}

/** A record that asks no prototype. */
export const record = <T extends object>(fields: T): T => objectSetPrototypeOf(fields, null);

/** An empty array: a setter that the guest put on a prototype does not see what is pushed. */
export const list = <T>(): T[] => objectSetPrototypeOf([], null);

/** A property as the built-ins have theirs: not enumerable. */
export function hide(target: object, key: PropertyKey, value: unknown): void {
  objectDefineProperty(
    target,
    key,
    record({ value, writable: true, enumerable: false, configurable: true }),
  );
}

/** Classes are renamed as the bundle is made small: those that a guest meets get their names back. */
export function named(made: object, name: string): void {
  objectDefineProperty(made, "name", record({ value: name, configurable: true }));
}

/**
 * A function of that name and length that shows no source, as the engine's own do. It has no `this`.
 */
export function native<F extends (...args: never[]) => unknown>(
  name: string,
  length: number,
  fn: F,
): F {
  const bound = functionBind(fn, undefined);
  named(bound, name);
  objectDefineProperty(bound, "length", record({ value: length, configurable: true }));
  return bound as F;
}
