import type {
  EventType,
  ExceptionPayload,
  Execution,
  ExecutionEvent,
  ExecutionStatus,
  Metrics,
  ValuePayload,
} from "./execution.ts";
import type { CheckpointInfo, SessionNode } from "./history.ts";
import type { SessionGrants, SessionStatus, StoredSession } from "./session.ts";
import type { SettingsValues } from "./settings.ts";
import type {
  Capability,
  CapabilityKind,
  StartupFile,
  Template,
  TemplateDetail,
} from "./template.ts";
import type { JobSpans } from "./timing.ts";

/**
 * What the core needs of the world. All of it is asynchronous, although SQLite is not: an adapter for
 * a store that many daemons share must fit, so nothing here may assume one process.
 */

// ---------------------------------------------------------------- templates

export interface TemplateStore {
  /** @throws VmError TEMPLATE_EXISTS */
  insert(template: Template, settings: SettingsValues): Promise<void>;
  get(id: string): Promise<TemplateDetail | undefined>;
  /** Newest first. */
  list(): Promise<Template[]>;
  /** False: no such template. @throws VmError TEMPLATE_EXISTS when the new name is taken */
  update(
    id: string,
    change: { name?: string; settings?: SettingsValues; updated_at: string },
  ): Promise<boolean>;
  /** Cascades to settings, capabilities and startup files. False: no such template. */
  delete(id: string): Promise<boolean>;
  /** Attaching what is attached changes nothing. */
  addName(id: string, list: "modules" | "libraries", name: string, now: string): Promise<void>;
  /** Removing what is absent changes nothing. */
  removeName(id: string, list: "modules" | "libraries", name: string, now: string): Promise<void>;
  /** @throws VmError CAPABILITY_EXISTS when (kind, name) is taken */
  insertCapability(capability: Capability): Promise<void>;
  /** By kind, then name. */
  listCapabilities(id: string): Promise<Capability[]>;
  findCapability(id: string, kind: CapabilityKind, name: string): Promise<Capability | undefined>;
  /** False: the template has none of this id. */
  deleteCapability(id: string, capabilityId: string): Promise<boolean>;
  /** @throws VmError STARTUP_FILE_EXISTS when the path is taken */
  insertStartupFile(file: StartupFile): Promise<void>;
  /** By order_index, then insertion. */
  listStartupFiles(id: string): Promise<StartupFile[]>;
  deleteStartupFile(id: string, startupFileId: string): Promise<boolean>;
}

// ---------------------------------------------------------------- sessions

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

export const NO_CHAIN: ChainSize = { depth: 0, bytes: 0, largestBytes: 0 };

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

// ---------------------------------------------------------------- executions and checkpoints

/** What a worker found changed in a heap. Opaque to everything but the engine. */
export interface CheckpointData {
  /** Fingerprint of the engine that can take it up. */
  readonly engine: string;
  /** SHA-256 (hex) of the base image that the first delta of the chain is relative to. */
  readonly base: string;
  /** The changed pages, compressed, relative to the parent checkpoint. */
  readonly delta: Uint8Array;
  /** Heap in use, bytes. */
  readonly heapBytes: number;
  /** Whether `delta` is relative to the base image instead of the parent: the chain starts anew. */
  readonly full: boolean;
}

/**
 * `prepared`: a runtime with its libraries loaded, from which sessions start; belongs to no session.
 * `startup`, `execution`: the state after one. `imported`: what a session from a file began with.
 */
export type CheckpointKind = "prepared" | "startup" | "execution" | "imported";

export interface Checkpoint {
  readonly id: string;
  readonly sessionId?: string;
  readonly parentId?: string;
  readonly executionId?: string;
  readonly kind: CheckpointKind;
  readonly createdAt: string;
  readonly data: CheckpointData;
}

/** Everything needed to take up a checkpoint: deltas oldest first, the first relative to the base. */
export interface ImageChain {
  readonly engine: string;
  readonly base: string;
  /** Of the heap; a worker may prepare for it, and believes only the image. Absent: not known. */
  readonly heapBytes?: number;
  readonly links: readonly { readonly id: string; readonly delta: Uint8Array }[];
}

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
  /** Newest first. */
  list(sessionId: string, limit: number): Promise<Omit<Execution, "events">[]>;
  /** Ascending, `seq > afterSeq`. */
  events(id: string, afterSeq: number, limit: number): Promise<ExecutionEvent[]>;
}

/** The state of its session after an execution. */
export interface ExecutionState {
  readonly executionId: string;
  readonly sessionId: string;
  readonly status: ExecutionStatus;
  readonly dryRun: boolean;
  /** Absent: the base image. */
  readonly checkpointId?: string;
  /** Whether that checkpoint is still there. */
  readonly isKept: boolean;
}

/** Where a session is to stand. */
export interface SessionPoint {
  /** Absent: before any execution. */
  readonly executionId?: string;
  /** Absent: the base image. */
  readonly checkpointId?: string;
}

/** Sessions as data: what is done with their states besides running code. */
export interface HistoryStore {
  /** Newest first. */
  checkpoints(sessionId: string, limit: number): Promise<CheckpointInfo[]>;
  /** Null takes the label away. Undefined: the session has no such checkpoint. */
  label(
    sessionId: string,
    checkpointId: string,
    label: string | null,
  ): Promise<CheckpointInfo | undefined>;
  /** The session's checkpoint of this id, or those that have this label; newest first. */
  checkpointsNamed(sessionId: string, name: string): Promise<CheckpointInfo[]>;
  stateAfter(executionId: string): Promise<ExecutionState | undefined>;
  /**
   * Goes back from an execution until this many of the session's that left a state are passed.
   *
   * @returns The last execution that stays (`executionId` absent: none does), and how many were passed.
   */
  stepBack(
    sessionId: string,
    executionId: string | undefined,
    steps: number,
  ): Promise<{ executionId?: string; passed: number }>;
  /** All of them or none. @throws VmError CHECKPOINT_GONE when their state is no longer there */
  fork(sessions: readonly NewSession[]): Promise<void>;
  /**
   * Moves the session. Its executions that do not lead there are undone from now on, those that do
   * are not any more. @throws VmError CHECKPOINT_GONE
   */
  rewind(sessionId: string, to: SessionPoint, now: string): Promise<void>;
  /** The sessions that have the same root, in the order of their creation; empty: no such session. */
  family(sessionId: string): Promise<SessionNode[]>;
  /** Keeps retention away from a state while it is used. Undefined: it is not there. */
  pin(checkpointId: string): Disposable | undefined;
}

// ---------------------------------------------------------------- retention

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
  /** Executions beyond the newest `keep`, or ended before; not the head, nor where a state is kept or it runs. */
  oldExecutions(
    sessionId: string,
    keep: { readonly count: number; readonly endedAfter: string | undefined },
    limit: number,
  ): Promise<string[]>;
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

/**
 * One delta that does what these do one after another, made in short steps.
 *
 * @param deltas  Oldest first.
 * @returns Undefined: it would take more memory than `rawBytesMax`.
 */
export type MergeDeltas = (
  deltas: readonly Uint8Array[],
  rawBytesMax: number,
) => Generator<void, Uint8Array | undefined>;

export interface CheckpointStore {
  /** A prepared image. The same id twice changes nothing. */
  insert(checkpoint: Checkpoint): Promise<void>;
  has(id: string): Promise<boolean>;
  /** What taking it up reads. @throws VmError CHECKPOINT_DAMAGED: its bytes are not those that were written */
  chain(id: string): Promise<ImageChain | undefined>;
  /** Base images by digest: an image outlives the program version whose prelude made its base. */
  putBase(base: { digest: string; engine: string; bytes: Uint8Array }): Promise<void>;
  getBase(digest: string): Promise<Uint8Array | undefined>;
}

/** A session that comes from a file, with all that belongs to it. */
export interface ImportedSession {
  readonly session: NewSession;
  /** Made with it; absent: its template is there. */
  readonly template?: TemplateDetail;
  /** Kept with it, unless it is there; without its bytes it must be there. */
  readonly base?: { readonly digest: string; readonly engine: string; readonly bytes?: Uint8Array };
  /** The state; absent: the base image. */
  readonly checkpoint?: Checkpoint;
  /** Ended, with their events, oldest first. Only the head's state is there. */
  readonly executions: readonly Execution[];
}

export interface ImportStore {
  /**
   * All of it or nothing, whatever happens meanwhile; in steps, where there is much of it.
   *
   * @throws VmError TEMPLATE_EXISTS, IMAGE_UNSUPPORTED (its base went meanwhile), STORE_FULL
   */
  insert(imported: ImportedSession): Promise<void>;
}

/** An idempotency key that was answered, and what it made. */
export interface IdempotencyRecord {
  readonly key: string;
  /** SHA-256 (hex) of the route and the body: the same key with another one is refused. */
  readonly digest: string;
  /** The execution or the session that the first request made; its answer is made from it again. */
  readonly subjectId: string;
  readonly createdAt: string;
}

export interface IdempotencyStore {
  /** Records made at or after `since`; older ones count as never seen. */
  find(key: string, since: string): Promise<IdempotencyRecord | undefined>;
  /** Drops records made before. */
  sweep(before: string): Promise<void>;
}

export interface Store {
  readonly templates: TemplateStore;
  readonly sessions: SessionStore;
  readonly executions: ExecutionStore;
  readonly checkpoints: CheckpointStore;
  readonly history: HistoryStore;
  readonly imports: ImportStore;
  readonly retention: RetentionStore;
  readonly idempotency: IdempotencyStore;
  /**
   * After a start: `starting` sessions become crashed, `running` executions end as error with code
   * DAEMON_STOPPED and an exception event. Returns the number of ready sessions.
   */
  recover(now: string): Promise<{ ready: number; crashed: number; interrupted: number }>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------- running guests

export type JobAction =
  | { readonly kind: "repl"; readonly input: string }
  | {
      readonly kind: "run_file" | "startup";
      /** Relative to the worktree, links resolved. */
      readonly path: string;
      readonly source: string;
      readonly args: Readonly<Record<string, unknown>>;
      readonly env: Readonly<Record<string, unknown>>;
    }
  | {
      /** Loads libraries and globals into a fresh runtime; its checkpoint is a prepared image. */
      readonly kind: "prepare";
      readonly libraries: readonly LibrarySource[];
    }
  | {
      /** Names that complete the text at a prompt: JSON (string[]) as the result's text. Keeps no state. */
      readonly kind: "complete";
      readonly text: string;
    }
  | {
      /** Writes the state out as one delta against its base. Nothing runs, and nothing changes. */
      readonly kind: "fold";
    };

export interface LibrarySource {
  /** `<id>-<version>`. */
  readonly name: string;
  /** The global that it must define; empty for a file of the cache that no catalog knows. */
  readonly global: string;
  readonly source: string;
}

export interface Job {
  /** The execution's id. */
  readonly id: string;
  readonly sessionId: string;
  readonly grants: SessionGrants;
  readonly worktreePath: string;
  /** The state to start from; undefined: the base image. */
  readonly headCheckpointId: string | undefined;
  /** The id under which the new state will be known if it is kept. */
  readonly nextCheckpointId: string;
  /** Whether the new state is to be a delta against the base image: the chain has grown long. */
  readonly wantFull: boolean;
  /** Whether what it does is undone at its end whatever happens: the worker then keeps the head. */
  readonly discard?: boolean;
  /** Called only when the chosen worker does not hold the head. */
  loadImage(): Promise<ImageChain>;
  /** A base image that is not in the store; undefined: it is not this one. */
  loadBase?(digest: string): Promise<Uint8Array | undefined>;
  readonly action: JobAction;
}

/** An event as the worker sends it; the execution service numbers it. */
export interface JobEvent {
  readonly type: EventType;
  readonly payload: unknown;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** How a job ended. A guest's failure is one of these, never a rejection. */
export interface JobOutcome {
  readonly status: "ok" | "error" | "timeout" | "cancelled";
  readonly result?: ValuePayload;
  readonly error?: ExceptionPayload;
  /** Set when an output or event limit ended it: the API answers 422. */
  readonly outputLimit?: { readonly limit: "max_events" | "max_output_kb"; readonly max: number };
  /** The new state. Absent: the session is as it was before. */
  readonly checkpoint?: CheckpointData;
  /** Whether what the code did to the heap was undone. */
  readonly rolledBack: boolean;
  readonly metrics: Metrics;
  readonly spans?: JobSpans;
}

export interface JobHandle {
  /** Rejects only with a VmError (QUEUE_FULL, SHUTTING_DOWN) before the guest ran, or for our bug. */
  readonly outcome: Promise<JobOutcome>;
  /** Resolves when a worker has begun it. */
  readonly started: Promise<void>;
  /** Ends it as `cancelled`, by force where needed. After its end: nothing. */
  cancel(): void;
}

export interface Runner {
  /** Events come in order, in batches, before the outcome resolves. */
  run(job: Job, onEvents: (events: readonly JobEvent[]) => void): JobHandle;
  summary(): {
    workers: { total: number; busy: number };
    queue_depth: number;
    resident_sessions: number;
  };
  /** What the base image and the engine of this program are. Resolves with the first ready worker. */
  engine(): Promise<{ fingerprint: string; base: string }>;
  /** Sessions whose image some worker holds. */
  residents(): ReadonlySet<string>;
  /** Workers drop what they hold of a session. */
  forget(sessionId: string): void;
  close(): Promise<void>;
}

// ---------------------------------------------------------------- files and libraries

export interface Worktrees {
  /** @throws VmError INVALID_WORKTREE */
  check(worktreePath: string): Promise<void>;
  /**
   * Reads a regular file of the worktree, links resolved, without a race.
   * @returns The path relative to the worktree that the links lead to, and the UTF-8 text.
   * @throws VmError INVALID_PATH, FILE_NOT_FOUND, BODY_TOO_LARGE (over LIMITS.sourceBytesMax)
   */
  readSource(worktreePath: string, path: string): Promise<{ path: string; source: string }>;
  /**
   * The first of these paths that is a regular file, for the modules that a guest requires.
   * @returns As `readSource`, but bytes; undefined when none is.
   * @throws VmError INVALID_PATH, BODY_TOO_LARGE (over LIMITS.fileBytesMax)
   */
  openFirst(
    worktreePath: string,
    candidates: readonly string[],
  ): Promise<{ path: string; bytes: Uint8Array } | undefined>;
  /** Cleaned, or @throws VmError INVALID_PATH: empty, absolute, escaping. Touches no file. */
  cleanPath(path: string): string;
}

export interface LibraryCache {
  /** `lodash`, `lodash-4.17.21`, `lodash@4.17.21` → `lodash-4.17.21`; undefined: not known. */
  canonicalName(name: string): Promise<string | undefined>;
  /** @throws Error whose message says which library is not in the cache or damaged. */
  load(canonicalName: string): Promise<LibrarySource>;
}

export interface ModuleCatalog {
  /** Names that `require` can give. */
  readonly names: readonly string[];
}

export interface Clock {
  nowMs(): number;
}

export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
