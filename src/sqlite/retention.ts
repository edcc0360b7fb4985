import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { LIMITS } from "../core/limits.ts";
import type { CheckpointSize, RetentionStore, StoreUsage } from "../core/ports.ts";
import { optional, same, toMs } from "./columns.ts";
import { isInMemory } from "./database.ts";
import { EVENT_BYTES, EVENTS_PER_EXECUTION_MAX, EXECUTION_BYTES } from "./executions.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { Pins } from "./pins.ts";
import type { Statements } from "./statements.ts";

interface Candidate extends CheckpointSize {
  readonly no: number;
  readonly parent: string | null;
}

type CandidateRow = Omit<Candidate, "parent"> & { readonly parent_id: string | null };

/**
 * An accumulated delta is rewritten only when what comes to it is about as large: else every fold
 * would write again all that was folded before.
 */
const REWRITE_RATIO = 2;

/** After every id. */
const LAST_ID = "g";

/** Looked at in one plan. */
const CANDIDATES_MAX = 1000;

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
      "SELECT id FROM vm_session WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
    ),
    origin: statements.prepare<{ id: string | null }>(
      `SELECT c.session_id AS id FROM vm_session s
       JOIN checkpoint c ON c.id = s.origin_checkpoint_id WHERE s.id = ?1`,
    ),
    closed: statements.prepare<[string]>(
      `SELECT id FROM vm_session WHERE status = 'closed' AND state_gone = 0 AND closed_at <= ?1
       ORDER BY closed_at LIMIT ?2`,
    ),
    giveUp: statements.prepare(
      `UPDATE vm_session SET state_gone = 1, head_checkpoint_id = NULL, origin_checkpoint_id = NULL,
         heap_bytes = 0 WHERE id = ?1 AND status = 'closed'`,
    ),
    isGone: statements.prepare<{ gone: number }>(
      "SELECT state_gone AS gone FROM vm_session WHERE id = ?1",
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
    dropDelta: statements.prepare("DELETE FROM checkpoint_delta WHERE no = ?1"),
    drop: statements.prepare("DELETE FROM checkpoint WHERE no = ?1"),
    addBytes: statements.prepare(
      "UPDATE vm_session SET stored_bytes = max(0, stored_bytes + ?2) WHERE id = ?1",
    ),
    delta: statements.prepare<{ delta: Uint8Array }>(
      `SELECT delta FROM checkpoint c JOIN checkpoint_delta d ON d.no = c.no WHERE id = ?1`,
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
    newDelta: statements.prepare("UPDATE checkpoint_delta SET delta = ?2 WHERE no = ?1"),
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
    cutoff: statements.prepare<{ no: number }>(
      "SELECT no FROM execution WHERE session_id = ?1 ORDER BY no DESC LIMIT 1 OFFSET ?2",
    ),
    old: statements.prepare<[string]>(
      `SELECT id FROM execution e WHERE session_id = ?1 AND (no <= ?2 OR ended_at < ?3)
         AND status <> 'running'
         AND NOT EXISTS (SELECT 1 FROM vm_session s WHERE s.id = ?1 AND s.head_execution_id = e.id)
         AND NOT EXISTS (SELECT 1 FROM checkpoint c WHERE c.id = e.checkpoint_id AND c.execution_id = e.id)
       ORDER BY no LIMIT ?4`,
    ),
    execution: statements.prepare<{ no: number; bytes: number }>(
      `SELECT no, ${EXECUTION_BYTES} + length(args) + length(env) + length(metrics)
         + coalesce(length(path), 0) + coalesce(length(input), 0) + coalesce(length(result), 0)
         + coalesce(length(error), 0) AS bytes FROM execution WHERE id = ?1`,
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
    sums: statements.prepare<{ checkpoints: number; history: number }>(
      `SELECT coalesce(sum(stored_bytes), 0) AS checkpoints, coalesce(sum(history_bytes), 0) AS history
       FROM vm_session`,
    ),
    prepared: statements.prepare<{ bytes: number }>(
      "SELECT coalesce(sum(stored_bytes), 0) AS bytes FROM checkpoint WHERE kind = 'prepared'",
    ),
    bases: statements.prepare<{ bytes: number }>(
      "SELECT coalesce(sum(length(bytes)), 0) AS bytes FROM base_image",
    ),
    largest: statements.prepare<StoreUsage["sessions"][number]>(
      `SELECT id AS session_id, status, stored_bytes AS checkpoint_bytes, history_bytes,
         (SELECT count(*) FROM checkpoint c WHERE c.session_id = s.id) AS checkpoints,
         (SELECT count(*) FROM execution e WHERE e.session_id = s.id) AS executions
       FROM vm_session s WHERE stored_bytes + history_bytes > 0
       ORDER BY stored_bytes + history_bytes DESC LIMIT ?1`,
    ),
  };
  const pragma = (name: string) =>
    Object.values(db.query<Record<string, number>, []>(`PRAGMA ${name}`).get() ?? {})[0] ?? 0;
  const pageBytes = pragma("page_size");

  const isThere = (id: string) => !pins.has(id);

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
    async usage(sessionsMax) {
      const { checkpoints, history } = sql.sums.get()!;
      const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      const memory = isInMemory(options.path);
      return {
        fileBytes: memory ? pragma("page_count") * pageBytes : size(options.path),
        logBytes: memory ? 0 : size(`${options.path}-wal`),
        freeBytes: pragma("freelist_count") * pageBytes,
        ...(options.budgetBytes === undefined ? {} : { budgetBytes: options.budgetBytes }),
        checkpointBytes: checkpoints,
        historyBytes: history,
        preparedBytes: sql.prepared.get()!.bytes,
        baseBytes: sql.bases.get()!.bytes,
        sessions: sql.largest.all(sessionsMax),
      };
    },

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

    async foldPlan(sessionId, keep, given = false) {
      const isGone = given || sql.isGone.get(sessionId)?.gone === 1;
      const newest = sql.newestGoing.get(sessionId, isGone ? 0 : keep);
      if (!newest) return { remove: [], merge: [] };
      const rows = (given ? sql.wouldGo : sql.mayGo).all(sessionId, newest.no);
      const going = rows.filter(({ id }) => isThere(id));
      return planOf(
        going.map(({ no, id, bytes, parent_id }) => ({ no, id, bytes, parent: parent_id })),
        (id) => sql.children.all(id),
      );
    },

    removeCheckpoints: (ids) =>
      writer.write(() => {
        let count = 0;
        let bytes = 0;
        for (const id of ids) {
          const row = isThere(id) ? sql.going.get(id) : null;
          if (!row || sql.children.get(id)) continue;
          remove(row);
          count++;
          bytes += row.bytes;
        }
        return { count, bytes };
      }),

    async deltas(ids) {
      const found = ids.map((id) => sql.delta.get(id)?.delta);
      return found.every((delta) => delta !== undefined) ? found : undefined;
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
        sql.newDelta.run(target!.no, delta);
        const { session_id } = target!;
        if (session_id !== null) sql.addBytes.run(session_id, bytes - target!.bytes);
        for (const id of new Set([session_id, ...rows.map((row) => row!.session_id)])) {
          if (id !== null) measureHead(id);
        }
        return true;
      }),

    async oldExecutions(sessionId, { count, endedAfter }, limit) {
      const newest = sql.cutoff.get(sessionId, count);
      const endedMs = endedAfter === undefined ? 0 : toMs(endedAfter);
      return sql.old
        .values(sessionId, newest?.no ?? -1, endedMs, limit)
        .map(([id]) => id as string);
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

    async emptyLog() {
      writer.flush();
      db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    },

    async giveBack(bytes) {
      // Outside of a group: SQLite gives pages back in a transaction of its own.
      writer.flush();
      db.run(`PRAGMA incremental_vacuum(${Math.max(1, Math.ceil(bytes / pageBytes))})`);
      return pragma("freelist_count") * pageBytes;
    },
  };
}

type Children = (id: string) => readonly CheckpointSize[];

function planOf(
  going: readonly Candidate[],
  childrenOf: Children,
): { remove: CheckpointSize[]; merge: CheckpointSize[][] } {
  const left = new Map(going.map((candidate) => [candidate.id, candidate]));
  const children = new Map(going.map(({ id }) => [id, childrenOf(id)]));
  const remove: CheckpointSize[] = [];
  // The newest first: when it goes, its parent may have become one that nothing is relative to.
  for (const { id, bytes } of going.toReversed()) {
    const staying = children
      .get(id)!
      .filter((child) => left.has(child.id) || !children.has(child.id));
    if (staying.length > 0) continue;
    left.delete(id);
    remove.push({ id, bytes });
  }
  // From the newest to the oldest: a line ends where it branches, or where merging would not pay.
  const merge: CheckpointSize[][] = [];
  const taken = new Set<string>();
  for (const last of [...left.values()].toReversed()) {
    if (taken.has(last.id)) continue;
    const [child, other] = children.get(last.id)!;
    if (!child || other || child.bytes > LIMITS.mergeBytesMax) continue;
    const line: CheckpointSize[] = [child];
    let sum = child.bytes;
    for (let at: Candidate | undefined = last; at; at = left.get(at.parent ?? "")) {
      const isOnly = children.get(at.id)!.length === 1;
      if (!isOnly || at.bytes > REWRITE_RATIO * sum || sum + at.bytes > LIMITS.mergeBytesMax) break;
      line.unshift({ id: at.id, bytes: at.bytes });
      taken.add(at.id);
      sum += at.bytes;
    }
    if (line.length > 1) merge.push(line);
  }
  return { remove, merge };
}

/** Whether each is there, relative to the one before, and alone in that. */
function isLine(
  line: readonly (CandidateRow | null)[],
  childrenOf: Children,
): line is readonly CandidateRow[] {
  return line.every((row, at) => {
    if (!row) return false;
    const next = line[at + 1];
    if (at === line.length - 1) return true;
    const [child, other] = childrenOf(row.id);
    return next?.parent_id === row.id && child?.id === next.id && other === undefined;
  });
}
