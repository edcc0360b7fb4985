import type { Job, JobEvent } from "../core/ports/runner.ts";
import type { JobSpans } from "../core/timing.ts";
import type { Outcome } from "./outcome.ts";

/** One execution to run. What it needs of the daemon comes by its outside. */
export type EngineJob = Omit<Job, "id" | "loadImage" | "loadBase">;

/** What a job needs of the outside while it runs. Synchronous: nothing else happens meanwhile. */
export interface EngineOutside {
  /**
   * The chain of the job's head, deltas oldest first, each in pieces. A piece is good until the next
   * one is asked for.
   */
  image(): IncomingChain;
  /** A base image of another version of the program. */
  base(digest: string): Uint8Array;
  /**
   * The first of these paths (relative to the worktree) that is a regular file; `path`: links resolved.
   *
   * @throws an error with a `code`, whose message may be shown to the guest
   */
  file(candidates: readonly string[]): { readonly path: string; readonly text: string } | null;
  /** An event of the guest's. */
  event(event: JobEvent): void;
  /** Events are to be sent now: something follows that takes long. */
  flush(): void;
  /** Called some hundred times a second while guest code runs. */
  poll(): void;
  /** Whether the host takes more memory for this job than it may, with these that it may ask for next. */
  isMemoryFull(nextBytes: number): boolean;
  /** The guest's code begins: what was asked for is taken up. */
  guestBegins(): void;
  /** It is over. @param memoryBytes  What is now looked through, and may be written or put back. */
  guestEnded(memoryBytes: number): void;
  /** The new state, in pieces; `last` ends it. */
  delta(piece: Uint8Array, last: boolean): void;
}

export interface IncomingChain {
  readonly engine: string;
  readonly base: string;
  /** What the heap is said to take; absent: not known. */
  readonly heapBytes?: number;
  readonly links: Iterable<Iterable<Uint8Array>>;
}

export interface EngineResult {
  readonly outcome: Outcome;
  /** Absent: the session is as it was before. */
  readonly checkpoint?: { readonly engine: string; readonly base: string; readonly full: boolean };
  readonly durationMs: number;
  readonly cpuMs: number;
  readonly heapBytes: number;
  readonly spans: Omit<JobSpans, "ipcMs">;
}
