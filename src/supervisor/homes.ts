import type { JobRun } from "./job-run.ts";
import type { PooledWorker } from "./pooled-worker.ts";

/** Sessions whose last worker is remembered; the rest go where there is room. */
const HOMES_MAX = 16_384;

/**
 * A job waits this long for the worker that had its session last, while another one has nothing to
 * do: bringing the session's image to that one takes about as long.
 */
export const HOME_WAIT_MS = 2;

/** A worker that has been busy with one job for this long is not waited for. */
const BUSY_MS_MAX = 10;

/** Which worker had a session last, and so holds its present image. */
export class Homes {
  /** One that has gone is not kept for them: it may hold the whole of its last job. */
  private readonly workers = new Map<string, WeakRef<PooledWorker>>();

  constructor(private readonly pool: ReadonlySet<PooledWorker>) {}

  moved(sessionId: string, worker: PooledWorker): void {
    if (this.workers.get(sessionId)?.deref() === worker) return;
    this.workers.set(sessionId, worker.reference);
    if (this.workers.size <= HOMES_MAX) return;
    for (const oldest of this.workers.keys()) {
      this.workers.delete(oldest);
      break;
    }
  }

  /** Undefined: no worker that could run this job soon has its session. */
  of({ job, profileKey }: JobRun): PooledWorker | undefined {
    const home = this.workers.get(job.sessionId)?.deref();
    if (!home || home.profileKey !== profileKey || !home.wasReady) return undefined;
    if (!this.pool.has(home) || home.process.isEnding) return undefined;
    return home.run && home.run.ranMs > BUSY_MS_MAX ? undefined : home;
  }

  forget(sessionId: string): void {
    this.workers.delete(sessionId);
  }
}
