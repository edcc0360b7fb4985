import type { SessionStatus } from "../session.ts";

/** Checkpoints that may go. */
export interface FoldPlan {
  /** Nothing is relative to these, in an order in which they can be removed. */
  readonly remove: readonly CheckpointSize[];
  /** Each is relative to the one before and nothing else is: all may become one, the last. */
  readonly merge: readonly (readonly CheckpointSize[])[];
}

export interface CheckpointSize {
  readonly id: string;
  readonly bytes: number;
}

export interface StoreUsage {
  readonly fileBytes: number;
  readonly logBytes: number;
  readonly freeBytes: number;
  readonly budgetBytes?: number;
  readonly checkpointBytes: number;
  readonly historyBytes: number;
  readonly preparedBytes: number;
  readonly baseBytes: number;
  readonly sessions: readonly {
    readonly session_id: string;
    readonly status: SessionStatus;
    readonly checkpoints: number;
    readonly checkpoint_bytes: number;
    readonly executions: number;
    readonly history_bytes: number;
  }[];
}

/** What removes what is no longer kept. Each call is short, and what it does is whole. */
export interface RetentionStore {
  usage(sessionsMax: number): Promise<StoreUsage>;
  /** Bytes inside the file that nothing uses. */
  freeBytes(): Promise<number>;
  /**
   * Ids of sessions, descending, those before that one: forks come before what they were forked from,
   * whose states they keep. @param before  Absent: from the newest on.
   */
  sessionIds(before: string | undefined, limit: number): Promise<string[]>;
  /**
   * Takes the states from sessions that were closed before; what still uses them keeps them.
   *
   * @returns Their ids, each with the session whose state it began with.
   */
  giveUpClosed(
    before: string,
    limit: number,
  ): Promise<{ readonly id: string; readonly originId?: string }[]>;
  /** Sessions closed before whose states would be given up. */
  closedBefore(before: string, limit: number): Promise<string[]>;
  /**
   * What may go beyond the newest `keep` of a session: not what is labelled, a head, what a session
   * began with, or pinned. @param given  As if the session's states were given up.
   */
  foldPlan(sessionId: string, keep: number, given?: boolean): Promise<FoldPlan>;
  /**
   * Of what `foldPlan` says the part that costs nothing to find and to remove: what is older than a
   * state that is stored whole, and not needed itself. What it leaves is less than a chain.
   *
   * @returns In an order in which they can be removed; and whether merging would remove more.
   */
  removable(sessionId: string, keep: number): Promise<{ ids: readonly string[]; isMore: boolean }>;
  /** Removes those that may still go. @returns Their number and bytes. */
  removeCheckpoints(ids: readonly string[]): Promise<{ count: number; bytes: number }>;
  /** Undefined: one is gone, or damaged. */
  deltas(ids: readonly string[]): Promise<Uint8Array[] | undefined>;
  /** The last one gets the delta of all, the others go. False: not possible any more, nothing done. */
  applyMerge(ids: readonly string[], delta: Uint8Array): Promise<boolean>;
  /**
   * Executions beyond the newest `keep`, or ended before; not the head, nor where a state is kept, it
   * runs, or a key still answers with it. A page at a time, the oldest first.
   *
   * @param cursor  Where the page begins; absent: with the oldest.
   * @returns Those of the page, which may be none; and where the next one begins, unless it is the last.
   */
  oldExecutions(
    sessionId: string,
    keep: { readonly count: number; readonly endedAfter: string | undefined },
    cursor?: number,
  ): Promise<{ readonly ids: readonly string[]; readonly cursor?: number }>;
  /** Removes those that may still go: the session may have been put back to one since. */
  removeExecutions(sessionId: string, ids: readonly string[]): Promise<number>;
  /**
   * Removes base images that no checkpoint is relative to. It looks at all checkpoints, some at a time.
   *
   * @param own  Digest of the one that stays in any case: sessions that are fresh begin with it.
   * @returns How many went.
   */
  removeBases(own: string, rest: () => Promise<void>): Promise<number>;
  /** Moves the write-ahead log into the file, so that both are as large as they have to be. */
  emptyLog(): Promise<void>;
  /** Gives pages back to the disk. @returns Bytes that are still free inside the file. */
  giveBack(bytes: number): Promise<number>;
}
