import type {
  NewSession,
  SessionLease,
  SessionRecord,
  SessionStore,
} from "../core/ports/session-store.ts";
import {
  NOTHING_GRANTED,
  type SessionGrants,
  type SessionStatus,
  type StoredSession,
} from "../core/session.ts";
import { optional, same, toJson, toMs, toOptionalJson, toTimestamp } from "./columns.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { SqliteIdempotency } from "./idempotency.ts";
import type { Statements } from "./statements.ts";

interface SessionRow {
  id: string;
  status: SessionStatus;
  vm_id: string;
  workspace_id: string;
  base_commit_oid: string;
  worktree_path: string;
  created_at: number;
  last_used_at: number;
  heap_bytes: number;
  stored_bytes: number;
  parent_session_id: string | null;
  forked_from_execution_id: string | null;
  head_execution_id: string | null;
  closed_at: number | null;
  last_error: string | null;
  runtime_meta: string | null;
}

interface RecordRow extends SessionRow {
  head_checkpoint_id: string | null;
  origin_checkpoint_id: string | null;
  state_gone: number;
  grants: string;
  depth: number | null;
  chain_bytes: number | null;
  largest_bytes: number | null;
}

/** What an execution's end changes of its session. */
export interface SessionAdvance {
  /** Absent: as it was. */
  readonly headCheckpointId?: string;
  /** Absent: as it was. */
  readonly headExecutionId?: string;
  /** Of the new checkpoint. */
  readonly storedBytes: number;
  /** Of the execution and those of its events that are new. */
  readonly historyBytes: number;
  readonly usedAtMs: number;
}

export type SessionChange = Parameters<SessionStore["update"]>[1];

/** Of a session that is being written in steps: nothing shows it, and a start removes it. */
export const IMPORTING = "importing";

export interface SqliteSessions extends Omit<SessionStore, "idsByStatus"> {
  idsByStatus(status: SessionStatus | typeof IMPORTING): Promise<string[]>;
  /** Inside a transaction of the caller's. */
  change(id: string, change: SessionChange): void;
  /** Inside a transaction of the caller's. */
  advance(id: string, advance: SessionAdvance): void;
  /** Inside a transaction of the caller's. */
  put(session: NewSession, status?: typeof IMPORTING): void;
}

const SHOWN = `id, status, vm_id, workspace_id, base_commit_oid, worktree_path,
  created_at, last_used_at, heap_bytes, stored_bytes, parent_session_id, forked_from_execution_id,
  head_execution_id, closed_at, last_error, runtime_meta`;

const ofHead = (column: string) =>
  `(SELECT ${column} FROM checkpoint c WHERE c.id = s.head_checkpoint_id) AS ${column}`;

const heapOf = (id: string) => `coalesce((SELECT heap_bytes FROM checkpoint WHERE id = ${id}), 0)`;

/** The table vm_session, and the leases, which live in this process: the lock makes it the only one. */
export function sessionStore(
  statements: Statements,
  writer: GroupWriter,
  idempotency: SqliteIdempotency,
): SqliteSessions {
  const leased = new Set<string>();
  const sql = {
    insert: statements.prepare(
      `INSERT INTO vm_session (${SHOWN}, grants, head_checkpoint_id, origin_checkpoint_id)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ${heapOf("?15")}, 0, ?8, ?9, ?10, ?11, ?12, ?13,
         ?14, ?15, ?15)`,
    ),
    get: statements.prepare<RecordRow>(
      // As a join this would take four times as long: every request waits for it.
      `SELECT s.*, ${["depth", "chain_bytes", "largest_bytes"].map(ofHead).join(", ")}
       FROM vm_session s WHERE s.id = ?1`,
    ),
    list: statements.prepare<SessionRow>(
      `SELECT ${SHOWN} FROM vm_session WHERE status <> '${IMPORTING}' ORDER BY no DESC`,
    ),
    listByStatus: statements.prepare<SessionRow>(
      `SELECT ${SHOWN} FROM vm_session WHERE status = ?1 ORDER BY no DESC`,
    ),
    idsByStatus: statements.prepare<[string]>(
      "SELECT id FROM vm_session WHERE status = ?1 ORDER BY id",
    ),
    setHead: statements.prepare(
      `UPDATE vm_session SET head_checkpoint_id = ?2, origin_checkpoint_id = ?2,
         heap_bytes = ${heapOf("?2")} WHERE id = ?1`,
    ),
    advance: statements.prepare(
      `UPDATE vm_session SET head_checkpoint_id = coalesce(?2, head_checkpoint_id),
         heap_bytes = CASE WHEN ?2 IS NULL THEN heap_bytes ELSE ${heapOf("?2")} END,
         head_execution_id = coalesce(?3, head_execution_id), stored_bytes = stored_bytes + ?4,
         history_bytes = history_bytes + ?5, last_used_at = max(last_used_at, ?6) WHERE id = ?1`,
    ),
    setStatus: statements.prepare(
      `UPDATE vm_session SET status = coalesce(?2, status), closed_at = coalesce(?3, closed_at),
         last_error = coalesce(?4, last_error) WHERE id = ?1`,
    ),
  };

  function change(id: string, fields: SessionChange): void {
    const { headCheckpointId, status, closed_at, last_error } = fields;
    if (headCheckpointId !== undefined) assertFound(sql.setHead.run(id, headCheckpointId), id);
    if (status === undefined && closed_at === undefined && last_error === undefined) return;
    const closedMs = closed_at === undefined ? null : toMs(closed_at);
    assertFound(sql.setStatus.run(id, status ?? null, closedMs, last_error ?? null), id);
  }

  function advance(id: string, fields: SessionAdvance): void {
    const { headCheckpointId, headExecutionId, storedBytes, historyBytes, usedAtMs } = fields;
    const [head, execution] = [headCheckpointId ?? null, headExecutionId ?? null];
    assertFound(sql.advance.run(id, head, execution, storedBytes, historyBytes, usedAtMs), id);
  }

  function put(
    { session, grants, headCheckpointId, headExecutionId }: NewSession,
    status: string = session.status,
  ): void {
    sql.insert.run(
      session.id,
      status,
      session.vm_id,
      session.workspace_id,
      session.base_commit_oid,
      session.worktree_path,
      toMs(session.created_at),
      session.parent_session_id ?? null,
      session.forked_from_execution_id ?? null,
      headExecutionId ?? null,
      session.closed_at === undefined ? null : toMs(session.closed_at),
      session.last_error ?? null,
      toOptionalJson(session.runtime_meta),
      grantsToJson(grants),
      headCheckpointId ?? null,
    );
  }

  return {
    change,
    advance,
    put,

    insert: (session, key) =>
      writer.write(() => {
        put(session);
        if (key) idempotency.record(key);
      }),

    async get(id) {
      const row = sql.get.get(id);
      return row ? recordOf(row) : undefined;
    },

    async list(status) {
      const rows = status === undefined ? sql.list.all() : sql.listByStatus.all(status);
      return rows.map(sessionOf);
    },

    async idsByStatus(status) {
      return sql.idsByStatus.values(status).map(([id]) => id as string);
    },

    update: (id, fields, key) =>
      writer.write(() => {
        change(id, fields);
        if (key) idempotency.record(key);
      }),

    async tryLease(id): Promise<SessionLease | undefined> {
      if (leased.has(id)) return undefined;
      leased.add(id);
      let isHeld = true;
      return {
        release() {
          // A second release must not free the next holder's lease.
          if (isHeld) leased.delete(id);
          isHeld = false;
        },
      };
    },
  };
}

function assertFound({ changes }: { changes: number }, id: string): void {
  if (changes === 0) throw new Error(`session ${id} is not in the store`);
}

/** Most sessions are granted little, and a fork is to be small: what is empty is left out. */
function grantsToJson(grants: SessionGrants): string {
  const isNews = (name: string, value: unknown) =>
    toJson(value) !== toJson(NOTHING_GRANTED[name as keyof typeof NOTHING_GRANTED]);
  return toJson(
    Object.fromEntries(Object.entries(grants).filter(([name, value]) => isNews(name, value))),
  );
}

const recordOf = (row: RecordRow): SessionRecord => ({
  session: sessionOf(row),
  grants: { ...NOTHING_GRANTED, ...JSON.parse(row.grants) },
  ...optional("headCheckpointId", row.head_checkpoint_id, same),
  ...optional("originCheckpointId", row.origin_checkpoint_id, same),
  headChain: {
    depth: row.depth ?? 0,
    bytes: row.chain_bytes ?? 0,
    largestBytes: row.largest_bytes ?? 0,
  },
  stateGone: row.state_gone === 1,
});

const sessionOf = (row: SessionRow): StoredSession => ({
  id: row.id,
  vm_id: row.vm_id,
  workspace_id: row.workspace_id,
  base_commit_oid: row.base_commit_oid,
  worktree_path: row.worktree_path,
  status: row.status,
  created_at: toTimestamp(row.created_at),
  last_used_at: toTimestamp(row.last_used_at),
  heap_bytes: row.heap_bytes,
  stored_bytes: row.stored_bytes,
  ...optional("parent_session_id", row.parent_session_id, same),
  ...optional("forked_from_execution_id", row.forked_from_execution_id, same),
  ...optional("head_execution_id", row.head_execution_id, same),
  ...optional("closed_at", row.closed_at, toTimestamp),
  ...optional("last_error", row.last_error, same),
  ...optional("runtime_meta", row.runtime_meta, JSON.parse),
});
