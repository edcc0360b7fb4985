import { VmError } from "../core/errors.ts";
import type { ExecutionStatus } from "../core/execution.ts";
import type { CheckpointInfo, SessionNode } from "../core/history.ts";
import type { HistoryStore, SessionPoint } from "../core/ports/history-store.ts";
import type { NewSession } from "../core/ports/session-store.ts";
import type { SessionStatus } from "../core/session.ts";
import { optional, same, toMs, toTimestamp } from "./columns.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { Pins } from "./pins.ts";
import type { SqliteSessions } from "./sessions.ts";
import type { Statements } from "./statements.ts";

interface CheckpointRow {
  id: string;
  execution_id: string;
  kind: CheckpointInfo["kind"];
  created_at: number;
  heap_bytes: number;
  stored_bytes: number;
  label: string | null;
  is_head: number;
}

interface StateRow {
  session_id: string;
  status: ExecutionStatus;
  dry_run: number;
  checkpoint_id: string | null;
  is_kept: number;
}

interface StepRow {
  no: number;
  session_id: string;
  parent_id: string | null;
  status: ExecutionStatus;
}

interface NodeRow {
  id: string;
  status: SessionStatus;
  workspace_id: string;
  parent_session_id: string | null;
  forked_from_execution_id: string | null;
  head_execution_id: string | null;
  created_at: number;
  executions: number;
}

/** Ancestors of one session; a longer line of forks of forks is cut there. */
const ANCESTORS_MAX = 1000;

export interface HistoryNeighbours {
  readonly sessions: SqliteSessions;
  readonly pins: Pins;
}

/** What is done with the states of sessions, besides running code in them. */
export function historyStore(
  statements: Statements,
  writer: GroupWriter,
  { sessions, pins }: HistoryNeighbours,
): HistoryStore {
  const shown = `c.id, c.execution_id, c.kind, c.created_at, c.heap_bytes, c.stored_bytes, c.label,
    c.id IS s.head_checkpoint_id AS is_head FROM checkpoint c JOIN vm_session s ON s.id = c.session_id`;
  const sql = {
    checkpoints: statements.prepare<CheckpointRow>(
      `SELECT ${shown} WHERE c.session_id = ?1 AND c.execution_id IS NOT NULL ORDER BY c.no DESC LIMIT ?2`,
    ),
    checkpoint: statements.prepare<CheckpointRow>(
      `SELECT ${shown} WHERE c.id = ?2 AND c.session_id = ?1 AND c.execution_id IS NOT NULL`,
    ),
    labelled: statements.prepare<CheckpointRow>(
      `SELECT ${shown} WHERE c.session_id = ?1 AND c.label = ?2 AND c.execution_id IS NOT NULL
       ORDER BY c.no DESC`,
    ),
    label: statements.prepare(
      `UPDATE checkpoint SET label = ?3
       WHERE id = ?2 AND session_id = ?1 AND execution_id IS NOT NULL`,
    ),
    has: statements.prepare("SELECT 1 FROM checkpoint WHERE id = ?1"),
    state: statements.prepare<StateRow>(
      `SELECT session_id, status, dry_run, checkpoint_id,
         checkpoint_id IS NULL OR EXISTS (SELECT 1 FROM checkpoint c WHERE c.id = checkpoint_id) AS is_kept
       FROM execution WHERE id = ?1`,
    ),
    step: statements.prepare<StepRow>(
      "SELECT no, session_id, parent_id, status FROM execution WHERE id = ?1",
    ),
    undo: statements.prepare("UPDATE execution SET undone_at = ?2 WHERE no = ?1"),
    place: statements.prepare<{ id: string | null; origin: string | null }>(
      "SELECT head_execution_id AS id, forked_from_execution_id AS origin FROM vm_session WHERE id = ?1",
    ),
    move: statements.prepare(
      `UPDATE vm_session SET head_checkpoint_id = ?2, head_execution_id = ?3, heap_bytes =
         coalesce((SELECT heap_bytes FROM checkpoint WHERE id = ?2), 0) WHERE id = ?1`,
    ),
    root: statements.prepare<{ id: string }>(
      `WITH RECURSIVE line (id, parent, depth) AS (
         SELECT id, parent_session_id, 0 FROM vm_session WHERE id = ?1
         UNION ALL SELECT s.id, s.parent_session_id, depth + 1 FROM vm_session s
           JOIN line ON s.id = line.parent WHERE depth < ${ANCESTORS_MAX})
       SELECT id FROM line ORDER BY depth DESC LIMIT 1`,
    ),
    family: statements.prepare<NodeRow>(
      `WITH RECURSIVE tree (id) AS (
         SELECT ?1 UNION SELECT s.id FROM vm_session s JOIN tree ON s.parent_session_id = tree.id)
       SELECT s.id, status, workspace_id, parent_session_id, forked_from_execution_id,
         head_execution_id, created_at,
         (SELECT count(*) FROM execution e WHERE e.session_id = s.id) AS executions
       FROM vm_session s WHERE s.id IN (SELECT id FROM tree) ORDER BY s.no`,
    ),
  };

  /** @throws VmError CHECKPOINT_GONE */
  function assertThere(checkpointId: string | undefined): void {
    if (checkpointId === undefined || sql.has.get(checkpointId)) return;
    throw new VmError("CHECKPOINT_GONE", { details: { checkpoint_id: checkpointId } });
  }

  const stepOf = (id: string | null | undefined): StepRow | null =>
    id === null || id === undefined ? null : sql.step.get(id);

  /**
   * Both lines are followed back to where they meet: a parent is always older than its child. What
   * only led to where the session stood is undone; what leads to where it goes is not any more. Where
   * retention has cut the second line, what is older than the cut may lead there, and stays as it is.
   */
  function mark(sessionId: string, to: string | undefined, now: string): void {
    const ownStep = (id: string | null | undefined) => {
      const step = stepOf(id);
      return step?.session_id === sessionId ? step : null;
    };
    const place = sql.place.get(sessionId);
    const isCut = ({ parent_id }: StepRow) =>
      parent_id !== null && parent_id !== place?.origin && stepOf(parent_id) === null;
    let stood = ownStep(place?.id);
    let goes = ownStep(to);
    while (stood?.no !== goes?.no) {
      if (stood && (!goes || stood.no > goes.no)) {
        sql.undo.run(stood.no, toMs(now));
        stood = ownStep(stood.parent_id);
      } else if (goes) {
        sql.undo.run(goes.no, null);
        if (isCut(goes)) return;
        goes = ownStep(goes.parent_id);
      }
    }
  }

  return {
    async checkpoints(sessionId, limit) {
      return sql.checkpoints.all(sessionId, limit).map(checkpointOf);
    },

    label: (sessionId, checkpointId, label) =>
      writer.write(() => {
        sql.label.run(sessionId, checkpointId, label);
        const row = sql.checkpoint.get(sessionId, checkpointId);
        return row ? checkpointOf(row) : undefined;
      }),

    async checkpointsNamed(sessionId, name) {
      const byId = sql.checkpoint.get(sessionId, name.toLowerCase());
      return (byId ? [byId] : sql.labelled.all(sessionId, name)).map(checkpointOf);
    },

    async stateAfter(executionId) {
      const row = sql.state.get(executionId);
      if (!row) return undefined;
      return {
        executionId,
        sessionId: row.session_id,
        status: row.status,
        dryRun: row.dry_run === 1,
        ...optional("checkpointId", row.checkpoint_id, same),
        isKept: row.is_kept === 1,
      };
    },

    async stepBack(sessionId, executionId, steps) {
      let passed = 0;
      let at = executionId;
      for (let step = stepOf(at); step?.session_id === sessionId; step = stepOf(at)) {
        if (passed === steps) break;
        if (step.status === "ok" || step.status === "error") passed++;
        at = step.parent_id ?? undefined;
      }
      return { ...(at === undefined ? {} : { executionId: at }), passed };
    },

    fork: (forks: readonly NewSession[]) =>
      writer.write(() => {
        for (const fork of forks) {
          assertThere(fork.headCheckpointId);
          sessions.put(fork);
        }
      }),

    rewind: (sessionId, { executionId, checkpointId }: SessionPoint, now) =>
      writer.write(() => {
        assertThere(checkpointId);
        mark(sessionId, executionId, now);
        sql.move.run(sessionId, checkpointId ?? null, executionId ?? null);
      }),

    async family(sessionId) {
      const root = sql.root.get(sessionId);
      return root ? sql.family.all(root.id).map(nodeOf) : [];
    },

    pin(checkpointId) {
      return sql.has.get(checkpointId) ? pins.add(checkpointId) : undefined;
    },
  };
}

const checkpointOf = (row: CheckpointRow): CheckpointInfo => ({
  id: row.id,
  execution_id: row.execution_id,
  kind: row.kind,
  created_at: toTimestamp(row.created_at),
  heap_bytes: row.heap_bytes,
  stored_bytes: row.stored_bytes,
  ...optional("label", row.label, same),
  head: row.is_head === 1,
});

const nodeOf = (row: NodeRow): SessionNode => ({
  id: row.id,
  status: row.status,
  workspace_id: row.workspace_id,
  ...optional("parent_session_id", row.parent_session_id, same),
  ...optional("forked_from_execution_id", row.forked_from_execution_id, same),
  ...optional("head_execution_id", row.head_execution_id, same),
  created_at: toTimestamp(row.created_at),
  executions: row.executions,
});
