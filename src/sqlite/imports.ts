import { VmError } from "../core/errors.ts";
import type { Execution, ExecutionEvent } from "../core/execution.ts";
import { failPoint } from "../core/fail-point.ts";
import { newId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { ImportedSession, ImportStore } from "../core/ports/import-store.ts";
import type { SqliteCheckpoints } from "./checkpoints.ts";
import { EVENTS_PER_EXECUTION_MAX, type SqliteExecutions } from "./executions.ts";
import type { GroupWriter } from "./group-writer.ts";
import { IMPORTING, type SqliteSessions } from "./sessions.ts";
import type { Statements } from "./statements.ts";
import type { SqliteTemplates } from "./templates.ts";

export interface ImportNeighbours {
  readonly templates: SqliteTemplates;
  readonly sessions: SqliteSessions;
  readonly checkpoints: SqliteCheckpoints;
  readonly executions: SqliteExecutions;
}

export interface SqliteImports extends ImportStore {
  /** At a start: what was being imported when the last process ended goes. */
  discardUnfinished(): Promise<void>;
}

/** What is written between two looks at the time: an execution with its first events, or more of them. */
type Part = { readonly execution: Execution } | { readonly more: readonly ExecutionEvent[] };

/** Events of one part, and of one statement that removes them. */
const EVENTS_AT_ONCE = 128;
/** So much is written with the session itself. */
const SMALL_PARTS = 16;
/** In one step at most, however quick it is. */
const PARTS_AT_ONCE = 32;

/**
 * Sessions that come from files. A long history is written in steps, so that nobody waits for it: the
 * session has a status of its own meanwhile, which nothing shows. Its last step makes it whole and
 * visible, with its state and its template, in one transaction.
 */
export function importStore(
  statements: Statements,
  writer: GroupWriter,
  { templates, sessions, checkpoints, executions }: ImportNeighbours,
): SqliteImports {
  const sql = {
    anExecution: statements.prepare<{ no: number }>(
      "SELECT no FROM execution WHERE session_id = ?1 LIMIT 1",
    ),
    dropEvents: statements.prepare(
      `DELETE FROM execution_event WHERE no IN
         (SELECT no FROM execution_event WHERE no >= ?1 AND no < ?2 LIMIT ${EVENTS_AT_ONCE})`,
    ),
    dropExecution: statements.prepare("DELETE FROM execution WHERE no = ?1"),
    dropSession: statements.prepare("DELETE FROM vm_session WHERE id = ?1 AND status = ?2"),
  };

  /** Writes parts until the time of a step is up. @returns Where it stopped */
  function putSome(imported: ImportedSession, parts: readonly Part[], from: number): number {
    const { session, headCheckpointId, headExecutionId } = imported.session;
    // States that are not here are those of a checkpoint that is gone.
    const gone = newId();
    const untilMs = performance.now() + LIMITS.stepMs;
    let historyBytes = 0;
    const end = Math.min(parts.length, from + PARTS_AT_ONCE);
    let at = from;
    for (; at < end && (at === from || performance.now() < untilMs); at++) {
      const part = parts[at]!;
      if ("more" in part) {
        executions.putEvents(part.more);
        continue;
      }
      const isHead = part.execution.id === headExecutionId;
      const state = isHead ? (headCheckpointId ?? null) : gone;
      historyBytes += executions.putEnded(part.execution, state);
    }
    sessions.advance(session.id, { storedBytes: 0, historyBytes, usedAtMs: 0 });
    return at;
  }

  /** Inside a transaction: what makes it a session. */
  function finish({ session: { session }, template, base, checkpoint }: ImportedSession): void {
    if (template) templates.put(template);
    if (base?.bytes) checkpoints.addBase({ ...base, bytes: base.bytes });
    else if (base && !checkpoints.hasBase(base.digest)) throw baseGone(base.digest);
    if (!checkpoint) return;
    checkpoints.put(checkpoint);
    sessions.change(session.id, { headCheckpointId: checkpoint.id });
    const storedBytes = checkpoint.data.delta.byteLength;
    sessions.advance(session.id, { storedBytes, historyBytes: 0, usedAtMs: 0 });
  }

  /** Removes an unfinished one, in steps. */
  async function discard(id: string): Promise<void> {
    for (let isMore = true; isMore; ) {
      isMore = await writer.write(() => {
        const untilMs = performance.now() + LIMITS.stepMs;
        while (performance.now() < untilMs) {
          const row = sql.anExecution.get(id);
          if (!row) {
            sql.dropSession.run(id, IMPORTING);
            return false;
          }
          const first = row.no * EVENTS_PER_EXECUTION_MAX;
          const { changes } = sql.dropEvents.run(first, first + EVENTS_PER_EXECUTION_MAX);
          if (changes < EVENTS_AT_ONCE) sql.dropExecution.run(row.no);
        }
        return true;
      });
    }
  }

  return {
    async insert(imported) {
      const { session } = imported.session;
      // The session refers to the checkpoint, and the checkpoint to the session.
      const { headCheckpointId: _, ...without } = imported.session;
      const parts = partsOf(imported.executions);
      if (parts.length <= SMALL_PARTS) {
        return writer.write(() => {
          sessions.put(without);
          for (let at = 0; at < parts.length; ) at = putSome(imported, parts, at);
          failPoint("import.written");
          finish(imported);
        });
      }
      await writer.write(() => sessions.put(without, IMPORTING));
      try {
        for (let at = 0; at < parts.length; ) {
          at = await writer.write(() => putSome(imported, parts, at));
          failPoint("import.staged");
          await pause();
        }
        await writer.write(() => {
          finish(imported);
          sessions.change(session.id, { status: session.status });
          failPoint("import.written");
        });
      } catch (error) {
        // Where even that is not possible, the next start does it.
        await discard(session.id).catch(() => {});
        throw error;
      }
    },

    async discardUnfinished() {
      for (const id of await sessions.idsByStatus(IMPORTING)) {
        await discard(id).catch((error) => {
          // Nothing shows it; there may be room at another start.
          if (!(error instanceof VmError && error.code === "STORE_FULL")) throw error;
        });
      }
    },
  };
}

function partsOf(history: readonly Execution[]): Part[] {
  return history.flatMap((execution) => {
    const { events = [] } = execution;
    const parts: Part[] = [
      { execution: { ...execution, events: events.slice(0, EVENTS_AT_ONCE) } },
    ];
    for (let at = EVENTS_AT_ONCE; at < events.length; at += EVENTS_AT_ONCE) {
      parts.push({ more: events.slice(at, at + EVENTS_AT_ONCE) });
    }
    return parts;
  });
}

const baseGone = (digest: string) =>
  new VmError("IMAGE_UNSUPPORTED", {
    message: "The session's image needs a base image that neither the file nor this program has",
    details: { base: digest },
  });

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1));
