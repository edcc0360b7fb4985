import { guestFrames, isEngineStack } from "./frames.ts";
import { errorHeader } from "./inspect-error.ts";
import { deferStack } from "./late-stack.ts";
import {
  hide,
  NativeWeakMap,
  objectGetOwnPropertyDescriptor,
  objectGetPrototypeOf,
  objectSetPrototypeOf,
  plainErrors,
  weakMapHas,
  weakMapSet,
} from "./primordials.ts";
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
  const frames = guestFrames(stack);
  if (!byEngine && !weakMapHas(plainPrototypes, objectGetPrototypeOf(error) as object)) {
    // A class of the guest's: its constructor may go on to name the error.
    deferStack(error, frames);
    return;
  }
  if (byEngine) {
    const message = ownText(error, "message");
    const better = message === undefined ? undefined : worded(message, stack);
    if (better !== undefined) hide(error, "message", better);
    // The engine has a kind of its own for that.
    if (message === "stack overflow") objectSetPrototypeOf(error, rangeErrors);
  }
  hide(error, "stack", frames === "" ? errorHeader(error) : `${errorHeader(error)}\n${frames}`);
}

function ownText(error: object, key: string): string | undefined {
  const value: unknown = objectGetOwnPropertyDescriptor(error, key)?.value;
  return typeof value === "string" ? value : undefined;
}
