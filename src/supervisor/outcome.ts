import type { ExceptionPayload } from "../core/execution.ts";
import { memoryLimitPassed } from "../core/memory-limit.ts";
import type { Job, JobOutcome } from "../core/ports/runner.ts";
import { timeLimitPassed } from "../core/time-limit.ts";
import type { WorkerEnd } from "./worker-process.ts";

/** How a job ended whose worker was killed or died: the session is as it was before. */
export function outcomeOfEnd(
  job: Job,
  end: WorkerEnd,
  spent: { durationMs: number; cpuMs: number; queueMs: number },
): JobOutcome {
  return {
    status: end.cause === "timeout" || end.cause === "cancelled" ? end.cause : "error",
    error: errorOf(job, end),
    rolledBack: true,
    metrics: {
      duration_ms: spent.durationMs,
      cpu_ms: spent.cpuMs,
      queue_ms: spent.queueMs,
      heap_bytes: 0,
      checkpoint_bytes: 0,
    },
  };
}

function errorOf(job: Job, end: WorkerEnd): ExceptionPayload {
  const { limits } = job.grants.settings;
  switch (end.cause) {
    case "timeout":
      return timeLimitPassed(end.limit, limits[end.limit]);
    case "memory":
      return memoryLimitPassed(limits.mem_mb);
    case "cancelled":
      return { message: "Execution was cancelled", code: "CANCELLED" };
    default:
      // What the worker wrote or did is for the log; a guest could have made it say anything.
      return {
        message: "The worker that ran this execution ended unexpectedly",
        code: "WORKER_CRASHED",
      };
  }
}

/** Why a worker ended, for the log. */
export function describeEnd(end: WorkerEnd): string {
  switch (end.cause) {
    case "timeout":
      return `killed past ${end.limit}`;
    case "violation":
      return `broke the protocol: ${end.why}`;
    case "stopped":
      return "was stopped by a signal, and did not go on";
    case "exit":
      return end.signal === null ? `exited with ${end.exitCode}` : `ended by ${end.signal}`;
    default:
      return end.cause;
  }
}
