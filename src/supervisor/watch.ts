import { LIMITS } from "../core/limits.ts";
import type { JobRun } from "./job-run.ts";
import type { PooledWorker } from "./pooled-worker.ts";
import { readResidentBytes, readStat } from "./process-table.ts";

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

  constructor(
    private readonly workers: ReadonlySet<PooledWorker>,
    private readonly callbacks: WatchCallbacks,
  ) {}

  /** Looks again soon. Call it whenever a worker was given something to do. */
  arm(): void {
    if (this.timer || this.stopped) return;
    this.timer = setTimeout(() => this.look(), LIMITS.watchTickMs);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.idleTimer);
  }

  private look(): void {
    this.timer = undefined;
    const nowMs = performance.now();
    let active = false;
    let newlyBlocked = false;
    for (const worker of this.workers) {
      const { run } = worker;
      if (run && worker.wasReady) {
        active = true;
        newlyBlocked = this.lookAt(worker, run, nowMs) || newlyBlocked;
      } else if (!worker.isSpare && !worker.wasReady) {
        active = true;
        if (nowMs - worker.enteredMs > LIMITS.workerReadyMs) {
          worker.process.kill({ cause: "not_ready" });
        }
      }
    }
    if (active) this.arm();
    else this.armIdle();
    if (newlyBlocked && this.callbacks.isWaiting()) this.callbacks.onBlocked();
  }

  /** @returns Whether the worker is blocked now and was not before. */
  private lookAt(worker: PooledWorker, run: JobRun, nowMs: number): boolean {
    const { limits } = run.job.grants.settings;
    const { process } = worker;
    const elapsedMs = nowMs - run.startedMs;
    if (elapsedMs > limits.wall_ms + LIMITS.killGraceMs) {
      process.kill({ cause: "timeout", limit: "wall_ms" });
      return false;
    }
    // Most jobs are gone before a second look.
    if (elapsedMs < LIMITS.watchTickMs) return false;
    const residentBytes = readResidentBytes(process.pid);
    if (residentBytes !== undefined && residentBytes > run.residentBytesMax) {
      process.kill({ cause: "memory" });
      return false;
    }
    // Without /proc the wall limit alone holds.
    const stat = readStat(process.pid);
    if (!stat) return false;
    const seenBefore = run.cpuBaseMs !== undefined;
    run.cpuBaseMs ??= stat.cpuMs;
    const cpuMs = stat.cpuMs - run.cpuBaseMs;
    if (cpuMs > limits.cpu_ms + LIMITS.killGraceMs) {
      process.kill({ cause: "timeout", limit: "cpu_ms" });
      return false;
    }
    const blocked = seenBefore && stat.sleeping && cpuMs === run.cpuMs;
    run.cpuMs = cpuMs;
    const newly = blocked && !worker.blocked;
    worker.blocked = blocked;
    return newly;
  }

  private armIdle(): void {
    if (this.idleTimer || this.stopped) return;
    this.idleTimer = setTimeout(() => {
      this.idleTimer = undefined;
      if (this.callbacks.retireIdle()) this.armIdle();
    }, LIMITS.workerIdleMs);
    this.idleTimer.unref();
  }
}
