import type { PooledWorker } from "./pooled-worker.ts";

/** A job that has run for so long is one that runs long. */
const LONG_MS = 25;

/** By then the job that took the spare has shown whether it is one. */
const WAIT_MS = 50;

/** A spare that is missing for so long is started whoever runs. */
const WAIT_MS_MAX = 2000;

export interface SparesOptions {
  /** How many there are to be. */
  readonly count: number;
  /** Of all workers. */
  readonly workersMax: number;
  /** False: not now. */
  start(): boolean;
}

/**
 * The workers that are kept for a profile that nobody knows yet, and when new ones are started.
 *
 * A start takes a core for a while. Where a long job has one already, it would take the other from those
 * who are at work: so it waits for that job's end, as long as somebody else could take a job at once, and
 * that job's profile has another worker.
 */
export class Spares {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private missingSinceMs: number | undefined;
  private stopped = false;

  constructor(
    private readonly workers: ReadonlySet<PooledWorker>,
    private readonly options: SparesOptions,
  ) {}

  /** Undefined: there is none. */
  first(): PooledWorker | undefined {
    for (const worker of this.workers) if (worker.isSpare) return worker;
    return undefined;
  }

  /** Starts what is missing, now or later. Call it when a worker was taken or has ended. */
  keep(): void {
    let missing = this.options.count;
    for (const { isSpare } of this.workers) if (isSpare) missing--;
    if (missing <= 0 || this.stopped) return;
    this.missingSinceMs ??= performance.now();
    if (!this.isTime(performance.now() - this.missingSinceMs)) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.keep();
      }, WAIT_MS);
      return;
    }
    this.missingSinceMs = undefined;
    while (missing-- > 0 && this.workers.size <= this.options.workersMax) {
      if (!this.options.start()) return;
    }
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private isTime(missingMs: number): boolean {
    const used = [...this.workers].filter(({ isSpare, process }) => !isSpare && !process.isEnding);
    const isLong = ({ run }: PooledWorker) => run !== undefined && run.ranMs > LONG_MS;
    if (used.every(isLong) || missingMs >= WAIT_MS_MAX) return true;
    const long = used.filter((worker) => isLong(worker) && !worker.blocked);
    // It may have to be killed: its session goes on in another worker of its profile.
    const isAlone = ({ profileKey }: PooledWorker) =>
      used.filter((worker) => worker.profileKey === profileKey).length === 1;
    return long.some(isAlone) || (long.length === 0 && missingMs >= WAIT_MS);
  }
}
