import { errorHeader } from "./inspect-error.ts";
import {
  hide,
  NativeWeakMap,
  objectDefineProperty,
  objectGetOwnPropertyDescriptor,
  record,
  weakMapDelete,
  weakMapGet,
  weakMapSet,
} from "./primordials.ts";

/**
 * The stack of an error whose header is not known yet: it is made when it is first asked for, as V8
 * does, so that it says a name that the constructor of the error's class sets.
 */
const waiting = new NativeWeakMap<object, string>();

const { get: readStack, set: writeStack } = Object.getOwnPropertyDescriptor(
  {
    get stack(): unknown {
      return takeStack(this);
    },
    set stack(value: unknown) {
      weakMapDelete(waiting, this);
      hide(this, "stack", value);
    },
  },
  "stack",
) as { get: () => unknown; set: (value: unknown) => void };

export function deferStack(error: object, frames: string): void {
  weakMapSet(waiting, error, frames);
  const accessor = { get: readStack, set: writeStack, enumerable: false, configurable: true };
  objectDefineProperty(error, "stack", record(accessor));
}

/** The stack that waits for its header, put together; undefined where none does. */
export function takeStack(error: object): string | undefined {
  const frames = weakMapGet(waiting, error);
  if (frames === undefined) return undefined;
  if (objectGetOwnPropertyDescriptor(error, "stack")?.get !== readStack) {
    // Somebody has put another in its place, captureStackTrace or the guest.
    weakMapDelete(waiting, error);
    return undefined;
  }
  const stack = frames === "" ? errorHeader(error) : `${errorHeader(error)}\n${frames}`;
  try {
    hide(error, "stack", stack);
    weakMapDelete(waiting, error);
  } catch {
    // Frozen: it is made anew each time.
  }
  return stack;
}
