import type { DoneMessage, WorkerProfile } from "../worker/protocol.ts";
import { endDescendants, hasChildren } from "./descendants.ts";
import type { JobRun } from "./job-run.ts";
import { readStat } from "./process-table.ts";
import type { DataSources } from "./worker-channel.ts";
import {
  type ReadyMessage,
  type WorkerEnd,
  type WorkerJob,
  WorkerProcess,
} from "./worker-process.ts";

export interface PooledWorkerCallbacks {
  onReady(ready: ReadyMessage): void;
  /** Its job has ended and its outcome is about to be known. */
  onFree(): void;
  onEnded(end: WorkerEnd, left: number): void;
}

/** Sessions that a worker is taken to hold; it drops the oldest of them too. */
const HELD_MAX = 256;

/** States that several sessions start from, of which a worker is taken to hold a copy. */
const HEADS_MAX = 64;

/** A session that has had so many jobs one after another in a worker is at work there. */
const AT_HOME_JOBS = 5;

/** A session that has been quiet for so long may find its worker with another's work. */
const AT_HOME_MS = 1000;

/** What has been idle for so long is looked at before it is given a job, which costs a shorter one much. */
const LOOKED_AT_MS = 1000;

/** A worker has started by then, where it gets a core. */
const START_MS = 500;

/** A job that took less than this cannot have made its worker much larger. */
const GROWING_MS_MIN = 5;

/** Short jobs that may follow one another before the worker's size is looked at all the same. */
const UNSEEN_JOBS_MAX = 64;

/** A worker as the pool sees it: spare, entering a profile, idle, or with a job. */
export class PooledWorker {
  readonly process: WorkerProcess;
  /** For whoever is not to keep it once it has gone. */
  readonly reference = new WeakRef<PooledWorker>(this);
  private readonly createdMs = performance.now();
  /** Sessions whose image it has had, latest last. */
  readonly held = new Set<string>();
  /** States that it was given for another session than `held` has, latest last. */
  private readonly heads = new Set<string>();
  /** Absent: a spare. */
  profileKey: string | undefined;
  /** The session that it ran last, as far as that is still there. */
  lastSessionId: string | undefined;
  /** Jobs that it had one after another. */
  private lastSessionJobs = 0;
  /** When it was last looked at. */
  residentBytes = 0;
  /** Of the session that it ran last: another one that comes takes its place. */
  lastHeapBytes = 0;
  private unseenJobs = 0;
  run: JobRun | undefined;
  wasReady = false;
  /** Since when it enters its profile, monotonic. */
  enteredMs = 0;
  idleSinceMs = 0;
  /** Its job waits instead of computing. */
  blocked = false;
  /** It was found stopped when it was last looked at. */
  stopped = false;

  constructor(
    command: readonly string[],
    sources: DataSources,
    private readonly callbacks: PooledWorkerCallbacks,
  ) {
    this.process = new WorkerProcess(command, sources, {
      onReady: callbacks.onReady,
      onDone: (message, chars) => this.done(message, chars),
      onEnded: callbacks.onEnded,
    });
  }

  get isSpare(): boolean {
    return this.profileKey === undefined && !this.process.isEnding;
  }

  get isIdle(): boolean {
    return this.wasReady && this.run === undefined && !this.process.isEnding;
  }

  enter(profile: WorkerProfile, key: string): void {
    this.profileKey = key;
    this.enteredMs = performance.now();
    this.process.prioritize("usual");
    this.process.enter(profile);
  }

  ready(): void {
    this.wasReady = true;
    this.idleSinceMs = performance.now();
    if (this.run) this.begin(this.run);
    else this.callbacks.onFree();
  }

  /** Its profile is the job's, and it has no other job. */
  assign(run: JobRun): void {
    this.run = run;
    this.blocked = false;
    this.stopped = false;
    this.process.prioritize("usual");
    if (this.wasReady) this.begin(run);
  }

  forget(sessionId: string): void {
    if (!this.held.delete(sessionId)) return;
    if (this.lastSessionId === sessionId) this.lastSessionId = undefined;
    this.process.forget(sessionId);
  }

  /**
   * Whether a job that it is given begins at once. A spare says nothing of itself, but is of an age and
   * waits: on a busy machine, where it is served last, one of any age may still be starting.
   */
  get isUp(): boolean {
    if (this.wasReady) return true;
    if (performance.now() - this.createdMs < START_MS) return false;
    return readStat(this.process.pid)?.sleeping !== false;
  }

  /** Whoever stopped it while it had nothing to do is not to hold up a job. */
  get isStoppedIdle(): boolean {
    if (performance.now() - this.idleSinceMs < LOOKED_AT_MS) return false;
    return readStat(this.process.pid)?.stopped === true;
  }

  /** Another session than this one has been at work in it of late, and may go on. */
  isHomeOfAnother(sessionId: string): boolean {
    if (this.lastSessionId === undefined || this.lastSessionId === sessionId) return false;
    if (this.lastSessionJobs < AT_HOME_JOBS) return false;
    return performance.now() - this.idleSinceMs < AT_HOME_MS;
  }

  /** Whether its size may be another than when it was last looked at. */
  get mayHaveGrown(): boolean {
    return this.unseenJobs >= UNSEEN_JOBS_MAX;
  }

  looked(residentBytes: number): void {
    this.residentBytes = residentBytes;
    this.unseenJobs = 0;
  }

  private begin(run: JobRun): void {
    const { sessionId, headCheckpointId: head, action } = run.job;
    const isNews = head !== undefined && !this.held.has(sessionId) && !this.heads.has(head);
    this.lastSessionJobs++;
    if (this.lastSessionId !== sessionId) {
      this.lastSessionId = sessionId;
      this.lastSessionJobs = 1;
      // A state that sessions are to start from is none itself.
      if (action.kind !== "prepare") keepLatest(this.held, sessionId, HELD_MAX);
    }
    run.begin();
    if (!isNews) {
      this.process.run(run satisfies WorkerJob);
      return;
    }
    keepLatest(this.heads, head, HEADS_MAX);
    run.readImageAhead().then(() => {
      // Killed or cancelled meanwhile: its end tells the outcome.
      if (!this.process.isEnding) this.process.run(run satisfies WorkerJob);
    });
  }

  private done(message: DoneMessage, chars: number): void {
    const { run } = this;
    if (!run) return;
    if (!run.hasDelta(message)) {
      this.process.kill({ cause: "violation", why: "speaks of a delta that it did not send" });
      return;
    }
    // An execution ends with its programs.
    if (run.mayStartPrograms && hasChildren(this.process.pid)) {
      endDescendants(this.process.pid).then(
        () => this.free(run, message, chars, true),
        () => this.free(run, message, chars, true),
      );
      return;
    }
    this.free(run, message, chars, message.retire === true);
  }

  /** @param retire  Not to be used again: its engine is spoilt, or dead programs are left in it. */
  private free(run: JobRun, message: DoneMessage, chars: number, retire: boolean): void {
    // Killed or cancelled meanwhile: its end tells the outcome.
    if (this.process.isEnding) return;
    this.run = undefined;
    this.lastHeapBytes = message.heapBytes;
    this.idleSinceMs = performance.now();
    const isLong = this.idleSinceMs - run.startedMs > GROWING_MS_MIN;
    this.unseenJobs += isLong ? UNSEEN_JOBS_MAX : 1;
    if (retire) this.process.kill({ cause: "retired" });
    run.end(message, chars);
    this.callbacks.onFree();
  }
}

function keepLatest(set: Set<string>, value: string, most: number): void {
  set.delete(value);
  set.add(value);
  if (set.size <= most) return;
  for (const oldest of set) {
    set.delete(oldest);
    break;
  }
}
