import { guestCodeAllowed } from "./guest-code.ts";
import { reduceToSingleString } from "./inspect-layout.ts";
import { formatRaw } from "./inspect-object.ts";
import { formatPrimitive, replaceAll } from "./inspect-text.ts";
import { safeGet } from "./look.ts";
import {
  arrayIncludes,
  coerce,
  hasOwn,
  list,
  mapGet,
  mapSet,
  mapSize,
  NativeMap,
  native,
  objectKeys,
  record,
  reflectApply,
  repeat,
  slice,
  symbolFor,
} from "./primordials.ts";
import { isProxy, unproxied } from "./proxies.ts";

/**
 * Text of any value, as Node's util.inspect makes it. Follows the algorithm of Node's
 * lib/internal/util/inspect.js (MIT licence, © Node.js contributors), written anew over `look.ts`:
 * getters and proxy traps never run, and the amount of text is bounded.
 */
interface InspectOptions {
  readonly depth: number;
  readonly showHidden: boolean;
  readonly showProxy: boolean;
  readonly customInspect: boolean;
  readonly maxArrayLength: number;
  readonly maxStringLength: number;
  readonly breakLength: number;
  readonly compact: number | boolean;
  readonly sorted: boolean | ((a: string, b: string) => number);
  /** Characters of the whole text; what is beyond is left out and counted, or cut. */
  readonly charsMax: number;
}

const DEFAULTS: InspectOptions = record({
  depth: 2,
  showHidden: false,
  showProxy: false,
  customInspect: true,
  maxArrayLength: 100,
  maxStringLength: 10_000,
  breakLength: 80,
  compact: 3,
  sorted: false,
  // A console line or a preview that is longer helps nobody; the host's own bounds come later.
  charsMax: 256 * 1024,
});

/** One run of inspect: the options, and where it stands. */
export interface Context extends InspectOptions {
  depth: number;
  seen: object[];
  circular: Map<object, number> | undefined;
  indentation: number;
  currentDepth: number;
  /** Characters that may still be written; at 0 lists end with how many more there are. */
  room: number;
}

const customInspectSymbol = symbolFor("nodejs.util.inspect.custom");

export function inspect(value: unknown, options?: Partial<InspectOptions>): string {
  const context = makeContext(options);
  const text = formatValue(context, value, 0);
  return text.length > context.charsMax ? `${slice(text, 0, context.charsMax)}...` : text;
}

function makeContext(options: Partial<InspectOptions> | undefined): Context {
  const context = record({
    ...DEFAULTS,
    seen: list<object>(),
    circular: undefined,
    indentation: 0,
    currentDepth: 0,
    room: DEFAULTS.charsMax,
  }) as Context;
  if (options !== undefined) {
    const known = objectKeys(DEFAULTS);
    for (let i = 0; i < known.length; i++) {
      const key = known[i] as "depth";
      const given = safeGet(options, key);
      if (given === undefined) continue;
      context[key] = given === null ? Infinity : (given as number);
    }
  }
  // Brackets and the counts of what is left out come on top.
  context.room = context.charsMax - (context.charsMax >> 4);
  return context;
}

export function formatValue(context: Context, value: unknown, level: number): string {
  if (value === null) return "null";
  if (typeof value !== "object" && typeof value !== "function") {
    // `document.all` and its like do not exist here: everything else is a primitive.
    return formatPrimitive(context, value);
  }
  const target = unproxied(value);
  if (target === null) return "<Revoked Proxy>";
  if (context.showProxy && isProxy(value)) return formatProxy(context, target, level);
  if (context.customInspect && guestCodeAllowed) {
    const text = formatCustom(context, value, target, level);
    if (text !== undefined) return text;
  }
  if (arrayIncludes(context.seen, target)) return `[Circular *${circularIndex(context, target)}]`;
  return formatRaw(context, target, level);
}

function circularIndex(context: Context, target: object): number {
  context.circular ??= new NativeMap();
  const known = mapGet(context.circular, target);
  if (known !== undefined) return known;
  const index = mapSize(context.circular) + 1;
  mapSet(context.circular, target, index);
  return index;
}

/** The handler is the guest's business; of the target alone it can be said what it holds. */
function formatProxy(context: Context, target: object, level: number): string {
  if (level > context.depth) return "Proxy [Array]";
  context.indentation += 2;
  const output = [formatValue(context, target, level + 1)];
  context.indentation -= 2;
  return reduceToSingleString(context, output, "", ["Proxy [", "]"], true, level + 1, undefined);
}

/** The text of the value's own inspect method, where it has one that works. */
function formatCustom(
  context: Context,
  value: object,
  target: object,
  level: number,
): string | undefined {
  const custom = safeGet(target, customInspectSymbol);
  if (typeof custom !== "function") return undefined;
  const maker = safeGet(target, "constructor");
  // A prototype that only holds the method is shown as the object that it is.
  if (
    typeof maker === "function" &&
    hasOwn(maker, "prototype") &&
    safeGet(maker, "prototype") === target
  ) {
    return undefined;
  }
  const options = {
    depth: context.depth,
    showHidden: context.showHidden,
    customInspect: true,
    maxArrayLength: context.maxArrayLength,
    maxStringLength: context.maxStringLength,
    breakLength: context.breakLength,
    compact: context.compact,
    sorted: context.sorted,
    stylize: native("stylize", 1, (text: unknown) => coerce(text)),
  };
  let shown: unknown;
  try {
    shown = reflectApply(custom, value, [context.depth - level, options, inspectForGuest]);
  } catch {
    return undefined;
  }
  if (shown === value || shown === target) return undefined;
  if (typeof shown !== "string") return formatValue(context, shown, level);
  context.room -= shown.length;
  return replaceAll(shown, "\n", `\n${repeat(" ", context.indentation)}`);
}

/** What a custom inspect method gets as its third argument. */
const inspectForGuest = native("inspect", 2, (value: unknown, options?: object) =>
  inspect(value, options !== null && typeof options === "object" ? options : undefined),
);
