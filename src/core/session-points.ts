import { VmError } from "./errors.ts";
import type { ExecutionState, HistoryStore, SessionPoint, SessionRecord } from "./ports.ts";

/** Places on the line of a session's executions where it stands, began, or could be put. */

/** @throws VmError CHECKPOINT_GONE for a closed session whose states were given up */
export function presentPoint(record: SessionRecord): SessionPoint {
  assertNotGone(record);
  return pointOf(record.session.head_execution_id, record.headCheckpointId);
}

/** Before any execution of the session's own. @throws VmError CHECKPOINT_GONE */
export function originPoint(record: SessionRecord): SessionPoint {
  assertNotGone(record);
  return pointOf(record.session.forked_from_execution_id, record.originCheckpointId);
}

/**
 * After an execution of the session, or the one that it was forked from.
 *
 * @throws VmError EXECUTION_NOT_FOUND, SESSION_BUSY (it runs), CHECKPOINT_GONE
 */
export async function pointAfter(
  history: HistoryStore,
  record: SessionRecord,
  executionId: string,
): Promise<SessionPoint> {
  const { session } = record;
  const state = await history.stateAfter(executionId);
  const isOurs =
    state?.sessionId === session.id || executionId === session.forked_from_execution_id;
  const details = { session_id: session.id, execution_id: executionId };
  if (!state || !isOurs) throw new VmError("EXECUTION_NOT_FOUND", { details });
  if (state.status === "running") throw new VmError("SESSION_BUSY", { details });
  if (!isReachable(state)) {
    throw new VmError("CHECKPOINT_GONE", {
      details,
      ...(state.dryRun ? { message: "The state after a dry run is not kept" } : {}),
    });
  }
  return pointOf(executionId, state.checkpointId);
}

const isReachable = ({ dryRun, isKept }: ExecutionState) => isKept && !dryRun;

function assertNotGone({ session, stateGone }: SessionRecord): void {
  if (!stateGone) return;
  throw new VmError("CHECKPOINT_GONE", {
    message: "The states of this closed session are no longer kept",
    details: { session_id: session.id, status: session.status },
  });
}

const pointOf = (
  executionId: string | undefined,
  checkpointId: string | undefined,
): SessionPoint => ({
  ...(executionId === undefined ? {} : { executionId }),
  ...(checkpointId === undefined ? {} : { checkpointId }),
});
