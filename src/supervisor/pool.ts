import { VmError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { Job, JobEvent, JobHandle, Runner } from "../core/ports/runner.ts";
import { HOME_WAIT_MS, Homes } from "./homes.ts";
import { JobRun } from "./job-run.ts";
import { workerCommand } from "./launch.ts";
import { describeEnd } from "./outcome.ts";
import { PooledWorker } from "./pooled-worker.ts";
import { readResidentBytes } from "./process-table.ts";
import { profileKey } from "./profile.ts";
import { Spares } from "./spares.ts";
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
  /** The program that a worker is; absent: this one. */
  readonly command?: readonly string[];
}

export interface Pool extends Runner {
  /** Who keeps a guest in: the kernel, or only careful checks. Resolves with the first ready worker. */
  confinement(): Promise<"kernel" | "checks">;
}

/** A worker that fails to start this often, one after another, is not going to. */
const FAILED_STARTS_MAX = 3;

/** The runner over worker processes. It starts them as jobs come, and spares at once. */
export function createPool(options: PoolOptions): Pool {
  return new WorkerPool(options);
}

/** Waiting jobs that are looked at for one that suits an idle worker. */
const LOOKAHEAD_JOBS = 64;

const BARE = { kind: "bare" } as const;
const BARE_KEY = profileKey(BARE);

class WorkerPool implements Pool {
  private readonly workers = new Set<PooledWorker>();
  /** Workers that are being ended and count no more, until they are gone. */
  private readonly ending = new Set<Promise<void>>();
  private readonly queue: JobRun[] = [];
  private readonly homes = new Homes(this.workers);
  private homeTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly command: readonly string[];
  private readonly watch: Watch;
  private readonly firstReady = Promise.withResolvers<ReadyMessage>();
  private readonly spares: Spares;
  private ready = false;
  private failedStarts = 0;
  private restartTimer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(private readonly options: PoolOptions) {
    this.command = options.command ?? workerCommand();
    this.firstReady.promise.catch(() => {});
    this.watch = new Watch(this.workers, {
      onBlocked: () => this.pump(),
      isWaiting: () => this.queue.length > 0,
      retireIdle: () => this.retireIdle(),
    });
    this.spares = new Spares(this.workers, {
      count: options.spares,
      workersMax: options.workersMax,
      start: () => this.startSpare(),
    });
    this.spares.keep();
  }

  run(job: Job, onEvents: (events: readonly JobEvent[]) => void): JobHandle {
    const run = new JobRun(job, onEvents, (cancelled) => this.cancel(cancelled));
    if (this.closed) {
      run.refuse(new VmError("SHUTTING_DOWN", { retryAfterSeconds: 1 }));
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
    clearTimeout(this.restartTimer);
    clearTimeout(this.homeTimer);
    this.spares.stop();
    this.watch.stop();
    const error = new VmError("SHUTTING_DOWN", { retryAfterSeconds: 1 });
    for (const run of this.queue.splice(0)) run.fail(error);
    this.firstReady.reject(error);
    const ended = [...this.ending];
    for (const worker of this.workers) {
      ended.push(worker.process.ended);
      worker.process.kill({ cause: worker.run ? "cancelled" : "retired" });
    }
    await Promise.all(ended);
  }

  // ---------------------------------------------------------------- jobs

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
    this.spares.keep();
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
    const fresh = this.spares.first() ?? this.replaceOldest();
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
    return used < this.options.workers && this.spares.first()?.isUp === true;
  }

  /** Grown for another session, the worker goes: this one would be blamed for it. So does a stopped one. */
  private fits(worker: PooledWorker, run: JobRun): boolean {
    if (worker.isStoppedIdle) {
      worker.process.kill({ cause: "stopped" });
      return false;
    }
    if (worker.mayHaveGrown) worker.looked(readResidentBytes(worker.process.pid) ?? 0);
    const grows = worker.lastSessionId === run.job.sessionId ? 0 : run.growthBytes;
    if (worker.residentBytes + grows < run.residentBytesMax) return true;
    worker.process.kill({ cause: "retired" });
    this.drop(worker);
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
      oldest.process.kill({ cause: "retired" });
      this.drop(oldest);
    }
    return this.start();
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

  // ---------------------------------------------------------------- workers

  private start(): PooledWorker | undefined {
    if (this.closed || this.restartTimer) return undefined;
    try {
      const worker: PooledWorker = new PooledWorker(this.command, this.options, {
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

  /** Nobody waits for it, and never for the threads that compile for it. */
  private startSpare(): boolean {
    const spare = this.start();
    spare?.process.prioritize("background");
    return spare !== undefined;
  }

  /** Any worker's `ready` says what the engine is: one is made ready when none is about to be. */
  private someReady(): Promise<ReadyMessage> {
    if (!this.ready && !this.closed) {
      const entering = [...this.workers].some((worker) => worker.profileKey !== undefined);
      const spare = entering ? undefined : (this.spares.first() ?? this.start());
      spare?.enter(BARE, BARE_KEY);
      this.watch.arm();
    }
    return this.firstReady.promise;
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
    this.pump();
  }

  private workerEnded(worker: PooledWorker, end: WorkerEnd, left: number): void {
    this.drop(worker);
    const { run } = worker;
    const fields = { worker_pid: worker.process.pid, reason: describeEnd(end) };
    if (left > 0)
      this.options.logger.error("programs of a guest would not end", { ...fields, left });
    if (run?.startedMs === 0 && end.cause !== "cancelled") this.startAgain(run);
    else run?.endBy(end);
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
    if (!this.closed) this.pump();
  }

  /** Its worker never became ready: the job has not run, and waits at the head of the queue. */
  private startAgain(run: JobRun): void {
    run.failedStarts++;
    if (run.isCancelled) run.endBy({ cause: "cancelled" });
    else if (this.closed) run.fail(new VmError("SHUTTING_DOWN", { retryAfterSeconds: 1 }));
    else if (run.failedStarts < FAILED_STARTS_MAX) this.queue.unshift(run);
    else run.fail(new VmError("INTERNAL", { cause: new Error("no worker could be started") }));
  }

  /** The next try comes after a while that doubles. */
  private startFailed(reason: string): void {
    this.failedStarts++;
    if (this.failedStarts >= FAILED_STARTS_MAX) {
      const cause = new Error(`workers cannot be started: ${reason}`);
      this.firstReady.reject(cause);
      // With none left that could take them, waiting jobs would wait for ever.
      if (this.workers.size === 0) {
        for (const run of this.queue.splice(0)) run.fail(new VmError("INTERNAL", { cause }));
      }
    }
    if (this.closed || this.restartTimer) return;
    const delayMs = Math.min(25 * 2 ** this.failedStarts, LIMITS.workerRestartMsMax);
    this.restartTimer = setTimeout(() => {
      this.restartTimer = undefined;
      this.pump();
    }, delayMs);
  }

  /** It counts no more; close() still waits for its end. */
  private drop(worker: PooledWorker): void {
    if (!this.workers.delete(worker)) return;
    const { ended } = worker.process;
    this.ending.add(ended);
    ended.then(() => this.ending.delete(ended));
  }

  /** Beyond the usual number, workers that had nothing to do for long go, the longest idle first. */
  private retireIdle(): boolean {
    const idle = [...this.workers].filter((worker) => worker.isIdle);
    const beyond =
      [...this.workers].filter((worker) => !worker.isSpare).length - this.options.workers;
    idle.sort((a, b) => a.idleSinceMs - b.idleSinceMs);
    const before = performance.now() - LIMITS.workerIdleMs;
    for (const worker of idle.slice(0, Math.max(0, beyond))) {
      if (worker.idleSinceMs > before) return true;
      worker.process.kill({ cause: "retired" });
      this.drop(worker);
    }
    return false;
  }
}
