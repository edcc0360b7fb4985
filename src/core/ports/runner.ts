import type { VmError } from "../errors.ts";
import type { EventType, ExceptionPayload, MeasuredMetrics, ValuePayload } from "../execution.ts";
import type { SessionGrants } from "../session.ts";
import type { JobSpans } from "../timing.ts";
import type { CheckpointData, ImageChain } from "./checkpoint-store.ts";
import type { LibrarySource } from "./library-cache.ts";

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

export interface Job {
  /** The execution's id. */
  readonly id: string;
  readonly sessionId: string;
  readonly grants: SessionGrants;
  readonly worktreePath: string;
  /** The state to start from; undefined: the base image. */
  readonly headCheckpointId: string | undefined;
  /** What that state's heap is taken to be, bytes; absent: small. */
  readonly headHeapBytes?: number;
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
  /** The result has a JSON form, and there was no room for it. */
  readonly resultCut?: boolean;
  readonly error?: ExceptionPayload;
  /** Set when an output or event limit ended it: the API answers 422. */
  readonly outputLimit?: { readonly limit: "max_events" | "max_output_kb"; readonly max: number };
  /** The new state. Absent: the session is as it was before. */
  readonly checkpoint?: CheckpointData;
  /** Whether what the code did to the heap was undone. */
  readonly rolledBack: boolean;
  readonly metrics: MeasuredMetrics;
  readonly spans?: JobSpans;
}

export interface JobHandle {
  /** Why it was refused at once: nothing runs. `outcome` rejects with the same. */
  readonly refused?: VmError;
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
