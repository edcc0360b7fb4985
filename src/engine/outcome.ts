import type { ExceptionPayload, ValuePayload } from "../core/execution.ts";
import { memoryLimitPassed } from "../core/memory-limit.ts";
import { timeLimitPassed } from "../core/time-limit.ts";
import type { Trip } from "./watch.ts";

/** How an execution ended, and what may become of the heap that it leaves. */
export interface Outcome {
  readonly status: "ok" | "error" | "timeout";
  readonly result?: ValuePayload;
  /** The result has a JSON form, and there was no room for it. */
  readonly resultCut?: boolean;
  readonly error?: ExceptionPayload;
  readonly outputLimit?: { readonly limit: "max_events" | "max_output_kb"; readonly max: number };
  /** `keep`: its heap is the new state. `undo`: as before. `trap`: as before, and the slot is lost. */
  readonly heap: "keep" | "undo" | "trap";
  /** Of a trap: what the host saw. For a log, not for a guest. */
  readonly cause?: unknown;
}

export const NEVER_SETTLES: ExceptionPayload = {
  message: "Error: the promise can never settle: nothing is left that could resolve or reject it",
  name: "Error",
  code: "PROMISE_NEVER_SETTLES",
};

/** It threw. */
export const failed = (error: ExceptionPayload): Outcome => ({
  status: "error",
  error,
  heap: "keep",
});

/** The engine cannot go on; or the host could not put in the heap what it must. */
export const TRAPPED: Outcome = {
  status: "error",
  error: { message: "Error: the engine crashed in this execution", code: "WORKER_CRASHED" },
  heap: "trap",
};
/** Nothing of it is kept; the engine itself can go on. */
export const CRASHED: Outcome = { ...TRAPPED, heap: "undo" };

/** What an execution that was stopped for it ended as. */
export function verdictOf(trip: Trip): Omit<Outcome, "heap"> {
  switch (trip.kind) {
    case "timeout":
      return { status: "timeout", error: timeLimitPassed(trip.limit, trip.max) };
    case "output":
      return {
        status: "error",
        error: {
          message: "Error: Execution exceeded configured output/event limits",
          code: "OUTPUT_LIMIT_EXCEEDED",
          limit: trip.limit,
        },
        outputLimit: { limit: trip.limit, max: trip.max },
      };
    case "host_memory":
      return { status: "error", error: memoryLimitPassed(trip.max) };
    case "memory":
      return {
        status: "error",
        error: {
          message: `Error: the session's heap is full: its limit is ${trip.max} MiB (mem_mb)`,
          code: "OUT_OF_MEMORY",
          limit: "mem_mb",
        },
      };
  }
}
