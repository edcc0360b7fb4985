import { VmError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { Job, JobEvent, JobHandle, Runner } from "../core/ports/runner.ts";
import { HOME_WAIT_MS, Homes } from "./homes.ts";
import { JobRun } from "./job-run.ts";
import { workerCommand } from "./launch.ts";
import type { PooledWorker } from "./pooled-worker.ts";
import { readResidentBytes } from "./process-table.ts";
import { FAILED_STARTS_MAX, Roster } from "./roster.ts";
import { Watch } from "./watch.ts";
import type { DataSources } from "./worker-channel.ts";
import type { ReadyMessage, WorkerEnd } from "./worker-process.ts";

export interface PoolOptions extends DataSources {
  /** Jobs that compute at the same time. */
  readonly workers: number;
  /** Jobs that run at the same time when some of them only wait (for a program, for a timer). */
  readonly workersMax: number;
  /** Started workers kept ready for any profile: a kill or a new worktree then costs little. */
  readonly spares: number;
  /** Jobs that wait for a worker before QUEUE_FULL. */
  readonly queueDepth: number;
  readonly logger: Logger;
  /** Workers that the kernel does not confine are not used. */
  readonly requireConfinement: boolean;
  /** After so long with nothing to do, workers that need not be there go. Absent: LIMITS.workerIdleMs. */
  readonly idleMs?: number;
  /** The program that a worker is; absent: this one. */
  readonly command?: readonly string[];
}

export interface Pool extends Runner {
  /** Who keeps a guest in: the kernel, or only careful checks. Resolves with the first ready worker. */
  confinement(): Promise<"kernel" | "checks">;
}

/** The runner over worker processes. It starts them as jobs come, and spares at once. */
export function createPool(options: PoolOptions): Pool {
  return new WorkerPool(options);
}

/** Waiting jobs that are looked at for one that suits an idle worker. */
const LOOKAHEAD_JOBS = 64;

/** Which jobs wait, which one begins next, and in which worker; the workers themselves are the roster's. */
class WorkerPool implements Pool {
  private readonly roster: Roster;
  private readonly workers: ReadonlySet<PooledWorker>;
  private readonly queue: JobRun[] = [];
  private readonly homes: Homes;
  private homeTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly watch: Watch;
  private closed = false;

  constructor(private readonly options: PoolOptions) {
    const command = options.command ?? workerCommand();
    const idleMs = options.idleMs ?? LIMITS.workerIdleMs;
    this.roster = new Roster(
      { ...options, command, idleMs },
      {
        onRoom: () => this.pump(),
        onLost: (run, end) => this.lost(run, end),
        onHopeless: (cause) => this.failWaiting(() => new VmError("INTERNAL", { cause })),
      },
    );
    this.workers = this.roster.workers;
    this.homes = new Homes(this.workers);
    this.watch = new Watch(this.workers, idleMs, {
      onBlocked: () => this.pump(),
      isWaiting: () => this.queue.length > 0,
      retireIdle: () => this.roster.retireIdle(),
    });
    this.roster.spares.keep();
  }

  run(job: Job, onEvents: (events: readonly JobEvent[]) => void): JobHandle {
    const run = new JobRun(job, onEvents, (cancelled) => this.cancel(cancelled));
    if (this.closed) {
      run.refuse(shuttingDown());
    } else {
      this.queue.push(run);
      this.pump();
      if (this.queue.length > this.options.queueDepth) this.pump({ patient: false });
      if (this.queue.length > this.options.queueDepth && this.queue.at(-1) === run) {
        this.queue.pop();
        run.refuse(new VmError("QUEUE_FULL", { retryAfterSeconds: 1 }));
      }
    }
    return run.handle;
  }

  summary(): ReturnType<Runner["summary"]> {
    let busy = 0;
    for (const worker of this.workers) if (worker.run) busy++;
    return {
      workers: { total: this.workers.size, busy },
      queue_depth: this.queue.length,
      resident_sessions: this.residents().size,
    };
  }

  residents(): ReadonlySet<string> {
    const resident = new Set<string>();
    for (const { held } of this.workers) for (const sessionId of held) resident.add(sessionId);
    return resident;
  }

  async engine(): Promise<{ fingerprint: string; base: string }> {
    const ready = await this.someReady();
    return { fingerprint: ready.engine, base: ready.base };
  }

  async confinement(): Promise<"kernel" | "checks"> {
    return (await this.someReady()).confinement;
  }

  forget(sessionId: string): void {
    this.homes.forget(sessionId);
    for (const worker of this.workers) worker.forget(sessionId);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.homeTimer);
    this.watch.stop();
    this.failWaiting(shuttingDown);
    await this.roster.close();
  }

  /**
   * Starts waiting jobs while there is room: in the order in which they came, but for a short while
   * rather where their sessions are.
   */
  private pump({ patient = true } = {}): void {
    while (this.queue.length > 0 && this.hasRoom()) {
      const placed = this.place(patient);
      if (!placed) break;
      const [at, worker] = placed;
      const [run] = this.queue.splice(at, 1);
      if (!run) break;
      this.homes.moved(run.job.sessionId, worker);
      worker.assign(run);
    }
    this.watch.arm();
    this.roster.spares.keep();
  }

  /** The next job to start, and where. Undefined: none now; a worker's end or a timer comes back to it. */
  private place(patient: boolean): [at: number, worker: PooledWorker] | undefined {
    let waits: number | undefined;
    const looked = Math.min(this.queue.length, LOOKAHEAD_JOBS);
    for (let at = 0; at < looked; at++) {
      const run = this.queue[at] as JobRun;
      const home = this.homes.of(run);
      if (!home || !patient) {
        const worker = this.workerFor(run);
        return worker && [at, worker];
      }
      if (home.isIdle && this.fits(home, run)) return [at, home];
      waits ??= at;
    }
    if (waits === undefined) return undefined;
    const first = this.queue[waits] as JobRun;
    if (first.waitedMs >= HOME_WAIT_MS) {
      const worker = this.workerFor(first);
      return worker && [waits, worker];
    }
    this.homeTimer ??= setTimeout(() => {
      this.homeTimer = undefined;
      this.pump();
    }, HOME_WAIT_MS);
    return undefined;
  }

  private hasRoom(): boolean {
    let running = 0;
    let computing = 0;
    for (const { run, blocked } of this.workers) {
      if (!run) continue;
      running++;
      if (!blocked) computing++;
    }
    return computing < this.options.workers && running < this.options.workersMax;
  }

  /** Undefined: none can be had now; a timer or a worker's end comes back to it. */
  private workerFor(run: JobRun): PooledWorker | undefined {
    const idle = this.idleOf(run);
    if (idle && !this.spareInsteadOf(idle, run) && this.fits(idle, run)) return idle;
    const fresh = this.roster.spares.first() ?? this.replaceOldest();
    fresh?.enter(run.profile, run.profileKey);
    return fresh;
  }

  /** An idle worker of the job's profile: nobody's home before another's, then the one used last. */
  private idleOf(run: JobRun): PooledWorker | undefined {
    let best: PooledWorker | undefined;
    let bestIsHome = false;
    for (const worker of this.workers) {
      if (!worker.isIdle || worker.profileKey !== run.profileKey) continue;
      const isHome = worker.isHomeOfAnother(run.job.sessionId);
      const isBetter =
        isHome === bestIsHome ? worker.idleSinceMs > (best?.idleSinceMs ?? 0) : bestIsHome;
      if (best && !isBetter) continue;
      best = worker;
      bestIsHome = isHome;
    }
    return best;
  }

  /**
   * While there are few workers, a session that is at work keeps its own: another's job may take long,
   * and the session would have to begin again in a new one.
   */
  private spareInsteadOf(idle: PooledWorker, run: JobRun): boolean {
    if (!idle.isHomeOfAnother(run.job.sessionId)) return false;
    let used = 0;
    for (const { isSpare } of this.workers) if (!isSpare) used++;
    return used < this.options.workers && this.roster.spares.first()?.isUp === true;
  }

  /** Grown for another session, the worker goes: this one would be blamed for it. So does a stopped one. */
  private fits(worker: PooledWorker, run: JobRun): boolean {
    if (worker.isStoppedIdle) {
      worker.process.kill({ cause: "stopped" });
      return false;
    }
    if (worker.mayHaveGrown) worker.looked(readResidentBytes(worker.process.pid) ?? 0);
    const goesOn = worker.lastSessionId === run.job.sessionId;
    // Who leaves makes room, but only once the job has begun: until then all of it counts.
    const grows = goesOn ? 0 : Math.max(0, run.neededBytes - worker.lastHeapBytes);
    if (worker.residentBytes + grows < run.residentBytesMax) return true;
    this.roster.retire(worker);
    return false;
  }

  private replaceOldest(): PooledWorker | undefined {
    if (this.workers.size > this.options.workersMax) {
      let oldest: PooledWorker | undefined;
      for (const worker of this.workers) {
        if (worker.isIdle && worker.idleSinceMs < (oldest?.idleSinceMs ?? Infinity))
          oldest = worker;
      }
      if (!oldest) return undefined;
      this.roster.retire(oldest);
    }
    return this.roster.start();
  }

  private cancel(run: JobRun): void {
    const waiting = this.queue.indexOf(run);
    if (waiting >= 0) {
      this.queue.splice(waiting, 1);
      run.endBy({ cause: "cancelled" });
      return;
    }
    for (const worker of this.workers) {
      if (worker.run === run) worker.process.kill({ cause: "cancelled" });
    }
  }

  /** Its worker has gone. A job that has not begun waits at the head of the queue for another one. */
  private lost(run: JobRun, end: WorkerEnd): void {
    if (run.startedMs > 0 || end.cause === "cancelled") {
      run.endBy(end);
      return;
    }
    run.failedStarts++;
    if (run.isCancelled) run.endBy({ cause: "cancelled" });
    else if (this.closed) run.fail(shuttingDown());
    else if (run.failedStarts < FAILED_STARTS_MAX) this.queue.unshift(run);
    else run.fail(new VmError("INTERNAL", { cause: new Error("no worker could be started") }));
  }

  private someReady(): Promise<ReadyMessage> {
    const ready = this.roster.someReady();
    this.watch.arm();
    return ready;
  }

  private failWaiting(why: () => VmError): void {
    for (const run of this.queue.splice(0)) run.fail(why());
  }
}

const shuttingDown = () => new VmError("SHUTTING_DOWN", { retryAfterSeconds: 1 });
