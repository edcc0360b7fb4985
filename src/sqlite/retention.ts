import type { Database } from "bun:sqlite";
import { LIMITS } from "../core/limits.ts";
import type { RetentionStore } from "../core/ports/retention-store.ts";
import { optional, same, toMs } from "./columns.ts";
import { crc32Of, isIntact, type StoredDelta } from "./delta-check.ts";
import { emptyLog } from "./empty-log.ts";
import { type Candidate, type CandidateRow, isLine, planOf } from "./fold-plan.ts";
import type { GroupWriter } from "./group-writer.ts";
import { oldExecutionStore } from "./old-executions.ts";
import type { Pins } from "./pins.ts";
import { IMPORTING } from "./sessions.ts";
import type { Statements } from "./statements.ts";
import { storeUsage } from "./store-usage.ts";
import { unusedBases } from "./unused-bases.ts";

/** After every id. */
const LAST_ID = "g";

/** Looked at in one plan. */
const CANDIDATES_MAX = 1000;
/** Of a session, that may go but for a younger one that is relative to them; a whole chain is fewer. */
const WAITING_MAX = LIMITS.chainDepthMax + LIMITS.retentionSlack;

/** Neither a head, nor what an open session began with, nor labelled. */
const MAY_GO = `label IS NULL
  AND NOT EXISTS (SELECT 1 FROM vm_session s WHERE s.id = c.session_id AND s.head_checkpoint_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM vm_session s WHERE s.origin_checkpoint_id = c.id)`;

/** The same as if the session's states were given up. */
const WOULD_GO = `label IS NULL
  AND NOT EXISTS (SELECT 1 FROM vm_session s WHERE s.origin_checkpoint_id = c.id AND s.id <> c.session_id)`;

/** Removes what is no longer kept: in short steps, each of them whole. */
export function retentionStore(
  db: Database,
  statements: Statements,
  writer: GroupWriter,
  pins: Pins,
  options: { readonly path: string; readonly budgetBytes?: number },
): RetentionStore {
  const candidates = (rule: string) =>
    `SELECT no, id, parent_id, stored_bytes AS bytes FROM checkpoint c
     WHERE session_id = ?1 AND no <= ?2 AND ${rule} ORDER BY no LIMIT ${CANDIDATES_MAX}`;
  const sql = {
    sessionIds: statements.prepare<[string]>(
      `SELECT id FROM vm_session WHERE id < ?1 AND status <> '${IMPORTING}' ORDER BY id DESC LIMIT ?2`,
    ),
    origin: statements.prepare<{ id: string | null }>(
      `SELECT c.session_id AS id FROM vm_session s
       JOIN checkpoint c ON c.id = s.origin_checkpoint_id WHERE s.id = ?1`,
    ),
    closed: statements.prepare<[string]>(
      // By itself SQLite would look at all that were ever closed.
      `SELECT id FROM vm_session INDEXED BY vm_session_to_empty
       WHERE status = 'closed' AND state_gone = 0 AND closed_at <= ?1 ORDER BY closed_at LIMIT ?2`,
    ),
    giveUp: statements.prepare(
      `UPDATE vm_session SET state_gone = 1, head_checkpoint_id = NULL, origin_checkpoint_id = NULL,
         heap_bytes = 0 WHERE id = ?1 AND status = 'closed'`,
    ),
    isGone: statements.prepare<{ gone: number }>(
      "SELECT state_gone AS gone FROM vm_session WHERE id = ?1",
    ),
    root: statements.prepare<{ no: number }>(
      // The plus keeps SQLite from an index of all that have no parent.
      `SELECT no FROM checkpoint WHERE session_id = ?1 AND no <= ?2 AND +parent_id IS NULL
       ORDER BY no DESC LIMIT 1`,
    ),
    countBetween: statements.prepare<{ count: number }>(
      `SELECT count(*) AS count FROM (SELECT 1 FROM checkpoint
       WHERE session_id = ?1 AND no >= ?2 AND no <= ?3 LIMIT ${WAITING_MAX + 1})`,
    ),
    newestGoing: statements.prepare<{ no: number }>(
      "SELECT no FROM checkpoint WHERE session_id = ?1 ORDER BY no DESC LIMIT 1 OFFSET ?2",
    ),
    mayGo: statements.prepare<CandidateRow>(candidates(MAY_GO)),
    wouldGo: statements.prepare<CandidateRow>(candidates(WOULD_GO)),
    going: statements.prepare<CandidateRow & { session_id: string }>(
      `SELECT no, id, parent_id, stored_bytes AS bytes, session_id FROM checkpoint c
       WHERE id = ?1 AND session_id IS NOT NULL AND ${MAY_GO}`,
    ),
    children: statements.prepare<{ id: string; bytes: number }>(
      "SELECT id, stored_bytes AS bytes FROM checkpoint WHERE parent_id = ?1 LIMIT 2",
    ),
    removeOne: statements.prepare<{ no: number; session_id: string; bytes: number }>(
      `DELETE FROM checkpoint AS c WHERE id = ?1 AND session_id IS NOT NULL AND ${MAY_GO}
         AND NOT EXISTS (SELECT 1 FROM checkpoint k WHERE k.parent_id = ?1)
       RETURNING no, session_id, stored_bytes AS bytes`,
    ),
    dropDelta: statements.prepare("DELETE FROM checkpoint_delta WHERE no = ?1"),
    drop: statements.prepare("DELETE FROM checkpoint WHERE no = ?1"),
    addBytes: statements.prepare(
      "UPDATE vm_session SET stored_bytes = max(0, stored_bytes + ?2) WHERE id = ?1",
    ),
    delta: statements.prepare<StoredDelta>(
      `SELECT delta, crc32 FROM checkpoint c JOIN checkpoint_delta d ON d.no = c.no WHERE id = ?1`,
    ),
    target: statements.prepare<CandidateRow & { session_id: string | null }>(
      "SELECT no, id, parent_id, stored_bytes AS bytes, session_id FROM checkpoint WHERE id = ?1",
    ),
    chain: statements.prepare<{ depth: number; chain_bytes: number; largest_bytes: number }>(
      "SELECT depth, chain_bytes, largest_bytes FROM checkpoint WHERE id = ?1",
    ),
    rebase: statements.prepare(
      `UPDATE checkpoint SET parent_id = ?2, stored_bytes = ?3, depth = ?4, chain_bytes = ?5,
         largest_bytes = ?6 WHERE no = ?1`,
    ),
    newDelta: statements.prepare(
      "UPDATE checkpoint_delta SET delta = ?2, crc32 = ?3 WHERE no = ?1",
    ),
    path: statements.prepare<{ no: number; bytes: number }>(
      `WITH RECURSIVE line (no, parent_id, bytes, at) AS (
         SELECT c.no, c.parent_id, c.stored_bytes, 0 FROM checkpoint c JOIN vm_session s
           ON s.head_checkpoint_id = c.id WHERE s.id = ?1
         UNION ALL SELECT c.no, c.parent_id, c.stored_bytes, at + 1 FROM checkpoint c
           JOIN line ON c.id = line.parent_id)
       SELECT no, bytes FROM line ORDER BY at`,
    ),
    setChain: statements.prepare(
      "UPDATE checkpoint SET depth = ?2, chain_bytes = ?3, largest_bytes = ?4 WHERE no = ?1",
    ),
  };
  const pragma = (name: string) =>
    Object.values(db.query<Record<string, number>, []>(`PRAGMA ${name}`).get() ?? {})[0] ?? 0;
  const pageBytes = pragma("page_size");

  const isThere = (id: string) => !pins.has(id);

  const candidatesOf = (rows: readonly CandidateRow[]): Candidate[] =>
    rows
      .filter(({ id }) => isThere(id))
      .map(({ no, id, bytes, parent_id }) => ({ no, id, bytes, parent: parent_id }));

  function remove({ no, bytes, session_id }: CandidateRow & { session_id: string }): void {
    sql.dropDelta.run(no);
    sql.drop.run(no);
    sql.addBytes.run(session_id, -bytes);
  }

  /** What the head's chain really is now; the estimates that its rows carry only ever grow. */
  function measureHead(sessionId: string): void {
    const path = sql.path.all(sessionId);
    const [head] = path;
    if (!head) return;
    const bytes = path.reduce((sum, link) => sum + link.bytes, 0);
    const largest = path.reduce((max, link) => Math.max(max, link.bytes), 0);
    sql.setChain.run(head.no, path.length, bytes, largest);
  }

  return {
    usage: storeUsage(db, statements, options),

    freeBytes: async () => pragma("freelist_count") * pageBytes,

    async sessionIds(before, limit) {
      return sql.sessionIds.values(before ?? LAST_ID, limit).map(([id]) => id as string);
    },

    async closedBefore(before, limit) {
      return sql.closed.values(toMs(before), limit).map(([id]) => id as string);
    },

    giveUpClosed: (before, limit) =>
      writer.write(() => {
        const ids = sql.closed.values(toMs(before), limit).map(([id]) => id as string);
        return ids.map((id) => {
          const origin = sql.origin.get(id)?.id ?? null;
          sql.giveUp.run(id);
          return { id, ...optional("originId", origin, same) };
        });
      }),

    async removable(sessionId, keep) {
      if (sql.isGone.get(sessionId)?.gone === 1) {
        const { remove, merge } = await this.foldPlan(sessionId, keep);
        return { ids: remove.map(({ id }) => id), isMore: merge.length > 0 };
      }
      const newest = sql.newestGoing.get(sessionId, keep);
      if (!newest) return { ids: [], isMore: false };
      const root = sql.root.get(sessionId, newest.no)?.no ?? 0;
      const waiting = sql.countBetween.get(sessionId, root, newest.no)!.count;
      // What is older than a state that is stored whole is of no use to anything younger.
      const upTo = waiting > WAITING_MAX ? newest.no : root - 1;
      const going = candidatesOf(sql.mayGo.all(sessionId, upTo));
      const { remove, merge } = planOf(going, (id) => sql.children.all(id));
      return { ids: remove.map(({ id }) => id), isMore: waiting > 1 || merge.length > 0 };
    },

    async foldPlan(sessionId, keep, given = false) {
      const isGone = given || sql.isGone.get(sessionId)?.gone === 1;
      const newest = sql.newestGoing.get(sessionId, isGone ? 0 : keep);
      if (!newest) return { remove: [], merge: [] };
      const rows = (given ? sql.wouldGo : sql.mayGo).all(sessionId, newest.no);
      return planOf(candidatesOf(rows), (id) => sql.children.all(id));
    },

    removeCheckpoints: (ids) =>
      writer.write(() => {
        const removed = new Map<string, number>();
        let count = 0;
        for (const id of ids) {
          const row = isThere(id) ? sql.removeOne.get(id) : null;
          if (!row) continue;
          sql.dropDelta.run(row.no);
          removed.set(row.session_id, (removed.get(row.session_id) ?? 0) + row.bytes);
          count++;
        }
        let bytes = 0;
        for (const [sessionId, own] of removed) {
          sql.addBytes.run(sessionId, -own);
          bytes += own;
        }
        return { count, bytes };
      }),

    async deltas(ids) {
      const found: Uint8Array[] = [];
      for (const id of ids) {
        const stored = sql.delta.get(id);
        // A damaged one stays as it is: merged, it would be damage that nothing tells any more.
        if (!stored || !isIntact(stored)) return undefined;
        found.push(stored.delta);
      }
      return found;
    },

    applyMerge: (ids, delta) =>
      writer.write(() => {
        const target = sql.target.get(ids.at(-1)!);
        const rows = ids.slice(0, -1).map((id) => (isThere(id) ? sql.going.get(id) : null));
        const line = [...rows, target];
        if (!isLine(line, (id) => sql.children.all(id))) return false;
        const first = line[0]!;
        const before = first.parent_id === null ? null : sql.chain.get(first.parent_id);
        const bytes = delta.byteLength;
        // Before what it replaces goes, nothing may refer to that; and the file has to grow less.
        sql.rebase.run(
          target!.no,
          first.parent_id,
          bytes,
          (before?.depth ?? 0) + 1,
          (before?.chain_bytes ?? 0) + bytes,
          Math.max(before?.largest_bytes ?? 0, bytes),
        );
        for (const row of rows.toReversed()) remove(row!);
        sql.newDelta.run(target!.no, delta, crc32Of(delta));
        const { session_id } = target!;
        if (session_id !== null) sql.addBytes.run(session_id, bytes - target!.bytes);
        for (const id of new Set([session_id, ...rows.map((row) => row!.session_id)])) {
          if (id !== null) measureHead(id);
        }
        return true;
      }),

    ...oldExecutionStore(statements, writer),
    removeBases: unusedBases(statements, writer),

    async emptyLog() {
      writer.flush();
      emptyLog(db);
    },

    async giveBack(bytes) {
      // Outside of a group: SQLite gives pages back in a transaction of its own.
      writer.flush();
      db.run(`PRAGMA incremental_vacuum(${Math.max(1, Math.ceil(bytes / pageBytes))})`);
      return pragma("freelist_count") * pageBytes;
    },
  };
}
