import { VmError } from "./errors.ts";
import { isId, parseId } from "./ids.ts";
import type { ExecutionState, HistoryStore, SessionPoint } from "./ports/history-store.ts";
import type { SessionRecord } from "./ports/session-store.ts";

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
  const isOrigin = executionId === session.forked_from_execution_id;
  // It may have gone from the history of where it ran; what the fork began with is kept with the fork.
  if (!state && isOrigin) return originPoint(record);
  const isOurs = state?.sessionId === session.id || isOrigin;
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

/**
 * The past state that a caller names: by an execution or a checkpoint, or by a checkpoint's label.
 *
 * @param name  An id goes before a label that reads like it.
 * @throws VmError as `pointAfter`, and CHECKPOINT_NOT_FOUND (nothing has that label), LABEL_AMBIGUOUS
 */
export async function pointNamed(
  history: HistoryStore,
  record: SessionRecord,
  name: string,
): Promise<SessionPoint> {
  const session_id = record.session.id;
  const executionId = isId(name) ? parseId("execution", name) : undefined;
  if (executionId !== undefined && (await history.stateAfter(executionId))) {
    return pointAfter(history, record, executionId);
  }
  const [found, ...others] = await history.checkpointsNamed(session_id, name);
  if (found && others.length > 0) {
    const checkpoint_ids = [found, ...others].map(({ id }) => id);
    throw new VmError("LABEL_AMBIGUOUS", {
      message: `${checkpoint_ids.length} checkpoints of the session have the label '${name}'`,
      details: { session_id, label: name, checkpoint_ids },
    });
  }
  if (found) return pointAfter(history, record, found.execution_id);
  if (executionId !== undefined) return pointAfter(history, record, executionId);
  throw new VmError("CHECKPOINT_NOT_FOUND", {
    message: `No checkpoint of the session has the label '${name}'`,
    hint: "Name the state by a label or an ID; `vm-system session checkpoints SESSION` shows both.",
    details: { session_id, label: name },
  });
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
