import type { ExceptionPayload, ValuePayload } from "../core/execution.ts";
import type { CheckpointData } from "../core/ports/checkpoint-store.ts";
import type { JobAction, JobEvent } from "../core/ports/runner.ts";
import type { SessionGrants } from "../core/session.ts";
import type { JobSpans } from "../core/timing.ts";
import type { WorkerProfile } from "../modules/profile.ts";

export type { WorkerProfile };

/**
 * Both directions between the daemon's supervisor and a worker process, on one page.
 *
 * One channel joins them: a socket pair, descriptor WORKER_CHANNEL_FD in the worker. A frame is a u32
 * (little endian) byte length of header, a u32 byte length of body, the header (JSON, UTF-8) and the
 * body (bytes). Two kinds of talk share it:
 *
 * 1. Messages, with a `type`: the daemon sends `enter` first and the worker answers `ready`; then the
 *    daemon sends one `run` at a time and gets any number of `events`, then one `done`, whose body is
 *    the delta unless that went before. Where the host's own work before or after the guest's code
 *    takes long, `guest` tells them apart. Nothing is said in answer to `forget`.
 * 2. Requests of the worker about its job, with an `op`, each answered in turn before anything else is
 *    said: files of the worktree (a guest's `require` cannot wait for an event loop), images to take
 *    up that did not come with the job, and deltas too large for `done`.
 *
 * The worker reads by blocking, between jobs as well: that costs it no turn of an event loop. It exits
 * when the channel closes, so that a killed daemon leaves no orphan. While a guest waits for a timer or
 * is stuck in a loop nobody reads: Linux kills the worker when its parent dies (PR_SET_PDEATHSIG), and
 * elsewhere Bun's IPC channel, over which nothing is ever said, tells of the daemon's end. The worker
 * is the subreaper of what its guest starts.
 *
 * What a worker says is parsed by the daemon (supervisor/), bounded, and authorised against the job
 * that the daemon gave it: a worker that was taken over by its guest can lie about its own session
 * and about nothing else.
 */
export const WORKER_CHANNEL_FD = 3;

/** Deltas up to this size are the body of `done`; larger ones go before it, in chunks. */
export const INLINE_DELTA_BYTES_MAX = 256 * 1024;
/** Images up to this size may be the body of `run`. */
export const INLINE_IMAGE_BYTES_MAX = 256 * 1024;
export const DATA_CHUNK_BYTES_MAX = 1024 * 1024;

export interface RunMessage {
  readonly type: "run";
  readonly jobId: string;
  readonly sessionId: string;
  readonly grants: SessionGrants;
  readonly worktreePath: string;
  /** Absent: the base image. The worker asks for it when it does not hold it. */
  readonly headCheckpointId?: string;
  /**
   * The head, where it is small and the daemon takes it that the worker does not hold it. The frame's
   * body is its deltas, oldest first; `links` are their lengths, bytes.
   */
  readonly image?: {
    readonly engine: string;
    readonly base: string;
    readonly heapBytes?: number;
    readonly links: readonly number[];
  };
  readonly nextCheckpointId: string;
  /** The checkpoint's delta is to be relative to the base image. */
  readonly wantFull: boolean;
  /** There is to be no checkpoint: the worker goes on holding the head. */
  readonly discard?: boolean;
  readonly action: JobAction;
}

export type ToWorker =
  /** Once, first: which profile to enter. The worker answers `ready`. */
  | {
      readonly type: "enter";
      readonly profile: WorkerProfile;
      /** The daemon's own, whose files are kept from guests. */
      readonly databasePath?: string;
      readonly failPoint?: string;
    }
  | RunMessage
  /** Drop cached images of a session (closed, deleted). */
  | { readonly type: "forget"; readonly sessionId: string };

export type FromWorker =
  | {
      readonly type: "ready";
      readonly pid: number;
      /** Fingerprint of the engine: SHA-256 of the .wasm and the host protocol's version. */
      readonly engine: string;
      /** SHA-256 (hex) of this program's base image. */
      readonly base: string;
      /** Whether the kernel keeps the profile (Landlock), or only careful checks do. */
      readonly confinement: "kernel" | "checks";
    }
  | { readonly type: "events"; readonly jobId: string; readonly events: readonly JobEvent[] }
  | GuestMessage
  | DoneMessage;

/**
 * The guest's code begins, after an image was asked for; or it is over, and a heap of some size is
 * now written or put back. What the host does is not under the limits of the execution.
 */
export interface GuestMessage {
  readonly type: "guest";
  readonly jobId: string;
  readonly runs: boolean;
}

export interface DoneMessage {
  readonly type: "done";
  readonly jobId: string;
  /** Events since the last `events` message. */
  readonly events: readonly JobEvent[];
  readonly status: "ok" | "error" | "timeout";
  readonly result?: ValuePayload;
  /** The result has a JSON form, and there was no room for it. */
  readonly resultCut?: boolean;
  readonly error?: ExceptionPayload;
  readonly outputLimit?: { readonly limit: "max_events" | "max_output_kb"; readonly max: number };
  /** `delta` is the frame's body; with `deltaByData` it is empty and was sent before. */
  readonly checkpoint?: CheckpointData & { readonly deltaByData: boolean };
  readonly rolledBack: boolean;
  readonly durationMs: number;
  readonly cpuMs: number;
  readonly heapBytes: number;
  /** Where the worker's time went. */
  readonly spans?: Omit<JobSpans, "ipcMs">;
  /** The worker is not to be used again (its engine trapped in a way that cannot be mended). */
  readonly retire?: boolean;
}

/** Requests of the worker. */
export type DataRequest =
  /** The first of these paths (relative to the worktree, cleaned) that is a regular file. */
  | { readonly op: "file"; readonly jobId: string; readonly candidates: readonly string[] }
  /** What the head of the job is. Its base may have to be asked for before its deltas come. */
  | { readonly op: "image"; readonly jobId: string }
  /** Those deltas, once: answered by one `link` frame after another. */
  | { readonly op: "links"; readonly jobId: string }
  /** The base image of that digest: body in the answer. */
  | { readonly op: "base"; readonly digest: string }
  /** A chunk of the job's delta, in the body; `last` ends it. Answered by `ok`. */
  | { readonly op: "delta"; readonly jobId: string; readonly last: boolean };

/** Answers of the daemon. */
export type DataResponse =
  /** Body: the file's bytes. `path`: links resolved. */
  | { readonly op: "file"; readonly path: string }
  | { readonly op: "none" }
  | {
      readonly op: "image";
      readonly engine: string;
      readonly base: string;
      readonly heapBytes?: number;
      /** Deltas, oldest first; each comes in as many `link` frames as it takes. */
      readonly links: readonly { readonly id: string; readonly bytes: number }[];
    }
  | { readonly op: "link"; readonly last: boolean }
  | { readonly op: "base" }
  | { readonly op: "ok" }
  /** `code`: EACCES, ENOENT, EFBIG, IMAGE_GONE … */
  | { readonly op: "error"; readonly code: string; readonly message: string };
