import type { RetentionStore } from "../core/ports/retention-store.ts";
import { toMs } from "./columns.ts";
import { EVENT_BYTES, EVENTS_PER_EXECUTION_MAX, EXECUTION_BYTES } from "./executions.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { Statements } from "./statements.ts";

interface OldRow {
  readonly no: number;
  readonly id: string;
  readonly ended_at: number | null;
  readonly is_needed: number;
}

/** Whether an execution `e` is to stay, however old it is. */
const IS_NEEDED = `status = 'running'
  OR EXISTS (SELECT 1 FROM vm_session s WHERE s.id = e.session_id AND s.head_execution_id = e.id)
  OR EXISTS (SELECT 1 FROM checkpoint c WHERE c.id = e.checkpoint_id AND c.execution_id = e.id)
  OR EXISTS (SELECT 1 FROM idempotency_key k WHERE k.subject_id = e.id)`;

/** Executions looked at with one statement, and removed with one transaction. */
const PAGE_ROWS = 64;

/** Removes executions and their events, the oldest first. */
export function oldExecutionStore(
  statements: Statements,
  writer: GroupWriter,
): Pick<RetentionStore, "oldExecutions" | "removeExecutions"> {
  const sql = {
    cutoff: statements.prepare<{ no: number }>(
      "SELECT no FROM execution WHERE session_id = ?1 ORDER BY no DESC LIMIT 1 OFFSET ?2",
    ),
    oldest: statements.prepare<OldRow>(
      `SELECT no, id, ended_at, (${IS_NEEDED}) AS is_needed
       FROM execution e WHERE session_id = ?1 AND no > ?2 ORDER BY no LIMIT ${PAGE_ROWS}`,
    ),
    execution: statements.prepare<{ no: number; bytes: number }>(
      `SELECT no, ${EXECUTION_BYTES} + length(args) + length(env) + length(metrics)
         + coalesce(length(path), 0) + coalesce(length(input), 0) + coalesce(length(result), 0)
         + coalesce(length(error), 0) AS bytes
       FROM execution e WHERE id = ?1 AND NOT (${IS_NEEDED})`,
    ),
    eventBytes: statements.prepare<{ bytes: number }>(
      `SELECT coalesce(sum(length(payload) + ${EVENT_BYTES}), 0) AS bytes FROM execution_event
       WHERE no >= ?1 AND no < ?2`,
    ),
    dropEvents: statements.prepare("DELETE FROM execution_event WHERE no >= ?1 AND no < ?2"),
    dropExecution: statements.prepare("DELETE FROM execution WHERE no = ?1"),
    addHistory: statements.prepare(
      "UPDATE vm_session SET history_bytes = max(0, history_bytes - ?2) WHERE id = ?1",
    ),
  };

  return {
    async oldExecutions(sessionId, { count, endedAfter }, cursor = -1) {
      const upTo = sql.cutoff.get(sessionId, count)?.no ?? -1;
      const beforeMs = endedAfter === undefined ? -Infinity : toMs(endedAfter);
      const ids: string[] = [];
      const rows = sql.oldest.all(sessionId, cursor);
      for (const { no, id, ended_at, is_needed } of rows) {
        // What comes after the first that is young enough is not read.
        if (no > upTo && (ended_at ?? Infinity) >= beforeMs) return { ids };
        if (is_needed === 0) ids.push(id);
      }
      return rows.length < PAGE_ROWS ? { ids } : { ids, cursor: rows.at(-1)!.no };
    },

    removeExecutions: (sessionId, ids) =>
      writer.write(() => {
        let count = 0;
        let bytes = 0;
        for (const id of ids) {
          const row = sql.execution.get(id);
          if (!row) continue;
          const from = row.no * EVENTS_PER_EXECUTION_MAX;
          const to = from + EVENTS_PER_EXECUTION_MAX;
          bytes += row.bytes + sql.eventBytes.get(from, to)!.bytes;
          sql.dropEvents.run(from, to);
          sql.dropExecution.run(row.no);
          count++;
        }
        if (count > 0) sql.addHistory.run(sessionId, bytes);
        return count;
      }),
  };
}
