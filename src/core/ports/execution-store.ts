import type { Execution, ExecutionEvent } from "../execution.ts";
import type { SessionStatus } from "../session.ts";
import type { Checkpoint } from "./checkpoint-store.ts";
import type { IdempotencyRecord } from "./idempotency-store.ts";

/** The end of an execution: written wholly, in one transaction, or not at all. */
export interface ExecutionCommit {
  readonly execution: Omit<Execution, "events">;
  /** Events that are not in the store yet, ascending. */
  readonly events: readonly ExecutionEvent[];
  /** The new state; absent when the session stays as it was. */
  readonly checkpoint?: Checkpoint;
  /** Written in the same transaction, so that a retry finds the answer exactly when it was kept. */
  readonly idempotency?: IdempotencyRecord;
  /** The session's change that belongs to it (creation: ready or crashed). */
  readonly session?: {
    readonly id: string;
    readonly status: SessionStatus;
    readonly last_error?: string;
  };
}

export interface ExecutionStore {
  /** A running execution becomes visible to other readers of the store, with its events so far. */
  insertRunning(
    execution: Omit<Execution, "events">,
    events: readonly ExecutionEvent[],
    idempotency?: IdempotencyRecord,
  ): Promise<void>;
  /** More events of a running execution. */
  appendEvents(events: readonly ExecutionEvent[]): Promise<void>;
  /**
   * The row (inserted or completed), events, checkpoint and the session's head in one transaction.
   * Durable when it resolves. @throws VmError STORE_FULL, with nothing kept
   */
  commit(commit: ExecutionCommit): Promise<void>;
  get(id: string): Promise<Omit<Execution, "events"> | undefined>;
  /** Newest first. @param before  Those that are older than this one of the session. */
  list(sessionId: string, limit: number, before?: string): Promise<Omit<Execution, "events">[]>;
  /** Ascending, `seq > afterSeq`. */
  events(id: string, afterSeq: number, limit: number): Promise<ExecutionEvent[]>;
}
