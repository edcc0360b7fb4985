import type { Store } from "../core/ports.ts";
import type { SqliteExecutions } from "./executions.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { SqliteSessions } from "./sessions.ts";

const STARTUP_CUT_OFF = "startup failed: the daemon stopped while the session was starting";
const EXECUTION_CUT_OFF = {
  message: "Error: the daemon stopped before this execution ended",
  code: "DAEMON_STOPPED",
};

/** Ends, in one transaction, what the last process left unfinished. */
export async function recover(
  now: string,
  writer: GroupWriter,
  sessions: SqliteSessions,
  executions: SqliteExecutions,
): ReturnType<Store["recover"]> {
  const starting = await sessions.idsByStatus("starting");
  const running = executions.running();
  const ready = await sessions.idsByStatus("ready");
  if (starting.length > 0 || running.length > 0) {
    await writer.write(() => {
      for (const id of starting) {
        sessions.change(id, { status: "crashed", last_error: STARTUP_CUT_OFF });
      }
      for (const id of running) executions.interrupt(id, now, EXECUTION_CUT_OFF);
    });
  }
  return { ready: ready.length, crashed: starting.length, interrupted: running.length };
}
