import type { ExceptionPayload } from "./execution.ts";

/**
 * The error of an execution for which the host took more memory than its session may have: the same
 * whether its worker noticed or was killed.
 */
export function memoryLimitPassed(maxMb: number): ExceptionPayload {
  return {
    message: `Error: the execution took more memory than its limit of ${maxMb} MiB allows (mem_mb)`,
    code: "OUT_OF_MEMORY",
    limit: "mem_mb",
  };
}
