import type { SessionLease, SessionRecord, SessionStore } from "../core/ports.ts";
import type { Session, SessionStatus } from "../core/session.ts";
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
  closed_at: number | null;
  last_error: string | null;
  runtime_meta: string | null;
}

interface RecordRow extends SessionRow {
  head_checkpoint_id: string | null;
  head_depth: number;
  grants: string;
}

export type SessionChange = Parameters<SessionStore["update"]>[1];

export interface SqliteSessions extends SessionStore {
  /** Inside a transaction of the caller's. */
  change(id: string, change: SessionChange): void;
}

const SHOWN = `id, status, vm_id, workspace_id, base_commit_oid, worktree_path,
  created_at, closed_at, last_error, runtime_meta`;

const depthOf = (id: string) => `coalesce((SELECT depth FROM checkpoint WHERE id = ${id}), 0)`;

/** The table vm_session, and the leases, which live in this process: the lock makes it the only one. */
export function sessionStore(
  statements: Statements,
  writer: GroupWriter,
  idempotency: SqliteIdempotency,
): SqliteSessions {
  const leased = new Set<string>();
  const sql = {
    insert: statements.prepare(
      `INSERT INTO vm_session (${SHOWN}, grants, head_checkpoint_id, head_depth)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ${depthOf("?12")})`,
    ),
    get: statements.prepare<RecordRow>("SELECT * FROM vm_session WHERE id = ?1"),
    list: statements.prepare<SessionRow>(`SELECT ${SHOWN} FROM vm_session ORDER BY no DESC`),
    listByStatus: statements.prepare<SessionRow>(
      `SELECT ${SHOWN} FROM vm_session WHERE status = ?1 ORDER BY no DESC`,
    ),
    idsByStatus: statements.prepare<[string]>(
      "SELECT id FROM vm_session WHERE status = ?1 ORDER BY id",
    ),
    setHead: statements.prepare(
      `UPDATE vm_session SET head_checkpoint_id = ?2, head_depth = ${depthOf("?2")} WHERE id = ?1`,
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

  return {
    change,

    insert: ({ session, grants, headCheckpointId }, key) =>
      writer.write(() => {
        sql.insert.run(
          session.id,
          session.status,
          session.vm_id,
          session.workspace_id,
          session.base_commit_oid,
          session.worktree_path,
          toMs(session.created_at),
          session.closed_at === undefined ? null : toMs(session.closed_at),
          session.last_error ?? null,
          toOptionalJson(session.runtime_meta),
          toJson(grants),
          headCheckpointId ?? null,
        );
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

const recordOf = (row: RecordRow): SessionRecord => ({
  session: sessionOf(row),
  grants: JSON.parse(row.grants),
  ...optional("headCheckpointId", row.head_checkpoint_id, same),
  headDepth: row.head_depth,
});

const sessionOf = (row: SessionRow): Session => ({
  id: row.id,
  vm_id: row.vm_id,
  workspace_id: row.workspace_id,
  base_commit_oid: row.base_commit_oid,
  worktree_path: row.worktree_path,
  status: row.status,
  created_at: toTimestamp(row.created_at),
  ...optional("closed_at", row.closed_at, toTimestamp),
  ...optional("last_error", row.last_error, same),
  ...optional("runtime_meta", row.runtime_meta, JSON.parse),
});
