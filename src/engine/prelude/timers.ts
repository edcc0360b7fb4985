import { now } from "./clock.ts";
import {
  list,
  mapClear,
  mapDelete,
  mapGet,
  mapSet,
  mapSize,
  NativeMap,
  NativeTypeError,
  native,
  reflectApply,
  toNumber,
  trunc,
} from "./primordials.ts";
import { reportUncaught } from "./uncaught.ts";

/** `idle`: an execution does not wait for it. */
type TimerKind = "timeout" | "interval" | "immediate" | "idle";

interface Timer {
  readonly id: number;
  readonly callback: (...args: never[]) => unknown;
  readonly args: unknown[];
  /** Milliseconds of the host's monotonic clock. */
  dueMs: number;
  order: number;
  /** Absent: runs once. */
  readonly everyMs: number | undefined;
  /** Whether an execution waits for it. */
  readonly holds: boolean;
}

/** More timers than this at once are a mistake, or an attack on the session's memory. */
const TIMERS_MAX = 100_000;
const DELAY_MS_MAX = 2 ** 31 - 1;
/** So many cancelled ones take no room to speak of. */
const CANCELLED_FREE = 1000;

const live = new NativeMap<number, Timer>();
/**
 * A binary heap by due time, then order; cancelled timers are dropped when they come up, or are most
 * of it.
 */
let heap = list<Timer>();
let nextId = 1;
let nextOrder = 1;

const before = (a: Timer, b: Timer): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

function insert(timer: Timer): void {
  let at = heap.length;
  heap[at] = timer;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(timer, heap[parent] as Timer)) break;
    heap[at] = heap[parent] as Timer;
    at = parent;
  }
  heap[at] = timer;
}

function removeFirst(): void {
  const last = heap[heap.length - 1] as Timer;
  heap.length -= 1;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1] as Timer, heap[child] as Timer)) child++;
    if (!before(heap[child] as Timer, last)) break;
    heap[at] = heap[child] as Timer;
    at = child;
  }
  heap[at] = last;
}

export function startTimer(
  callback: unknown,
  delayMs: number,
  args: unknown[],
  kind: TimerKind = "timeout",
): number {
  if (typeof callback !== "function") {
    throw new NativeTypeError("The callback must be a function");
  }
  if (mapSize(live) >= TIMERS_MAX) throw new NativeTypeError("Too many timers");
  const delay = delayMs >= 1 && delayMs <= DELAY_MS_MAX ? trunc(delayMs) : 1;
  const timer: Timer = {
    id: nextId++,
    callback: callback as Timer["callback"],
    args,
    dueMs: now() + (kind === "immediate" ? 0 : delay),
    order: nextOrder++,
    everyMs: kind === "interval" ? delay : undefined,
    holds: kind !== "idle",
  };
  mapSet(live, timer.id, timer);
  insert(timer);
  return timer.id;
}

function stopTimer(id: unknown): void {
  if (id === undefined || id === null || typeof id === "symbol") return;
  if (mapDelete(live, toNumber(id)) && heap.length > CANCELLED_FREE + 2 * mapSize(live)) forget();
}

/** Drops the cancelled ones before they come up, which may be long. */
function forget(): void {
  const all = heap;
  heap = list();
  for (let i = 0; i < all.length; i++) {
    const timer = all[i] as Timer;
    if (mapGet(live, timer.id) === timer) insert(timer);
  }
}

export function stopAllTimers(): void {
  if (mapSize(live) === 0 && heap.length === 0) return;
  mapClear(live);
  heap = list();
}

function firstLive(): Timer | undefined {
  while (heap.length > 0) {
    const timer = heap[0] as Timer;
    if (mapGet(live, timer.id) === timer) return timer;
    removeFirst();
  }
  return undefined;
}

/** Runs one due timer at most: jobs run between timers. JSON: see PreludeExports.runTimers. */
export function runTimers(nowMs: number): string {
  let ran = 0;
  const timer = firstLive();
  if (timer !== undefined && timer.dueMs <= nowMs) {
    ran = 1;
    removeFirst();
    if (timer.everyMs === undefined) mapDelete(live, timer.id);
    try {
      reflectApply(timer.callback, undefined, timer.args);
    } catch (error) {
      reportUncaught(error);
    }
    if (timer.everyMs !== undefined && mapGet(live, timer.id) === timer) {
      timer.dueMs = nowMs + timer.everyMs;
      timer.order = nextOrder++;
      insert(timer);
    }
  }
  return `{"ran":${ran},"nextAtMs":${nextDue(true)},"nextIdleAtMs":${nextDue(false)}}`;
}

function nextDue(holds: boolean): number | null {
  const first = firstLive();
  if (first === undefined) return null;
  if (first.holds === holds) return first.dueMs;
  let due: number | null = null;
  for (let i = 1; i < heap.length; i++) {
    const timer = heap[i] as Timer;
    if (timer.holds !== holds || mapGet(live, timer.id) !== timer) continue;
    if (due === null || timer.dueMs < due) due = timer.dueMs;
  }
  return due;
}

export const timerGlobals = {
  setTimeout: native("setTimeout", 1, (callback: unknown, delayMs?: unknown, ...args: unknown[]) =>
    startTimer(callback, toNumber(delayMs), args),
  ),
  setInterval: native(
    "setInterval",
    1,
    (callback: unknown, delayMs?: unknown, ...args: unknown[]) =>
      startTimer(callback, toNumber(delayMs), args, "interval"),
  ),
  setImmediate: native("setImmediate", 1, (callback: unknown, ...args: unknown[]) =>
    startTimer(callback, 0, args, "immediate"),
  ),
  clearTimeout: native("clearTimeout", 0, (id?: unknown) => stopTimer(id)),
  clearInterval: native("clearInterval", 0, (id?: unknown) => stopTimer(id)),
  clearImmediate: native("clearImmediate", 0, (id?: unknown) => stopTimer(id)),
};
