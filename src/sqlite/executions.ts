import type {
  Execution,
  ExecutionEvent,
  ExecutionKind,
  ExecutionStatus,
} from "../core/execution.ts";
import { failPoint } from "../core/fail-point.ts";
import { DRY_RUN_NOTICE, rollbackNotice } from "../core/notices.ts";
import type { ExecutionStore } from "../core/ports/execution-store.ts";
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
  parent_id: string | null;
  kind: ExecutionKind;
  status: ExecutionStatus;
  started_at: number;
  ended_at: number | null;
  undone_at: number | null;
  dry_run: number;
  at_execution_id: string | null;
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
export const EVENTS_PER_EXECUTION_MAX = 2 ** 20;
const eventNo = (executionNo: number, seq: number): number =>
  executionNo * EVENTS_PER_EXECUTION_MAX + seq;

/** Of a row beyond its texts, with its part of the indexes, about. */
export const EXECUTION_BYTES = 300;
export const EVENT_BYTES = 40;

interface Written {
  readonly no: number;
  /** About how many bytes it takes. */
  readonly bytes: number;
}

export interface SqliteExecutions extends ExecutionStore {
  /** Inside a transaction of the caller's: the running execution ends with this error. */
  interrupt(id: string, endedAt: string, error: NonNullable<Execution["error"]>): void;
  /**
   * Inside a transaction of the caller's: an ended execution of a session that came from elsewhere.
   *
   * @returns About how many bytes it takes, with its events.
   */
  putEnded(execution: Execution, checkpointId: string | null): number;
  /** Inside a transaction of the caller's: more events of an execution that was put. */
  putEvents(events: readonly ExecutionEvent[]): void;
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
         path, args, env, metrics, input, result, error, parent_id, dry_run, at_execution_id)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
       ON CONFLICT (id) DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at,
         checkpoint_id = excluded.checkpoint_id, metrics = excluded.metrics,
         result = excluded.result, error = excluded.error
       WHERE status = 'running'
       RETURNING no`,
    ),
    end: statements.prepare(
      // How long it ran, who knew has not lived to tell.
      `UPDATE execution SET status = ?2, ended_at = ?3, error = ?4,
         metrics = json_remove(metrics, '$.duration_ms', '$.cpu_ms', '$.queue_ms'), checkpoint_id =
         (SELECT head_checkpoint_id FROM vm_session s WHERE s.id = session_id) WHERE id = ?1`,
    ),
    undo: statements.prepare("UPDATE execution SET undone_at = ?2 WHERE no = ?1"),
    head: statements.prepare<{ id: string | null }>(
      "SELECT head_checkpoint_id AS id FROM vm_session WHERE id = ?1",
    ),
    no: statements.prepare<{ no: number; session_id: string; dry_run: number }>(
      "SELECT no, session_id, dry_run FROM execution WHERE id = ?1",
    ),
    get: statements.prepare<ExecutionRow>("SELECT * FROM execution WHERE id = ?1"),
    list: statements.prepare<ExecutionRow>(
      "SELECT * FROM execution WHERE session_id = ?1 ORDER BY no DESC LIMIT ?2",
    ),
    listBefore: statements.prepare<ExecutionRow>(
      `SELECT * FROM execution WHERE session_id = ?1
         AND no < (SELECT no FROM execution WHERE id = ?3) ORDER BY no DESC LIMIT ?2`,
    ),
    running: statements.prepare<{ id: string }>(
      "SELECT id FROM execution WHERE status = 'running' ORDER BY no",
    ),
    insertEvent: statements.prepare(
      // Those that came before may be here: the disk had refused them, and the store has them still.
      "INSERT OR REPLACE INTO execution_event (no, ts, type, payload) VALUES (?1, ?2, ?3, ?4)",
    ),
    events: statements.prepare<EventRow>(
      `SELECT no, ts, type, payload FROM execution_event
       WHERE no > ?1 AND no < ?2 ORDER BY no LIMIT ?3`,
    ),
    lastEvent: statements.prepare<{ no: number }>(
      "SELECT no FROM execution_event WHERE no > ?1 AND no < ?2 ORDER BY no DESC LIMIT 1",
    ),
  };

  function put(execution: StoredExecution, checkpointId: string | null): Written {
    const columns = [
      execution.path ?? null,
      toJson(execution.args),
      toJson(execution.env),
      toJson(execution.metrics),
      toOptionalJson(execution.input),
      toOptionalJson(execution.result),
      toOptionalJson(execution.error),
    ];
    const row = sql.put.get(
      execution.id,
      execution.session_id,
      execution.kind,
      execution.status,
      toMs(execution.started_at),
      execution.ended_at === undefined ? null : toMs(execution.ended_at),
      checkpointId,
      ...columns,
      execution.parent_execution_id ?? null,
      Number(execution.dry_run === true),
      execution.at_execution_id ?? null,
    );
    if (!row) throw new Error(`execution ${execution.id} has ended already`);
    const bytes = columns.reduce((sum, text) => sum + (text?.length ?? 0), EXECUTION_BYTES);
    return { no: row.no, bytes };
  }

  function found(id: string) {
    const row = sql.no.get(id);
    if (row) return row;
    throw new Error(`execution ${id} is not in the store`);
  }

  /** @returns About how many bytes they take. */
  function insertEvents(
    no: number,
    events: readonly Omit<ExecutionEvent, "execution_id">[],
  ): number {
    let bytes = 0;
    for (const { seq, ts, type, payload } of events) {
      const json = toJson(payload);
      sql.insertEvent.run(eventNo(no, seq), toMs(ts), type, json);
      bytes += json.length + EVENT_BYTES;
    }
    return bytes;
  }

  function putEvents(events: readonly ExecutionEvent[]): void {
    const [first] = events;
    if (!first) return;
    const { no, session_id } = found(first.execution_id);
    sessions.advance(session_id, {
      storedBytes: 0,
      historyBytes: insertEvents(no, events),
      usedAtMs: 0,
    });
  }

  return {
    putEvents,

    insertRunning: (execution, events, key) =>
      writer.write(() => {
        const { no, bytes } = put(execution, null);
        sessions.advance(execution.session_id, {
          storedBytes: 0,
          historyBytes: bytes + insertEvents(no, events),
          usedAtMs: toMs(execution.started_at),
        });
        if (key) idempotency.record(key);
      }),

    appendEvents: (events) => writer.write(() => putEvents(events)),

    commit: ({ execution, events, checkpoint, session, idempotency: key }) => {
      const deltaBytes = checkpoint?.data.delta.byteLength ?? 0;
      return writer.write(() => {
        const { session_id } = execution;
        if (checkpoint) checkpoints.put(checkpoint);
        failPoint("commit.checkpoint");
        const { no, bytes } = put(
          execution,
          checkpoint?.id ?? sql.head.get(session_id)?.id ?? null,
        );
        const historyBytes = bytes + insertEvents(no, events);
        failPoint("commit.execution");
        sessions.advance(session_id, {
          ...(checkpoint === undefined ? {} : { headCheckpointId: checkpoint.id }),
          ...(execution.dry_run === true ? {} : { headExecutionId: execution.id }),
          storedBytes: deltaBytes,
          historyBytes,
          usedAtMs: toMs(execution.ended_at ?? execution.started_at),
        });
        if (session) {
          const { id, ...change } = session;
          sessions.change(id, change);
        }
        if (key) idempotency.record(key);
      }, deltaBytes);
    },

    async get(id) {
      const row = sql.get.get(id);
      return row ? executionOf(row) : undefined;
    },

    async list(sessionId, limit, before) {
      const rows =
        before === undefined
          ? sql.list.all(sessionId, limit)
          : sql.listBefore.all(sessionId, limit, before);
      return rows.map(executionOf);
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
      const { no, session_id, dry_run } = found(id);
      const last = sql.lastEvent.get(eventNo(no, 0), eventNo(no + 1, 0));
      const seq = last ? last.no - eventNo(no, 0) + 1 : 1;
      sql.end.run(id, "error", toMs(endedAt), toJson(error));
      const notice = dry_run === 1 ? DRY_RUN_NOTICE : rollbackNotice(error.code ?? "ERROR");
      const historyBytes = insertEvents(no, [
        { seq, ts: endedAt, type: "system", payload: notice },
        { seq: seq + 1, ts: endedAt, type: "exception", payload: error },
      ]);
      sessions.advance(session_id, {
        ...(dry_run === 1 ? {} : { headExecutionId: id }),
        storedBytes: 0,
        historyBytes,
        usedAtMs: 0,
      });
    },

    putEnded({ events = [], ...execution }, checkpointId) {
      const { no, bytes } = put(execution, checkpointId);
      if (execution.undone_at !== undefined) sql.undo.run(no, toMs(execution.undone_at));
      return bytes + insertEvents(no, events);
    },

    running: () => sql.running.all().map(({ id }) => id),
  };
}

const executionOf = (row: ExecutionRow): StoredExecution => ({
  id: row.id,
  session_id: row.session_id,
  ...optional("parent_execution_id", row.parent_id, same),
  ...(row.dry_run === 1 ? { dry_run: true } : {}),
  ...optional("at_execution_id", row.at_execution_id, same),
  ...optional("undone_at", row.undone_at, toTimestamp),
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
