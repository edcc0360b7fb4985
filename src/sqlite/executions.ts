import type {
  Execution,
  ExecutionEvent,
  ExecutionKind,
  ExecutionStatus,
} from "../core/execution.ts";
import type { ExecutionStore } from "../core/ports.ts";
import type { SqliteCheckpoints } from "./checkpoints.ts";
import { optional, same, toJson, toMs, toOptionalJson, toTimestamp } from "./columns.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { SqliteIdempotency } from "./idempotency.ts";
import type { SqliteSessions } from "./sessions.ts";
import type { Statements } from "./statements.ts";

type StoredExecution = Omit<Execution, "events">;

interface ExecutionRow {
  id: string;
  session_id: string;
  kind: ExecutionKind;
  status: ExecutionStatus;
  started_at: number;
  ended_at: number | null;
  path: string | null;
  args: string;
  env: string;
  metrics: string;
  input: string | null;
  result: string | null;
  error: string | null;
}

interface EventRow {
  no: number;
  ts: number;
  type: ExecutionEvent["type"];
  payload: string;
}

/** Above the largest max_events that settings allow; as the migration says it. */
const EVENTS_PER_EXECUTION_MAX = 2 ** 20;
const eventNo = (executionNo: number, seq: number): number =>
  executionNo * EVENTS_PER_EXECUTION_MAX + seq;

export interface SqliteExecutions extends ExecutionStore {
  /** Inside a transaction of the caller's: the running execution ends with this error. */
  interrupt(id: string, endedAt: string, error: NonNullable<Execution["error"]>): void;
  /** Ids of those that are `running`. */
  running(): string[];
}

export interface ExecutionNeighbours {
  readonly sessions: SqliteSessions;
  readonly checkpoints: SqliteCheckpoints;
  readonly idempotency: SqliteIdempotency;
}

/** The tables execution and execution_event. */
export function executionStore(
  statements: Statements,
  writer: GroupWriter,
  { sessions, checkpoints, idempotency }: ExecutionNeighbours,
): SqliteExecutions {
  const sql = {
    // One statement for an execution that is new and for one that was running. One that has ended
    // is not touched: the row that comes back says which it was.
    put: statements.prepare<{ no: number }>(
      `INSERT INTO execution (id, session_id, kind, status, started_at, ended_at, checkpoint_id,
         path, args, env, metrics, input, result, error)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
       ON CONFLICT (id) DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at,
         checkpoint_id = excluded.checkpoint_id, metrics = excluded.metrics,
         result = excluded.result, error = excluded.error
       WHERE status = 'running'
       RETURNING no`,
    ),
    end: statements.prepare(
      "UPDATE execution SET status = ?2, ended_at = ?3, error = ?4 WHERE id = ?1",
    ),
    no: statements.prepare<{ no: number }>("SELECT no FROM execution WHERE id = ?1"),
    get: statements.prepare<ExecutionRow>("SELECT * FROM execution WHERE id = ?1"),
    list: statements.prepare<ExecutionRow>(
      "SELECT * FROM execution WHERE session_id = ?1 ORDER BY no DESC LIMIT ?2",
    ),
    running: statements.prepare<{ id: string }>(
      "SELECT id FROM execution WHERE status = 'running' ORDER BY no",
    ),
    insertEvent: statements.prepare(
      "INSERT INTO execution_event (no, ts, type, payload) VALUES (?1, ?2, ?3, ?4)",
    ),
    events: statements.prepare<EventRow>(
      `SELECT no, ts, type, payload FROM execution_event
       WHERE no > ?1 AND no < ?2 ORDER BY no LIMIT ?3`,
    ),
    lastEvent: statements.prepare<{ no: number }>(
      "SELECT no FROM execution_event WHERE no > ?1 AND no < ?2 ORDER BY no DESC LIMIT 1",
    ),
  };

  function put(execution: StoredExecution, checkpointId: string | null): number {
    const row = sql.put.get(
      execution.id,
      execution.session_id,
      execution.kind,
      execution.status,
      toMs(execution.started_at),
      execution.ended_at === undefined ? null : toMs(execution.ended_at),
      checkpointId,
      execution.path ?? null,
      toJson(execution.args),
      toJson(execution.env),
      toJson(execution.metrics),
      toOptionalJson(execution.input),
      toOptionalJson(execution.result),
      toOptionalJson(execution.error),
    );
    if (row) return row.no;
    throw new Error(`execution ${execution.id} has ended already`);
  }

  function noOf(id: string): number {
    const row = sql.no.get(id);
    if (row) return row.no;
    throw new Error(`execution ${id} is not in the store`);
  }

  function insertEvents(no: number, events: readonly Omit<ExecutionEvent, "execution_id">[]): void {
    for (const { seq, ts, type, payload } of events) {
      sql.insertEvent.run(eventNo(no, seq), toMs(ts), type, toJson(payload));
    }
  }

  return {
    insertRunning: (execution, events) =>
      writer.write(() => insertEvents(put(execution, null), events)),

    appendEvents: (events) =>
      writer.write(() => {
        const first = events[0];
        if (first) insertEvents(noOf(first.execution_id), events);
      }),

    commit: ({ execution, events, checkpoint, session, idempotency: key }) =>
      writer.write(() => {
        if (checkpoint) checkpoints.put(checkpoint);
        insertEvents(put(execution, checkpoint?.id ?? null), events);
        if (checkpoint) {
          sessions.change(execution.session_id, { headCheckpointId: checkpoint.id });
        }
        if (session) {
          const { id, ...change } = session;
          sessions.change(id, change);
        }
        if (key) idempotency.record(key);
      }),

    async get(id) {
      const row = sql.get.get(id);
      return row ? executionOf(row) : undefined;
    },

    async list(sessionId, limit) {
      return sql.list.all(sessionId, limit).map(executionOf);
    },

    async events(id, afterSeq, limit) {
      const execution = sql.no.get(id);
      if (!execution) return [];
      const { no } = execution;
      const after = eventNo(no, Math.min(afterSeq, EVENTS_PER_EXECUTION_MAX - 1));
      return sql.events.all(after, eventNo(no + 1, 0), limit).map((row) => ({
        execution_id: id,
        seq: row.no - eventNo(no, 0),
        ts: toTimestamp(row.ts),
        type: row.type,
        payload: JSON.parse(row.payload),
      }));
    },

    interrupt(id, endedAt, error) {
      const no = noOf(id);
      const last = sql.lastEvent.get(eventNo(no, 0), eventNo(no + 1, 0));
      const seq = last ? last.no - eventNo(no, 0) + 1 : 1;
      sql.end.run(id, "error", toMs(endedAt), toJson(error));
      insertEvents(no, [{ seq, ts: endedAt, type: "exception", payload: error }]);
    },

    running: () => sql.running.all().map(({ id }) => id),
  };
}

const executionOf = (row: ExecutionRow): StoredExecution => ({
  id: row.id,
  session_id: row.session_id,
  kind: row.kind,
  ...optional("input", row.input, JSON.parse),
  ...optional("path", row.path, same),
  args: JSON.parse(row.args),
  env: JSON.parse(row.env),
  status: row.status,
  started_at: toTimestamp(row.started_at),
  ...optional("ended_at", row.ended_at, toTimestamp),
  ...optional("result", row.result, JSON.parse),
  ...optional("error", row.error, JSON.parse),
  metrics: JSON.parse(row.metrics),
});
