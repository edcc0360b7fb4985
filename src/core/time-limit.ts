import type { ExceptionPayload } from "./execution.ts";

/**
 * The error of an execution that passed a time limit: the same whether its engine stopped or its
 * worker was killed, which is nothing that a reader could do something about.
 */
export function timeLimitPassed(limit: "cpu_ms" | "wall_ms", maxMs: number): ExceptionPayload {
  const what = limit === "cpu_ms" ? "CPU time" : "time";
  return {
    message: `Error: the execution took more ${what} than its limit of ${maxMs} ms (${limit})`,
    code: "TIMEOUT",
    limit,
  };
}
