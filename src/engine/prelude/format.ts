import { inspect } from "./inspect.ts";
import { plainText } from "./inspect-text.ts";
import { ownDescriptor, prototypeOf, safeGet } from "./look.ts";
import {
  charCodeAt,
  hasOwn,
  indexOf,
  jsonStringify,
  NativeSet,
  parseFloatOf,
  parseIntOf,
  setAdd,
  setHas,
  slice,
  symbolToPrimitive,
  toNumber,
  toText,
} from "./primordials.ts";
import { unproxied } from "./proxies.ts";

/**
 * The text of a console call's arguments, as Node's util.format makes it. `%s`, `%d`, `%j` and the like
 * run what the guest's own conversion runs, and throw what it throws: it is the guest's call.
 */
export function format(args: readonly unknown[]): string {
  const first = args[0];
  if (typeof first !== "string") return appendRest("", args, 0, "");
  if (args.length === 1) return first;
  let text = "";
  let used = 0;
  let last = 0;
  for (let at = indexOf(first, "%"); at !== -1 && at < first.length - 1; ) {
    const i = at + 1;
    const specifier = charCodeAt(first, i);
    at = indexOf(first, "%", i + 1);
    if (specifier === PERCENT) {
      text += slice(first, last, i);
      last = i + 1;
      continue;
    }
    if (used + 1 === args.length) continue;
    const part = formatOne(specifier, args, used + 1);
    if (part === undefined) continue;
    used++;
    text += slice(first, last, i - 1) + part;
    last = i + 1;
  }
  if (last === 0) return appendRest("", args, 0, "");
  return appendRest(text + slice(first, last), args, used + 1, " ");
}

const PERCENT = 37;

function appendRest(text: string, args: readonly unknown[], from: number, joiner: string): string {
  let result = text;
  let before = joiner;
  for (let i = from; i < args.length; i++) {
    const value = args[i];
    result += before + (typeof value === "string" ? value : inspect(value));
    before = " ";
  }
  return result;
}

/** Undefined: no specifier, and no argument used. */
function formatOne(specifier: number, args: readonly unknown[], at: number): string | undefined {
  const value = args[at];
  switch (specifier) {
    case 115: // s
      return formatAsString(value);
    case 106: // j
      return formatAsJson(value);
    case 100: // d
      return typeof value === "bigint" || typeof value === "symbol"
        ? numberText(value)
        : plainText(toNumber(value));
    case 105: // i
      return typeof value === "bigint" || typeof value === "symbol"
        ? numberText(value)
        : plainText(parseIntOf(value as string));
    case 102: // f
      return typeof value === "symbol" ? "NaN" : plainText(parseFloatOf(value as string));
    case 79: // O
      return inspect(value);
    case 111: // o
      return inspect(value, { showHidden: true, showProxy: true, depth: 4 });
    case 99: // c
      return "";
    default:
      return undefined;
  }
}

const numberText = (value: bigint | symbol): string =>
  typeof value === "bigint" ? plainText(value) : "NaN";

function formatAsString(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return plainText(value);
  if (typeof value !== "object" || value === null || !hasBuiltInToString(value)) {
    return toText(value);
  }
  return inspect(value, { depth: 0 });
}

function formatAsJson(value: unknown): string {
  try {
    return toText(jsonStringify(value));
  } catch (error) {
    // What the engine says of a cycle; anything else is the guest's own error.
    if (safeGet(error as object, "message") === circularMessage) return "[Circular]";
    throw error;
  }
}

const circularMessage = ((): unknown => {
  const cycle: { self?: object } = {};
  cycle.self = cycle;
  try {
    return JSON.stringify(cycle);
  } catch (error) {
    return (error as Error).message;
  }
})();

const builtIns = new NativeSet<string>();
{
  const names = Object.getOwnPropertyNames(globalThis);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const code = charCodeAt(name, 0);
    if (code >= 65 && code <= 90) setAdd(builtIns, name);
  }
}

/** Whether an object's text would be a built-in's, as `[object Object]`, which says nothing. */
function hasBuiltInToString(value: object): boolean {
  const target = unproxied(value);
  if (target === null) return true;
  const hasToString = typeof safeGet(target, "toString") === "function";
  const hasToPrimitive = typeof safeGet(target, symbolToPrimitive) === "function";
  if (!hasToString && !hasToPrimitive) return true;
  let current: object | null = target;
  while (current !== null) {
    if (
      (hasToString && hasOwn(current, "toString")) ||
      (hasToPrimitive && hasOwn(current, symbolToPrimitive))
    ) {
      break;
    }
    current = prototypeOf(current);
  }
  if (current === null || current === target) return current === null;
  const maker = ownDescriptor(current, "constructor")?.value;
  if (typeof maker !== "function") return false;
  const name = safeGet(maker, "name");
  return typeof name === "string" && setHas(builtIns, name);
}
