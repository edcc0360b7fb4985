import { VmError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { JobRun } from "./job-run.ts";
import { describeEnd } from "./outcome.ts";
import { PooledWorker } from "./pooled-worker.ts";
import { readResidentBytes } from "./process-table.ts";
import { profileKey } from "./profile.ts";
import { Spares } from "./spares.ts";
import type { DataSources } from "./worker-channel.ts";
import type { ReadyMessage, WorkerEnd } from "./worker-process.ts";

export interface RosterOptions extends DataSources {
  /** The program that a worker is. */
  readonly command: readonly string[];
  /** The usual number; those beyond it go when they have nothing to do for long. */
  readonly workers: number;
  /** That long, milliseconds. */
  readonly idleMs: number;
  readonly workersMax: number;
  readonly spares: number;
  readonly logger: Logger;
  /** Workers that the kernel does not confine are not used. */
  readonly requireConfinement: boolean;
}

export interface RosterCallbacks {
  /** A worker has become idle or has gone, or one may be started again. */
  onRoom(): void;
  /** A worker has gone, and had this job. */
  onLost(run: JobRun, end: WorkerEnd): void;
  /** There is no worker, and none can be started: who waits for one would wait for ever. */
  onHopeless(cause: Error): void;
}

/** A worker that fails to start this often, one after another, is not going to. */
export const FAILED_STARTS_MAX = 3;

const BARE = { kind: "bare" } as const;
const BARE_KEY = profileKey(BARE);

/** The workers that there are: started as they are wanted, replaced as they end, gone when nobody needs them. */
export class Roster {
  readonly workers = new Set<PooledWorker>();
  readonly spares: Spares;
  /** Workers that are being ended and count no more, until they are gone. */
  private readonly ending = new Set<Promise<void>>();
  private readonly firstReady = Promise.withResolvers<ReadyMessage>();
  private ready = false;
  private failedStarts = 0;
  private restartTimer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    private readonly options: RosterOptions,
    private readonly callbacks: RosterCallbacks,
  ) {
    this.firstReady.promise.catch(() => {});
    this.spares = new Spares(this.workers, {
      count: options.spares,
      workersMax: options.workersMax,
      start: () => this.startSpare(),
    });
  }

  /** Undefined: not now; `onRoom` says when it may be tried again. */
  start(): PooledWorker | undefined {
    if (this.closed || this.restartTimer) return undefined;
    try {
      const worker: PooledWorker = new PooledWorker(this.options.command, this.options, {
        onReady: (ready) => this.workerReady(worker, ready),
        onFree: () => this.workerFree(worker),
        onEnded: (end, left) => this.workerEnded(worker, end, left),
      });
      this.workers.add(worker);
      return worker;
    } catch (error) {
      this.startFailed(`no process: ${String(error)}`);
      return undefined;
    }
  }

  /** Any worker's `ready` says what the engine is: one is made ready when none is about to be. */
  someReady(): Promise<ReadyMessage> {
    if (!this.ready && !this.closed) {
      const entering = [...this.workers].some((worker) => worker.profileKey !== undefined);
      const spare = entering ? undefined : (this.spares.first() ?? this.start());
      spare?.enter(BARE, BARE_KEY);
    }
    return this.firstReady.promise;
  }

  /** Ends one that has no job. It counts no more from now on. */
  retire(worker: PooledWorker): void {
    worker.process.kill({ cause: "retired" });
    this.drop(worker);
  }

  /**
   * Workers that had nothing to do for long go: those beyond the usual number, the longest idle first,
   * and those that hold much. A session that sleeps costs no memory; it is taken up again elsewhere.
   *
   * @returns Whether some of them will have to go later.
   */
  retireIdle(): boolean {
    const used = [...this.workers].filter((worker) => !worker.isSpare);
    const idle = used.filter((worker) => worker.isIdle);
    idle.sort((a, b) => a.idleSinceMs - b.idleSinceMs);
    let beyond = used.length - this.options.workers;
    let later = false;
    for (const worker of idle) {
      if (beyond <= 0 && !isLarge(worker)) continue;
      beyond--;
      if (worker.idleSinceMs > performance.now() - this.options.idleMs) later = true;
      else this.retire(worker);
    }
    return later;
  }

  /** Ends all of them, and resolves when they have gone. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.restartTimer);
    this.spares.stop();
    this.firstReady.reject(new VmError("SHUTTING_DOWN", { retryAfterSeconds: 1 }));
    const ended = [...this.ending];
    for (const worker of this.workers) {
      ended.push(worker.process.ended);
      worker.process.kill({ cause: worker.run ? "cancelled" : "retired" });
    }
    await Promise.all(ended);
  }

  /** Nobody waits for it, and never for the threads that compile for it. */
  private startSpare(): boolean {
    const spare = this.start();
    spare?.process.prioritize("background");
    return spare !== undefined;
  }

  private workerReady(worker: PooledWorker, ready: ReadyMessage): void {
    if (this.options.requireConfinement && ready.confinement !== "kernel") {
      const message = "the kernel of this machine does not confine workers";
      worker.process.kill({ cause: "violation", why: message });
      this.firstReady.reject(new Error(message));
      return;
    }
    this.failedStarts = 0;
    this.ready = true;
    this.firstReady.resolve(ready);
    worker.ready();
  }

  private workerFree(worker: PooledWorker): void {
    if (worker.process.isEnding) this.drop(worker);
    this.callbacks.onRoom();
  }

  private workerEnded(worker: PooledWorker, end: WorkerEnd, left: number): void {
    this.drop(worker);
    const { run } = worker;
    const fields = { worker_pid: worker.process.pid, reason: describeEnd(end) };
    if (left > 0)
      this.options.logger.error("programs of a guest would not end", { ...fields, left });
    if (run) this.callbacks.onLost(run, end);
    const expected = end.cause === "retired" || end.cause === "cancelled";
    if (!expected) {
      const stderr = worker.process.stderr;
      const byLimit = end.cause === "timeout" || end.cause === "memory";
      this.options.logger[byLimit ? "info" : "warn"]("a worker ended", {
        ...fields,
        ...(run === undefined ? {} : { execution_id: run.id }),
        ...(stderr === "" ? {} : { stderr }),
      });
    }
    if (!worker.wasReady && !expected) this.startFailed(describeEnd(end));
    if (!this.closed) this.callbacks.onRoom();
  }

  /** The next try comes after a while that doubles. */
  private startFailed(reason: string): void {
    this.failedStarts++;
    if (this.failedStarts >= FAILED_STARTS_MAX) {
      const cause = new Error(`workers cannot be started: ${reason}`);
      this.firstReady.reject(cause);
      if (this.workers.size === 0) this.callbacks.onHopeless(cause);
    }
    if (this.closed || this.restartTimer) return;
    const delayMs = Math.min(25 * 2 ** this.failedStarts, LIMITS.workerRestartMsMax);
    this.restartTimer = setTimeout(() => {
      this.restartTimer = undefined;
      this.callbacks.onRoom();
    }, delayMs);
  }

  /** It counts no more; close() still waits for its end. */
  private drop(worker: PooledWorker): void {
    if (!this.workers.delete(worker)) return;
    const { ended } = worker.process;
    this.ending.add(ended);
    ended.then(() => this.ending.delete(ended));
  }
}

const isLarge = ({ process }: PooledWorker): boolean =>
  (readResidentBytes(process.pid) ?? 0) > LIMITS.idleWorkerBytesMax;
