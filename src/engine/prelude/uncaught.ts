import { describeError } from "./describe-error.ts";
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

/** From the engine's rejection tracker, at the time of each; `handled`: a handler came later. */
export function trackRejection(promise: object, reason: unknown, handled: boolean): void {
  if (handled) mapDelete(rejections, promise);
  else if (mapSize(rejections) < TRACKED_MAX) mapSet(rejections, promise, reason);
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
  return `[${join(all, ",")}]`;
}
