import { LIMITS } from "../core/limits.ts";
import type { JobRun } from "./job-run.ts";
import type { PooledWorker } from "./pooled-worker.ts";
import { readMainThreadMs, readResidentBytes, readStat } from "./process-table.ts";

const FILLED_BYTES_PER_MS = 2 * 1024 * 1024;

/**
 * Where the machine is full of others' work, a job in the background gets a few percent of a core. One
 * that has had less than half of a core so far is kept there for this part of its wall time at most:
 * the rest is for ending in time all the same.
 */
const STARVED_SHARE_MAX = 1 / 4;

/** A look that comes so much too late was not held up by a busy machine: this process itself was stopped. */
const LATE_MS = 250;

export interface WatchCallbacks {
  /** A job was found to wait instead of computing: another may run. */
  onBlocked(): void;
  /** Whether jobs wait for a worker. */
  isWaiting(): boolean;
  /** Ends workers that are not needed any more. True: some of them will have to go later. */
  retireIdle(): boolean;
}

/**
 * The limits that a worker does not keep itself: one timer looks at all of them. It runs only while
 * a job does, and a job that ends before the first look costs nothing.
 */
export class Watch {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private idleTimer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;
  /** When the next look is due. */
  private dueMs = 0;
  /** Jobs that a late look has let be: once each, so that limits are kept where all looks are late. */
  private readonly spared = new WeakSet<JobRun>();

  constructor(
    private readonly workers: ReadonlySet<PooledWorker>,
    private readonly idleMs: number,
    private readonly callbacks: WatchCallbacks,
  ) {}

  /** Looks again soon. Call it whenever a worker was given something to do. */
  arm(inMs: number = LIMITS.watchTickMs): void {
    if (this.timer || this.stopped) return;
    this.dueMs = performance.now() + inMs;
    this.timer = setTimeout(() => this.look(), inMs);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.idleTimer);
  }

  private look(): void {
    this.timer = undefined;
    const nowMs = performance.now();
    const isLate = nowMs - this.dueMs > LATE_MS;
    let active = false;
    let newlyBlocked = false;
    let nextMs: number = LIMITS.watchTickMs;
    for (const worker of this.workers) {
      const { run } = worker;
      if (run && worker.wasReady) {
        active = true;
        const wasBlocked = worker.blocked;
        nextMs = Math.min(nextMs, this.lookAt(worker, run, nowMs, isLate));
        newlyBlocked ||= worker.blocked && !wasBlocked;
      } else if (!worker.isSpare && !worker.wasReady) {
        active = true;
        worker.process.prioritize("usual");
        if (nowMs - worker.enteredMs > LIMITS.watchTickMs) this.endIfStopped(worker);
        if (nowMs - worker.enteredMs > LIMITS.workerReadyMs) {
          worker.process.kill({ cause: "not_ready" });
        }
      }
    }
    if (active) this.arm(Math.max(LIMITS.watchTickMsMin, Math.ceil(nextMs)));
    this.armIdle();
    if (newlyBlocked && this.callbacks.isWaiting()) this.callbacks.onBlocked();
  }

  /** What workers have said meanwhile comes first: they may have ended in time. */
  private spare(run: JobRun): boolean {
    if (this.spared.has(run)) return false;
    this.spared.add(run);
    return true;
  }

  /** @returns Milliseconds before which none of its limits can be passed. */
  private lookAt(worker: PooledWorker, run: JobRun, nowMs: number, isLate: boolean): number {
    // Most jobs are gone before a second look.
    const isYoung = nowMs - run.startedMs < LIMITS.watchTickMs;
    const roomBytes = isYoung ? Infinity : roomOf(worker, run);
    if (roomBytes < 0) {
      worker.process.kill({ cause: "memory" });
      return Infinity;
    }
    if (isLate && this.spare(run)) return LIMITS.watchTickMs;
    return Math.min(this.timeLeft(worker, run, nowMs, isYoung), fillMs(roomBytes));
  }

  /** @returns Milliseconds before which no time limit can be passed. */
  private timeLeft(worker: PooledWorker, run: JobRun, nowMs: number, isYoung: boolean): number {
    const { clock } = run;
    const elapsedMs = clock.elapsedMs(nowMs);
    if (!clock.guestRuns) {
      if (!isYoung) this.endIfStopped(worker);
      if (elapsedMs > LIMITS.hostWorkMs) {
        worker.process.kill({ cause: "violation", why: "it does not come to an end" });
      }
      return Infinity;
    }
    const { cpu_ms, wall_ms } = run.job.grants.settings.limits;
    const wallLeftMs = wall_ms + LIMITS.killGraceMs - elapsedMs;
    if (wallLeftMs < 0) {
      worker.process.kill({ cause: "timeout", limit: "wall_ms" });
      return Infinity;
    }
    if (isYoung) return wallLeftMs;
    // Whoever computes for long waits for those who do not, where there are not cores for all.
    this.lookAtWork(worker, run, nowMs);
    const mayWait = clock.cpuMs > elapsedMs / 2 || elapsedMs < wall_ms * STARVED_SHARE_MAX;
    worker.process.prioritize(mayWait ? "background" : "usual");
    const cpuLeftMs = cpu_ms + LIMITS.cpuGraceMs - clock.cpuMs;
    if (cpuLeftMs < 0) worker.process.kill({ cause: "timeout", limit: "cpu_ms" });
    return Math.min(wallLeftMs, cpuLeftMs);
  }

  /** What the worker has computed, or that it waits. Without /proc the wall limit alone holds. */
  private lookAtWork(worker: PooledWorker, run: JobRun, nowMs: number): void {
    const { pid } = worker.process;
    const threadMs = readMainThreadMs(pid) ?? readStat(pid)?.cpuMs;
    if (threadMs === undefined) return;
    // One that waits is asked once more, and one that computes never.
    const stat = run.clock.look(threadMs, nowMs) ? undefined : readStat(pid);
    worker.blocked = stat?.sleeping === true;
    if (stat?.stopped) this.endIfStopped(worker, stat);
  }

  /**
   * Found stopped twice, it is taken to stay so: who stopped this process with it may let both go on at
   * the same time. Others that were stopped with it go too, before a job comes to them.
   */
  private endIfStopped(worker: PooledWorker, stat = readStat(worker.process.pid)): void {
    const wasStopped = worker.stopped;
    worker.stopped = stat?.stopped === true;
    if (!worker.stopped || !wasStopped) return;
    worker.process.kill({ cause: "stopped" });
    for (const other of this.workers) {
      if (other.isIdle && readStat(other.process.pid)?.stopped) {
        other.process.kill({ cause: "stopped" });
      }
    }
  }

  private armIdle(): void {
    if (this.idleTimer || this.stopped) return;
    this.idleTimer = setTimeout(() => {
      this.idleTimer = undefined;
      if (this.callbacks.retireIdle()) this.armIdle();
    }, this.idleMs);
    this.idleTimer.unref();
  }
}

/** What the worker may still grow by. */
function roomOf({ process }: PooledWorker, run: JobRun): number {
  return run.residentBytesMax - (readResidentBytes(process.pid) ?? 0);
}

/** The time that it takes to fill so much memory, at the pace of a quick copy. */
const fillMs = (bytes: number): number => bytes / FILLED_BYTES_PER_MS;
