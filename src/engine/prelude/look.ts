import { peekPromise } from "./host.ts";
import {
  arrayBufferByteLength,
  arrayIsArray,
  bigIntValueOf,
  booleanValueOf,
  dataViewByteLength,
  dateGetTime,
  hasOwn,
  isErrorObject,
  list,
  mapGet,
  mapSet,
  mapSize,
  NativeMap,
  NativePromise,
  numberValueOf,
  objectGetOwnPropertyDescriptor,
  objectGetPrototypeOf,
  objectPrototype,
  objectToString,
  regExpSource,
  setSize,
  sharedByteLength,
  stringValueOf,
  symbolIterator,
  symbolToStringTag,
  symbolValueOf,
  typedArrayName,
  typedArrayPrototype,
  weakMapHas,
  weakSetHas,
} from "./primordials.ts";
import { isProxy, unproxied } from "./proxies.ts";

/** Looking at guest objects without running guest code: no getter, no trap, no species, no tag. */

/** A prototype chain longer than this is taken to end there. */
const CHAIN_LENGTH_MAX = 10_000;

/** The prototype of an object that is no proxy; a prototype that is a proxy counts as its target. */
export function prototypeOf(object: object): object | null {
  const prototype = objectGetPrototypeOf(object) as object | null;
  return prototype === null ? null : unproxied(prototype);
}

/** The value of a data property of the object or its prototypes; undefined for an accessor. */
export function safeGet(object: object, key: PropertyKey): unknown {
  let current = unproxied(object);
  for (let depth = 0; current !== null && depth < CHAIN_LENGTH_MAX; depth++) {
    if (hasOwn(current, key)) {
      const descriptor = ownDescriptor(current, key);
      return descriptor !== undefined && hasOwn(descriptor, "value") ? descriptor.value : undefined;
    }
    current = prototypeOf(current);
  }
  return undefined;
}

/** Undefined where there is none, and where a binding of a module is not initialised yet. */
export function ownDescriptor(object: object, key: PropertyKey): PropertyDescriptor | undefined {
  try {
    return objectGetOwnPropertyDescriptor(object, key);
  } catch {
    return undefined;
  }
}

export function safeHas(object: object, key: PropertyKey): boolean {
  let current = unproxied(object);
  for (let depth = 0; current !== null && depth < CHAIN_LENGTH_MAX; depth++) {
    if (hasOwn(current, key)) return true;
    current = prototypeOf(current);
  }
  return false;
}

export function inherits(object: object, prototype: object): boolean {
  let current = prototypeOf(object);
  for (let depth = 0; current !== null && depth < CHAIN_LENGTH_MAX; depth++) {
    if (current === prototype) return true;
    current = prototypeOf(current);
  }
  return false;
}

/** What the engine made an object, whatever its prototypes and tags say. */
export type Brand =
  | "function"
  | "array"
  | "date"
  | "regexp"
  | "error"
  | "map"
  | "set"
  | "promise"
  | "typedarray"
  | "arraybuffer"
  | "sharedarraybuffer"
  | "dataview"
  | "weakmap"
  | "weakset"
  | "number"
  | "string"
  | "boolean"
  | "bigint"
  | "symbol"
  | "arguments"
  | "object";

type Check = (object: object) => boolean;
const holds = (read: (object: never) => unknown): Check => {
  return (object) => {
    try {
      read(object as never);
      return true;
    } catch {
      return false;
    }
  };
};

const candidates = new NativeMap<object, Brand>();
const checks = new NativeMap<Brand, Check>();
const order = list<Brand>();
function define(brand: Brand, prototype: object, check: Check): void {
  mapSet(candidates, prototype, brand);
  mapSet(checks, brand, check);
  order[order.length] = brand;
}
const probe = {};
const errorPrototype = Error.prototype;
define("map", Map.prototype, holds(mapSize));
define("set", Set.prototype, holds(setSize));
define("promise", NativePromise.prototype, (object) => peekPromise(object) !== undefined);
define("typedarray", typedArrayPrototype, (object) => typedArrayName(object) !== undefined);
define("arraybuffer", ArrayBuffer.prototype, holds(arrayBufferByteLength));
define("sharedarraybuffer", SharedArrayBuffer.prototype, holds(sharedByteLength));
define("dataview", DataView.prototype, (object) => isDataView(object));
define(
  "weakmap",
  WeakMap.prototype,
  holds((object) => weakMapHas(object, probe)),
);
define(
  "weakset",
  WeakSet.prototype,
  holds((object) => weakSetHas(object, probe)),
);
define("date", Date.prototype, holds(dateGetTime));
define("regexp", RegExp.prototype, (object) => isRegExp(object));
// As everywhere, what inherits from Error counts as one, also where the engine did not make it so.
define(
  "error",
  Error.prototype,
  (object) => isErrorObject(object) || inherits(object, errorPrototype),
);
define("number", Number.prototype, holds(numberValueOf));
define("string", String.prototype, holds(stringValueOf));
define("boolean", Boolean.prototype, holds(booleanValueOf));
define("bigint", BigInt.prototype, holds(bigIntValueOf));
define("symbol", Symbol.prototype, holds(symbolValueOf));

const regExpPrototype = RegExp.prototype;
function isRegExp(object: object): boolean {
  if (object === regExpPrototype) return false;
  return holds(regExpSource)(object);
}

/** A view of a detached buffer throws as one that is no view does; its tag then tells. */
function isDataView(object: object): boolean {
  if (holds(dataViewByteLength)(object)) return true;
  return safeGet(object, symbolToStringTag) === "DataView" && !hasOwn(object, symbolToStringTag)
    ? hasPlainChain(object) && object !== DataViewPrototype
    : false;
}
const DataViewPrototype = DataView.prototype;

/** Of an object that is no proxy. */
export function brandOf(object: object): Brand {
  if (typeof object === "function") return "function";
  if (arrayIsArray(object)) return "array";
  let current = prototypeOf(object);
  for (let depth = 0; depth < CHAIN_LENGTH_MAX; depth++) {
    if (current === objectPrototype) return tagged(object);
    if (current === null) break;
    const candidate = mapGet(candidates, current);
    if (candidate !== undefined) {
      return (mapGet(checks, candidate) as Check)(object) ? candidate : tagged(object);
    }
    current = prototypeOf(current);
  }
  // Its prototypes lead to nothing known: only the checks themselves can tell.
  for (let i = 0; i < order.length; i++) {
    const brand = order[i] as Brand;
    if ((mapGet(checks, brand) as Check)(object)) return brand;
  }
  return tagged(object);
}

/** What no prototype tells of: errors, and the `arguments` of a function. */
function tagged(object: object): Brand {
  if (isErrorObject(object)) return "error";
  // The engine's tag of arguments is asked for by a method that reads other tags first.
  const mayBe = hasOwn(object, symbolIterator) && hasOwn(object, "length");
  if (!mayBe || !hasPlainChain(object) || safeHas(object, symbolToStringTag)) return "object";
  return objectToString(object) === "[object Arguments]" ? "arguments" : "object";
}

/** Whether no proxy is among the prototypes. */
function hasPlainChain(object: object): boolean {
  let current = objectGetPrototypeOf(object) as object | null;
  for (let depth = 0; current !== null && depth < CHAIN_LENGTH_MAX; depth++) {
    if (isProxy(current)) return false;
    current = objectGetPrototypeOf(current) as object | null;
  }
  return true;
}
