import { VmError } from "./errors.ts";
import type { Execution } from "./execution.ts";
import type { JobOutcome } from "./ports/runner.ts";
import type { SessionRecord } from "./ports/session-store.ts";

type OutputLimit = NonNullable<JobOutcome["outputLimit"]>;

/**
 * What a client is answered: an output limit that was passed is an HTTP error, although the execution
 * is kept.
 *
 * @throws VmError OUTPUT_LIMIT_EXCEEDED
 */
export function answerOf(execution: Execution, exceeded: OutputLimit | undefined): Execution {
  if (!exceeded) return execution;
  throw new VmError("OUTPUT_LIMIT_EXCEEDED", {
    details: { execution_id: execution.id, session_id: execution.session_id, ...exceeded },
  });
}

/** The output limit that a stored execution passed. */
export function outputLimitOf(
  { error }: Execution,
  record: SessionRecord | undefined,
): OutputLimit | undefined {
  const limit = error?.limit;
  if (error?.code !== "OUTPUT_LIMIT_EXCEEDED" || !record) return undefined;
  if (limit !== "max_events" && limit !== "max_output_kb") return undefined;
  return { limit, max: record.grants.settings.limits[limit] };
}
