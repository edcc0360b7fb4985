import { LIMITS } from "./limits.ts";
import type {
  CheckpointSize,
  Clock,
  Logger,
  MergeDeltas,
  RetentionStore,
  Runner,
} from "./ports.ts";
import type { GcReport, StoreReport } from "./store-report.ts";

/** What is kept, of each session. */
export interface RetentionPolicy {
  /** Newest checkpoints. */
  readonly checkpoints: number;
  /** Newest executions. */
  readonly executions: number;
  /** Executions that ended within so many days; absent: however old. */
  readonly days?: number;
}

/** A million executions of a session leave some ten MiB of history with it. */
export const DEFAULT_RETENTION: RetentionPolicy = { checkpoints: 100, executions: 10_000 };

const DAY_MS = 24 * 60 * 60 * 1000;
/** Sessions read at once where all are looked at. */
const SESSIONS_AT_ONCE = 100;
/** Rows removed in one transaction. */
const ROWS_AT_ONCE = 64;
/** Free space inside the file that is left there, for what comes next to use. */
const FREE_BYTES_KEPT = 8 * 1024 * 1024;
const GIVE_BACK_BYTES = 256 * 1024;
/** How often sessions that nobody uses are looked at, for their history's age. */
const ROUND_MS = 60 * 60 * 1000;

interface Removed {
  checkpoints: number;
  checkpointBytes: number;
  executions: number;
}

/**
 * Removes what is no longer kept: checkpoints beyond the newest and what is labelled or forked from,
 * old executions, the states of closed sessions. It works in steps of a few milliseconds with pauses
 * between them, so that no request waits for it.
 */
export class Retention {
  /** Executions of a session since it was looked at. */
  private readonly fresh = new Map<string, number>();
  private readonly due = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private roundTimer: ReturnType<typeof setInterval> | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly store: RetentionStore,
    private readonly runner: Runner,
    private readonly mergeDeltas: MergeDeltas,
    private readonly policy: RetentionPolicy,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** From now on it works by itself. */
  start(): void {
    this.roundTimer = setInterval(() => void this.queueAll(), ROUND_MS);
    this.roundTimer.unref?.();
    void this.queueAll();
  }

  async stop(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    clearInterval(this.roundTimer);
    await this.running;
  }

  /** An execution of the session has ended. */
  used(sessionId: string): void {
    const count = (this.fresh.get(sessionId) ?? 0) + 1;
    if (count < LIMITS.retentionSlack) {
      this.fresh.set(sessionId, count);
      return;
    }
    this.fresh.delete(sessionId);
    this.look(sessionId);
  }

  /** The session was closed: its states go after a while. */
  sessionClosed(): void {
    const timer = setTimeout(() => this.wake(), LIMITS.closedKeepMs + 1000);
    timer.unref?.();
  }

  /** The store was full: what closed sessions have is needed now. */
  async makeRoom(): Promise<void> {
    await this.exclusively(() =>
      this.collect({ closedBeforeMs: this.clock.nowMs(), pauses: true }),
    );
  }

  /** All that may go goes now. */
  async gc(dryRun: boolean): Promise<GcReport> {
    const nowMs = this.clock.nowMs();
    if (dryRun) return this.estimate(nowMs);
    return this.exclusively(async () => {
      await this.store.emptyLog();
      const before = (await this.store.usage(0)).fileBytes;
      const removed = await this.collect({ closedBeforeMs: nowMs, pauses: false });
      await this.giveBack(0, () => pause(0));
      await this.store.emptyLog();
      const after = (await this.store.usage(0)).fileBytes;
      return {
        dry_run: false,
        checkpoints: removed.checkpoints,
        checkpoint_bytes: removed.checkpointBytes,
        executions: removed.executions,
        freed_bytes: Math.max(0, before - after),
      };
    });
  }

  async report(): Promise<StoreReport> {
    const usage = await this.store.usage(LIMITS.reportSessionsMax);
    const kinds = {
      checkpoints: usage.checkpointBytes,
      history: usage.historyBytes,
      prepared_images: usage.preparedBytes,
      base_images: usage.baseBytes,
      free: usage.freeBytes,
    };
    const known = Object.values(kinds).reduce((sum, bytes) => sum + bytes, 0);
    return {
      file_bytes: usage.fileBytes,
      log_bytes: usage.logBytes,
      ...(usage.budgetBytes === undefined ? {} : { budget_bytes: usage.budgetBytes }),
      kinds: [
        ...(Object.entries(kinds) as [keyof typeof kinds, number][]).map(([kind, bytes]) => ({
          kind,
          bytes,
        })),
        { kind: "other" as const, bytes: Math.max(0, usage.fileBytes - known) },
      ],
      sessions: [...usage.sessions],
    };
  }

  // -------------------------------------------------------------- by itself

  private look(sessionId: string): void {
    this.due.add(sessionId);
    this.wake();
  }

  private wake(): void {
    if (this.closed || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.exclusively(() => this.work()).catch((error) =>
        this.logger.warn("retention could not work", { error: String(error) }),
      );
    }, LIMITS.retentionPauseMs);
  }

  private async queueAll(): Promise<void> {
    try {
      for await (const id of this.allSessions()) this.due.add(id);
      this.wake();
    } catch (error) {
      if (!this.closed) this.logger.warn("retention could not start", { error: String(error) });
    }
  }

  private async work(): Promise<void> {
    const removed = nothing();
    await this.giveUpClosed(this.clock.nowMs() - LIMITS.closedKeepMs);
    const slice = new Slice(() => this.breathe());
    for (const id of this.due) {
      if (this.closed) return;
      this.due.delete(id);
      await this.collectSession(id, removed, true);
      await slice.over();
    }
    await this.giveBack(FREE_BYTES_KEPT, () => this.breathe());
  }

  private async giveBack(bytesKept: number, rest: () => Promise<void>): Promise<void> {
    let { freeBytes } = await this.store.usage(0);
    while (freeBytes > bytesKept && !this.closed) {
      const left = await this.store.giveBack(Math.min(freeBytes - bytesKept, GIVE_BACK_BYTES));
      if (left >= freeBytes) return;
      freeBytes = left;
      await rest();
    }
  }

  // -------------------------------------------------------------- what it does

  private async collect(options: { closedBeforeMs: number; pauses: boolean }): Promise<Removed> {
    const removed = nothing();
    await this.giveUpClosed(options.closedBeforeMs);
    this.due.clear();
    const slice = new Slice(() => (options.pauses ? this.breathe() : pause(0)));
    for await (const id of this.allSessions()) {
      if (this.closed) break;
      await this.collectSession(id, removed, options.pauses);
      await slice.over();
    }
    return removed;
  }

  private async giveUpClosed(beforeMs: number): Promise<void> {
    const before = new Date(beforeMs).toISOString();
    for (;;) {
      const ids = await this.store.giveUpClosed(before, ROWS_AT_ONCE);
      for (const { id, originId } of ids) {
        this.due.add(id);
        if (originId === undefined) continue;
        // After its fork, although it may be waiting already.
        this.due.delete(originId);
        this.due.add(originId);
      }
      if (ids.length < ROWS_AT_ONCE) return;
    }
  }

  private async collectSession(id: string, removed: Removed, pauses: boolean): Promise<void> {
    const rest = () => (pauses ? this.breathe() : pause(0));
    for (let progress = true; progress && !this.closed; ) {
      const { remove, merge } = await this.store.foldPlan(id, this.policy.checkpoints);
      progress = false;
      for (let at = 0; at < remove.length; at += ROWS_AT_ONCE) {
        const ids = remove.slice(at, at + ROWS_AT_ONCE).map((checkpoint) => checkpoint.id);
        const { count, bytes } = await this.store.removeCheckpoints(ids);
        removed.checkpoints += count;
        removed.checkpointBytes += bytes;
        progress ||= count > 0;
        await rest();
      }
      for (const line of merge) {
        const saved = await this.merge(line, rest);
        if (saved === undefined) continue;
        removed.checkpoints += line.length - 1;
        removed.checkpointBytes += saved;
        progress = true;
      }
    }
    await this.removeExecutions(id, removed, rest);
  }

  /** @returns Bytes saved; undefined: it was not to be. */
  private async merge(
    line: readonly CheckpointSize[],
    rest: () => Promise<void>,
  ): Promise<number | undefined> {
    const ids = line.map(({ id }) => id);
    const deltas = await this.store.deltas(ids);
    if (!deltas) return undefined;
    const merging = this.mergeDeltas(deltas, LIMITS.mergeRawBytesMax);
    const slice = new Slice(rest);
    for (;;) {
      const step = merging.next();
      if (step.done) {
        if (!step.value || !(await this.store.applyMerge(ids, step.value))) return undefined;
        await rest();
        const before = deltas.reduce((sum, { byteLength }) => sum + byteLength, 0);
        return before - step.value.byteLength;
      }
      await slice.over();
    }
  }

  private async removeExecutions(
    id: string,
    removed: Removed,
    rest: () => Promise<void>,
  ): Promise<void> {
    while (!this.closed) {
      const ids = await this.store.oldExecutions(id, this.kept(), ROWS_AT_ONCE);
      if (ids.length === 0) return;
      removed.executions += await this.store.removeExecutions(id, ids);
      await rest();
    }
  }

  private async estimate(nowMs: number): Promise<GcReport> {
    const removed = nothing();
    const closed = new Set(
      await this.store.closedBefore(new Date(nowMs).toISOString(), Number.MAX_SAFE_INTEGER),
    );
    const slice = new Slice(() => pause(0));
    for await (const id of this.allSessions()) {
      await slice.over();
      const plan = await this.store.foldPlan(id, this.policy.checkpoints, closed.has(id));
      const going = [...plan.remove, ...plan.merge.flatMap((line) => line.slice(0, -1))];
      removed.checkpoints += going.length;
      for (const { bytes } of going) removed.checkpointBytes += bytes;
      const old = await this.store.oldExecutions(id, this.kept(), Number.MAX_SAFE_INTEGER);
      removed.executions += old.length;
    }
    return {
      dry_run: true,
      checkpoints: removed.checkpoints,
      checkpoint_bytes: removed.checkpointBytes,
      executions: removed.executions,
      freed_bytes: 0,
    };
  }

  private kept(): { count: number; endedAfter: string | undefined } {
    const { executions: count, days } = this.policy;
    const endedAfter =
      days === undefined ? undefined : new Date(this.clock.nowMs() - days * DAY_MS).toISOString();
    return { count, endedAfter };
  }

  private async *allSessions(): AsyncGenerator<string> {
    for (let before: string | undefined; ; ) {
      const ids = await this.store.sessionIds(before, SESSIONS_AT_ONCE);
      yield* ids;
      if (ids.length < SESSIONS_AT_ONCE) return;
      before = ids.at(-1);
      await pause(0);
    }
  }

  /** Requests first; while nothing runs, a short breath is enough. */
  private breathe(): Promise<void> {
    const { workers, queue_depth } = this.runner.summary();
    return pause(workers.busy + queue_depth > 0 ? LIMITS.retentionPauseMs : 1);
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.running.then(work, work);
    this.running = done.catch(() => {});
    return done;
  }
}

/** Work that goes on until its time is up, and then waits: what it awaits before is no pause to others. */
class Slice {
  private sinceMs = performance.now();

  constructor(private readonly rest: () => Promise<void>) {}

  async over(): Promise<void> {
    if (performance.now() - this.sinceMs < LIMITS.retentionStepMs) return;
    await this.rest();
    this.sinceMs = performance.now();
  }
}

const nothing = (): Removed => ({ checkpoints: 0, checkpointBytes: 0, executions: 0 });

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
