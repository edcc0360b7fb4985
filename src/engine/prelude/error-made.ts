import { guestFrames, isEngineStack } from "./frames.ts";
import { errorHeader } from "./inspect-error.ts";
import { deferStack } from "./late-stack.ts";
import {
  hide,
  indexOf,
  list,
  NativeWeakMap,
  objectGetOwnPropertyDescriptor,
  objectGetPrototypeOf,
  objectSetPrototypeOf,
  plainErrors,
  push,
  slice,
  startsWith,
  weakMapHas,
  weakMapSet,
} from "./primordials.ts";
import { isProxy } from "./proxies.ts";
import { worded } from "./wording.ts";

const plainPrototypes = new NativeWeakMap<object, boolean>();
for (const name in plainErrors) {
  weakMapSet(plainPrototypes, (plainErrors[name] as ErrorConstructor).prototype, true);
}
const rangeErrors = RangeError.prototype;

/**
 * After the engine gave an error its stack, before any code sees it: the stack begins with what the
 * error says, as people expect and packages rely on, and what the engine said is said in V8's words.
 */
export function errorMade(error: object, byEngine: boolean): void {
  const stack = ownText(error, "stack");
  if (stack === undefined || (stack !== "" && !isEngineStack(stack))) return;
  if (!byEngine && !weakMapHas(plainPrototypes, objectGetPrototypeOf(error) as object)) {
    // A class of the guest's: its constructor may go on to name the error.
    deferStack(error, guestFrames(belowConstructors(error, stack)));
    return;
  }
  const frames = guestFrames(stack);
  if (byEngine) {
    const message = ownText(error, "message");
    const better = message === undefined ? undefined : worded(message, stack);
    if (better !== undefined) hide(error, "message", better);
    // The engine has a kind of its own for that.
    if (message === "stack overflow") objectSetPrototypeOf(error, rangeErrors);
  }
  hide(error, "stack", frames === "" ? errorHeader(error) : `${errorHeader(error)}\n${frames}`);
}

/** Classes between an error and the language's own, at most. */
const CLASSES_MAX = 32;

/** An error's place is where it was made with `new`: the constructors of its classes are above that. */
function belowConstructors(error: object, stack: string): string {
  const starts = list<string>();
  let prototype = objectGetPrototypeOf(error) as object | null;
  for (let i = 0; i < CLASSES_MAX && prototype !== null; i++) {
    if (isProxy(prototype) || weakMapHas(plainPrototypes, prototype)) break;
    const maker: unknown = objectGetOwnPropertyDescriptor(prototype, "constructor")?.value;
    const name = typeof maker === "function" && !isProxy(maker) ? ownText(maker, "name") : "";
    if (name) push(starts, `    at ${name} (`);
    prototype = objectGetPrototypeOf(prototype) as object | null;
  }
  let at = 0;
  for (let i = 0; i < starts.length; i++) {
    if (!startsWith(slice(stack, at), starts[i] as string)) continue;
    const end = indexOf(stack, "\n", at);
    if (end === -1) return stack;
    at = end + 1;
    i = -1;
  }
  return slice(stack, at);
}

function ownText(error: object, key: string): string | undefined {
  const value: unknown = objectGetOwnPropertyDescriptor(error, key)?.value;
  return typeof value === "string" ? value : undefined;
}
