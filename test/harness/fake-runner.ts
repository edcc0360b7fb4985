import { createContext, runInContext } from "node:vm";
import { NO_METRICS } from "../../src/core/live-execution.ts";
import type { Job, JobEvent, JobHandle, JobOutcome, Runner } from "../../src/core/ports/runner.ts";

/** Code of this text runs until it is cancelled, as an endless loop does in a worker. */
const ENDLESS = "while(true){}";

const ENGINE = { engine: "f".repeat(64), base: "b".repeat(64) };

/**
 * A runner in this process, for tests of what stands around it: fast, and with nothing of the engine.
 * Guest code is real JavaScript in a context per session; nothing confines it and checkpoints
 * hold no state. What the engine promises is tested with the engine.
 */
export function fakeRunner(): Runner {
  const sessions = new Map<string, ReturnType<typeof createContext>>();
  let busy = 0;

  const contextOf = (id: string) => {
    const known = sessions.get(id) ?? createContext({});
    sessions.set(id, known);
    return known;
  };

  return {
    run(job, onEvents): JobHandle {
      const cancelled = Promise.withResolvers<JobOutcome>();
      const outcome = (async () => {
        busy++;
        await Bun.sleep(0);
        try {
          if (job.action.kind !== "prepare" && textOf(job) === ENDLESS) {
            return await cancelled.promise;
          }
          return evaluate(job, contextOf(job.sessionId), onEvents);
        } finally {
          busy--;
        }
      })();
      return {
        outcome,
        started: Promise.resolve(),
        cancel: () =>
          cancelled.resolve({
            status: "cancelled",
            error: { message: "cancelled", code: "CANCELLED" },
            rolledBack: true,
            metrics: NO_METRICS,
          }),
      };
    },
    summary: () => ({
      workers: { total: 1, busy },
      queue_depth: 0,
      resident_sessions: sessions.size,
    }),
    residents: () => new Set(sessions.keys()),
    engine: async () => ({ fingerprint: ENGINE.engine, base: ENGINE.base }),
    forget: (id) => void sessions.delete(id),
    close: async () => {},
  };
}

function evaluate(
  job: Job,
  context: ReturnType<typeof createContext>,
  onEvents: (events: readonly JobEvent[]) => void,
): JobOutcome {
  const { max_events: max } = job.grants.settings.limits;
  let count = 0;
  context.console = {
    log(...values: unknown[]) {
      if (++count > max) throw new Error("output limit");
      const payload = { level: "log", text: values.join(" ") };
      onEvents([{ type: "console", payload, atMs: Date.now() }]);
    },
  };
  const ended = { rolledBack: false, metrics: NO_METRICS };
  try {
    const value: unknown = runInContext(textOf(job), context);
    const json = value === undefined ? null : value;
    return {
      ...ended,
      status: "ok",
      checkpoint: { ...ENGINE, delta: new Uint8Array(), heapBytes: 0, full: true },
      result: { type: typeof value as "number", preview: String(value), json },
    };
  } catch (error) {
    const message = String(error);
    if (count <= max) return { ...ended, status: "error", error: { message } };
    return {
      ...ended,
      status: "error",
      error: { message, code: "OUTPUT_LIMIT_EXCEEDED", limit: "max_events" },
      outputLimit: { limit: "max_events", max },
      rolledBack: true,
    };
  }
}

const textOf = ({ action }: Job): string => {
  if (action.kind === "repl") return action.input;
  if (action.kind === "complete") {
    const start = JSON.stringify(action.text);
    return `JSON.stringify(Object.keys(globalThis).filter((name) => name.startsWith(${start})))`;
  }
  return action.kind === "prepare" || action.kind === "fold" ? "" : action.source;
};
