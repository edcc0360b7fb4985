import type { ExecutionStatus } from "../core/execution.ts";

/** What the process answers with, and when; the help topics print this table. */
export const EXIT_CODES = {
  ok: { code: 0, when: "success; for an execution: it ended `ok`" },
  failed: {
    code: 1,
    when: "the execution ended `error`; a download failed; the daemon could not start",
  },
  usage: { code: 2, when: "wrong usage: an unknown command or flag, a missing or malformed value" },
  api: { code: 3, when: "the API answered an error" },
  unreachable: { code: 4, when: "the daemon cannot be reached" },
  executionTimeout: { code: 124, when: "the execution ended `timeout`" },
  executionCancelled: { code: 130, when: "the execution ended `cancelled`" },
} as const;

const BY_STATUS: Record<ExecutionStatus, number> = {
  running: EXIT_CODES.ok.code,
  ok: EXIT_CODES.ok.code,
  error: EXIT_CODES.failed.code,
  timeout: EXIT_CODES.executionTimeout.code,
  cancelled: EXIT_CODES.executionCancelled.code,
};

export function exitCodeOfExecution(status: ExecutionStatus): number {
  return BY_STATUS[status];
}
