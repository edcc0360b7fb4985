import { describeError } from "./describe-error.ts";
import { callerFrames } from "./frames.ts";
import { callHost } from "./host.ts";
import {
  join,
  list,
  mapClear,
  mapDelete,
  mapEntries,
  mapNext,
  mapSet,
  mapSize,
  NativeMap,
  push,
} from "./primordials.ts";

/**
 * What nobody caught: errors of timers, microtasks and listeners, and promises that were rejected and
 * have no handler. Kept until the host asks.
 */
const REPORTED_MAX = 16;
/** Most get a handler at once; a storm of others is not remembered whole. */
const TRACKED_MAX = 10_000;
const ERROR_BYTES_MAX = 64 * 1024;

let thrown = list<string>();
const rejections = new NativeMap<object, unknown>();

export function reportUncaught(error: unknown): void {
  callHost("uncaught", "");
  if (thrown.length < REPORTED_MAX) push(thrown, describeError(error, ERROR_BYTES_MAX, true));
}

/** The last rejection that had no handler, while nothing else was told, and the one of this reason before it. */
let last: object | undefined;
let lastReason: unknown;
let before: object | undefined;

/**
 * From the engine's rejection tracker, at the time of each; `handled`: a handler came later.
 *
 * A module that throws rejects two promises: first one of the engine's own, which no code can ever reach
 * and handle, then at once, with the same error, the one that `import()` waits for. The first is
 * nobody's. Code that rejects two promises with one error is still running when it does.
 *
 * @param promise Undefined: the host took the reason of the last one, and throws it.
 */
export function trackRejection(
  promise: object | undefined,
  reason: unknown,
  handled: boolean,
): void {
  const again = last !== undefined && lastReason === reason;
  const previous = again ? last : undefined;
  if (again && handled && promise === undefined) {
    mapDelete(rejections, last);
    mapDelete(rejections, before);
  }
  const isObject = typeof reason === "object" && reason !== null;
  if (again && !handled && isObject && callerFrames() === "") mapDelete(rejections, last);
  if (handled) mapDelete(rejections, promise);
  else if (mapSize(rejections) < TRACKED_MAX) mapSet(rejections, promise as object, reason);
  before = handled ? undefined : previous;
  last = handled ? undefined : promise;
  lastReason = handled ? undefined : reason;
}

/** JSON: ExceptionPayload[], since the last call. */
export function takeUncaught(): string {
  if (thrown.length === 0 && mapSize(rejections) === 0) return "[]";
  const all = thrown;
  thrown = list();
  const iterator = mapEntries(rejections);
  while (all.length < REPORTED_MAX) {
    const step = mapNext(iterator);
    if (step.done === true) break;
    push(all, describeError(step.value[1], ERROR_BYTES_MAX, true));
  }
  mapClear(rejections);
  last = undefined;
  lastReason = undefined;
  before = undefined;
  return `[${join(all, ",")}]`;
}
