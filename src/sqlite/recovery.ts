import { failPoint } from "../core/fail-point.ts";
import type { Store } from "../core/ports/store.ts";
import type { SqliteExecutions } from "./executions.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { SqliteSessions } from "./sessions.ts";
import type { Statements } from "./statements.ts";

const STARTUP_CUT_OFF = "startup failed: the daemon stopped while the session was starting";
const EXECUTION_CUT_OFF = {
  message: "Error: the daemon stopped before this execution ended",
  code: "DAEMON_STOPPED",
};

/** Images that no session began with: the process that had made them made sessions from them. */
const UNUSED_PREPARED = `kind = 'prepared'
  AND NOT EXISTS (SELECT 1 FROM checkpoint c WHERE c.parent_id = checkpoint.id)
  AND NOT EXISTS (SELECT 1 FROM vm_session s WHERE s.origin_checkpoint_id = checkpoint.id)`;

/** Ends, in one transaction, what the last process left unfinished. */
export async function recover(
  now: string,
  statements: Statements,
  writer: GroupWriter,
  sessions: SqliteSessions,
  executions: SqliteExecutions,
): ReturnType<Store["recover"]> {
  failPoint("recover.begin");
  const starting = await sessions.idsByStatus("starting");
  const running = executions.running();
  const ready = await sessions.idsByStatus("ready");
  if (starting.length > 0 || running.length > 0) {
    await writer.write(() => {
      for (const id of starting) {
        sessions.change(id, { status: "crashed", last_error: STARTUP_CUT_OFF });
      }
      for (const id of running) executions.interrupt(id, now, EXECUTION_CUT_OFF);
      failPoint("recover.run");
    });
  }
  const dropDelta = statements.prepare(
    `DELETE FROM checkpoint_delta WHERE no IN (SELECT no FROM checkpoint WHERE ${UNUSED_PREPARED})`,
  );
  const dropPrepared = statements.prepare(`DELETE FROM checkpoint WHERE ${UNUSED_PREPARED}`);
  await writer.write(() => {
    dropDelta.run();
    dropPrepared.run();
  });
  failPoint("recover.done");
  return { ready: ready.length, crashed: starting.length, interrupted: running.length };
}
