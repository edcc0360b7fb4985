import { VmError } from "./errors.ts";
import type { LiveExecution } from "./live-execution.ts";
import type { SessionRecord } from "./ports/session-store.ts";

/** Why nothing is done with a session. */

export const sessionNotFound = (id: string) =>
  new VmError("SESSION_NOT_FOUND", { details: { session_id: id } });

export const sessionNotReady = ({ session }: SessionRecord) =>
  new VmError("SESSION_NOT_READY", {
    details: {
      session_id: session.id,
      status: session.status,
      ...(session.last_error === undefined ? {} : { last_error: session.last_error }),
    },
  });

/**
 * Only a session that is ready, or was it before it was closed, has a state that others may begin with: a
 * crashed one has what its startup got to, also when it has been closed since.
 *
 * @throws VmError SESSION_NOT_READY
 */
export function assertWasReady(record: SessionRecord): void {
  const { status, last_error } = record.session;
  if (status === "ready" || (status === "closed" && last_error === undefined)) return;
  throw sessionNotReady(record);
}

/** @param running  Absent: what holds it is no execution, or has just ended. */
export const sessionBusy = (id: string, running: LiveExecution | undefined) =>
  new VmError("SESSION_BUSY", {
    details: {
      session_id: id,
      ...(running === undefined ? {} : { execution_id: running.execution.id }),
    },
  });
