import type { SessionGrants, SessionStatus, StoredSession } from "../session.ts";
import type { IdempotencyRecord } from "./idempotency-store.ts";

/** A session as it is inserted. The store itself knows its bytes. */
export interface NewSession {
  readonly session: Omit<
    StoredSession,
    "heap_bytes" | "stored_bytes" | "last_used_at" | "head_execution_id"
  >;
  readonly grants: SessionGrants;
  /** The checkpoint that is the session's state, and what it began with; absent: the base image. */
  readonly headCheckpointId?: string;
  /** The execution that the state is the one after: for a fork, one of another session. */
  readonly headExecutionId?: string;
}

/** A session with what only the core needs of it. */
export interface SessionRecord {
  readonly session: StoredSession;
  readonly grants: SessionGrants;
  /** The checkpoint that is the session's state; absent: the base image. */
  readonly headCheckpointId?: string;
  /** The state it began with, before any execution of its own; absent: the base image. */
  readonly originCheckpointId?: string;
  /** What taking up the head reads. */
  readonly headChain: ChainSize;
  /** Closed, and its states given up. */
  readonly stateGone: boolean;
}

/** Deltas that taking up a state reads, at most. */
export interface ChainSize {
  readonly depth: number;
  readonly bytes: number;
  readonly largestBytes: number;
}

/** One at a time: whoever holds it may run an execution in the session. */
export interface SessionLease {
  release(): void;
}

export interface SessionStore {
  insert(record: NewSession, idempotency?: IdempotencyRecord): Promise<void>;
  get(id: string): Promise<SessionRecord | undefined>;
  /** Newest first. */
  list(status?: SessionStatus): Promise<StoredSession[]>;
  /** Ids ascending. */
  idsByStatus(status: SessionStatus): Promise<string[]>;
  /** Sets the given fields; a head given here is also what the session began with. The row must exist. */
  update(
    id: string,
    change: {
      status?: SessionStatus;
      closed_at?: string;
      last_error?: string;
      headCheckpointId?: string | null;
    },
    idempotency?: IdempotencyRecord,
  ): Promise<void>;
  /** At once: the lease, or undefined when another holder has it. */
  tryLease(id: string): Promise<SessionLease | undefined>;
}
