import { callHost } from "./host.ts";
import {
  hide,
  jsonParse,
  native,
  objectDefineProperty,
  record,
  symbolToStringTag,
} from "./primordials.ts";

interface Reading {
  readonly epochMs: number;
  readonly monotonicMs: number;
}

const read = (): Reading => {
  const answer = callHost("clock", "") as string;
  return (jsonParse(answer) as { return: Reading }).return;
};

/** Milliseconds of the host's monotonic clock; starts anew with each worker. */
export const now = (): number => read().monotonicMs;

/** Milliseconds since the epoch, with fractions: goes on over restarts. */
export const epochNow = (): number => read().epochMs;

/** The session's own time origin: its first reading. */
let originMs = 0;
/** What performance.now said last: it never goes back, whatever the host's clock does. */
let lastMs = 0;

export function performanceNow(): number {
  const epochMs = epochNow();
  if (originMs === 0) originMs = epochMs;
  if (epochMs - originMs > lastMs) lastMs = epochMs - originMs;
  return lastMs;
}

export function makePerformance(): object {
  const performance = {};
  hide(performance, symbolToStringTag, "Performance");
  hide(performance, "now", native("now", 0, performanceNow));
  hide(
    performance,
    "toJSON",
    native("toJSON", 0, () => ({ timeOrigin: timeOrigin() })),
  );
  objectDefineProperty(
    performance,
    "timeOrigin",
    record({ get: native("get timeOrigin", 0, timeOrigin), enumerable: true, configurable: true }),
  );
  return performance;
}

function timeOrigin(): number {
  if (originMs === 0) performanceNow();
  return originMs;
}
