import { newId } from "../core/ids.ts";
import type { ImportStore } from "../core/ports.ts";
import type { SqliteCheckpoints } from "./checkpoints.ts";
import type { SqliteExecutions } from "./executions.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { SqliteSessions } from "./sessions.ts";
import type { SqliteTemplates } from "./templates.ts";

export interface ImportNeighbours {
  readonly templates: SqliteTemplates;
  readonly sessions: SqliteSessions;
  readonly checkpoints: SqliteCheckpoints;
  readonly executions: SqliteExecutions;
}

/** Sessions that come from files, each in one transaction with all that belongs to it. */
export function importStore(
  writer: GroupWriter,
  { templates, sessions, checkpoints, executions }: ImportNeighbours,
): ImportStore {
  return {
    insert: ({ session: imported, template, base, checkpoint, executions: history }) =>
      writer.write(() => {
        const { session, headCheckpointId, headExecutionId } = imported;
        if (template) templates.put(template);
        if (base) checkpoints.addBase(base);
        // The session refers to the checkpoint, and the checkpoint to the session.
        const { headCheckpointId: _, ...without } = imported;
        sessions.put(without);
        if (checkpoint) {
          checkpoints.put(checkpoint);
          sessions.change(session.id, { headCheckpointId: checkpoint.id });
        }
        // States that are not here are those of a checkpoint that is gone.
        const gone = newId();
        let historyBytes = 0;
        for (const execution of history) {
          const isHead = execution.id === headExecutionId;
          historyBytes += executions.putEnded(
            execution,
            isHead ? (headCheckpointId ?? null) : gone,
          );
        }
        sessions.advance(session.id, {
          storedBytes: checkpoint?.data.delta.byteLength ?? 0,
          historyBytes,
          usedAtMs: 0,
        });
      }),
  };
}
