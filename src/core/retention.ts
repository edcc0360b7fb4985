import { LIMITS } from "./limits.ts";
import type { Clock } from "./ports/clock.ts";
import type { Logger } from "./ports/logger.ts";
import type { MergeDeltas } from "./ports/merge-deltas.ts";
import type { RetentionStore } from "./ports/retention-store.ts";
import type { Runner } from "./ports/runner.ts";
import { Collector, type Removed, ROWS_AT_ONCE } from "./retention-collector.ts";
import { pause, Slice } from "./slice.ts";
import { type GcReport, reportOf, type StoreReport } from "./store-report.ts";

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

/** Sessions read at once where all are looked at. */
const SESSIONS_AT_ONCE = 100;
/** Free space inside the file that is left there, for what comes next to use. */
const FREE_BYTES_KEPT = 8 * 1024 * 1024;
const GIVE_BACK_BYTES = 256 * 1024;
/** How often sessions that nobody uses are looked at, for their history's age. */
const ROUND_MS = 60 * 60 * 1000;
/** What a busy client's keys keep is looked at again until a day has passed: so much of it each time. */
const VAIN_PAGES_MAX = 32;

/** Free space inside the file that is left there under load, when taking it back would be felt. */
const FREE_BYTES_KEPT_BUSY = 4 * FREE_BYTES_KEPT;

/**
 * Removes what is no longer kept: checkpoints beyond the newest and what is labelled or forked from,
 * old executions, the states of closed sessions. It works in steps of a few milliseconds with pauses
 * between them, so that no request waits for it.
 *
 * Under load it removes only what costs little to remove, which bounds the store: of a session's old
 * checkpoints it leaves those that one chain needs. Making these into one is for quiet times.
 */
export class Retention {
  /** Executions of a session since its history was looked at. */
  private readonly fresh = new Map<string, number>();
  /** Sessions whose checkpoints, whose history is to be looked at, and whose chains can be folded. */
  private readonly due = new Set<string>();
  private readonly dueHistory = new Set<string>();
  private readonly foldable = new Set<string>();
  /** All sessions, now and then, when nothing else is due: for their history's age. */
  private readonly round = new Set<string>();
  private readonly collector: Collector;
  private basesDue = true;
  /** Digest of this program's base image; absent until a worker has said it. */
  private ownBase: string | undefined;
  private usedAtMs = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private roundTimer: ReturnType<typeof setInterval> | undefined;
  private running: Promise<unknown> = Promise.resolve();
  /** Of a turn that has not begun. */
  private roomMade: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly store: RetentionStore,
    private readonly runner: Runner,
    mergeDeltas: MergeDeltas,
    private readonly policy: RetentionPolicy,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.collector = new Collector(store, mergeDeltas, policy, clock);
  }

  /** From now on it works by itself. */
  start(): void {
    this.roundTimer = setInterval(() => void this.queueAll(), ROUND_MS);
    this.roundTimer.unref?.();
    this.runner.engine().then(
      ({ base }) => {
        this.ownBase = base;
        this.wake(LIMITS.retentionPauseMs);
      },
      () => {}, // Stopped before a worker was ready.
    );
    void this.queueAll();
  }

  async stop(): Promise<void> {
    this.closed = true;
    this.collector.stop();
    clearTimeout(this.timer);
    clearInterval(this.roundTimer);
    await this.running;
  }

  /** An execution of the session has ended. */
  used(sessionId: string): void {
    this.usedAtMs = performance.now();
    const count = (this.fresh.get(sessionId) ?? 0) + 1;
    const isLong = count >= historySlack(this.policy);
    if (isLong) this.fresh.delete(sessionId);
    else this.fresh.set(sessionId, count);
    if (isLong) this.dueHistory.add(sessionId);
    if (count % LIMITS.retentionSlack !== 0) return;
    this.due.add(sessionId);
    this.wake(LIMITS.retentionPauseMs);
  }

  /** The session was closed: its states go after a while. */
  sessionClosed(): void {
    const timer = setTimeout(() => this.wake(LIMITS.retentionPauseMs), LIMITS.closedKeepMs + 1000);
    timer.unref?.();
  }

  /**
   * The store was full: what closed sessions have is needed now. While it is, every execution that ends
   * asks for it: one turn that waits is for all of them.
   */
  makeRoom(): Promise<void> {
    this.roomMade ??= this.exclusively(async () => {
      this.roomMade = undefined;
      await this.collect({ closedBeforeMs: this.clock.nowMs(), pauses: true });
    });
    return this.roomMade;
  }

  /** All that may go goes now. */
  async gc(dryRun: boolean): Promise<GcReport> {
    const nowMs = this.clock.nowMs();
    if (dryRun) return this.estimate(nowMs);
    return this.exclusively(async () => {
      await this.store.emptyLog();
      const before = (await this.store.usage(0)).fileBytes;
      const removed = await this.collect({ closedBeforeMs: nowMs, pauses: false });
      await this.removeBases(() => pause(0));
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
    return reportOf(await this.store.usage(LIMITS.reportSessionsMax));
  }

  // -------------------------------------------------------------- by itself

  private wake(afterMs: number): void {
    if (this.closed || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.exclusively(() => this.work()).catch((error) =>
        this.logger.warn("retention could not work", { error: String(error) }),
      );
    }, afterMs);
    this.timer.unref?.();
  }

  private async queueAll(): Promise<void> {
    try {
      this.fresh.clear();
      for await (const id of this.allSessions()) this.round.add(id);
      this.basesDue = true;
      this.wake(LIMITS.retentionPauseMs);
    } catch (error) {
      if (!this.closed) this.logger.warn("retention could not start", { error: String(error) });
    }
  }

  private async work(): Promise<void> {
    const removed = nothing();
    const rest = () => this.breathe();
    const slice = new Slice(rest);
    await this.giveUpClosed(this.clock.nowMs() - LIMITS.closedKeepMs);
    for (const id of this.due) {
      if (this.closed) return;
      this.due.delete(id);
      if (await this.collector.trim(id, removed, rest)) this.foldable.add(id);
      await slice.over();
    }
    for (const id of this.dueHistory) {
      if (this.closed) return;
      this.dueHistory.delete(id);
      await this.collector.removeExecutions(id, removed, rest, VAIN_PAGES_MAX);
      await slice.over();
    }
    for (const id of this.round) {
      if (this.closed) return;
      if (this.due.size > 0) break;
      this.round.delete(id);
      if (await this.collector.trim(id, removed, rest)) this.foldable.add(id);
      await this.collector.removeExecutions(id, removed, rest, VAIN_PAGES_MAX);
      await slice.over();
    }
    if (this.basesDue && this.ownBase !== undefined) {
      this.basesDue = false;
      await this.removeBases(rest);
    }
    for (const id of this.foldable) {
      if (this.closed || !this.isQuiet()) break;
      this.foldable.delete(id);
      await this.collector.fold(id, removed, rest);
      await slice.over();
    }
    await this.giveBack(this.isQuiet() ? FREE_BYTES_KEPT : FREE_BYTES_KEPT_BUSY, rest);
    if (this.round.size > 0) this.wake(LIMITS.retentionPauseMs);
    else if (this.foldable.size > 0) this.wake(LIMITS.retentionQuietMs);
  }

  private async removeBases(rest: () => Promise<void>): Promise<void> {
    if (this.ownBase !== undefined) await this.store.removeBases(this.ownBase, rest);
  }

  private async giveBack(bytesKept: number, rest: () => Promise<void>): Promise<void> {
    let freeBytes = await this.store.freeBytes();
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
    for (const waiting of [this.due, this.dueHistory, this.round, this.foldable]) waiting.clear();
    const rest = () => (options.pauses ? this.breathe() : pause(0));
    const slice = new Slice(rest);
    for await (const id of this.allSessions()) {
      if (this.closed) break;
      await this.collector.fold(id, removed, rest);
      await this.collector.removeExecutions(id, removed, rest, Infinity);
      await slice.over();
    }
    return removed;
  }

  private async giveUpClosed(beforeMs: number): Promise<void> {
    const before = new Date(beforeMs).toISOString();
    // Most often there is none, and looking is cheaper than a transaction.
    while ((await this.store.closedBefore(before, 1)).length > 0) {
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
      const kept = this.collector.kept();
      for (let cursor: number | undefined; ; await slice.over()) {
        const page = await this.store.oldExecutions(id, kept, cursor);
        cursor = page.cursor;
        removed.executions += page.ids.length;
        if (cursor === undefined) break;
      }
    }
    return {
      dry_run: true,
      checkpoints: removed.checkpoints,
      checkpoint_bytes: removed.checkpointBytes,
      executions: removed.executions,
      freed_bytes: 0,
    };
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

  /** Requests first; while nothing runs, or much is behind, a short breath is enough. */
  private breathe(): Promise<void> {
    const { workers, queue_depth } = this.runner.summary();
    const behind = this.due.size + this.dueHistory.size;
    const isBusy = workers.busy + queue_depth > 0;
    return pause(isBusy ? Math.floor(LIMITS.retentionPauseMs / (1 + behind)) : 1);
  }

  private isQuiet(): boolean {
    const { workers, queue_depth } = this.runner.summary();
    const sinceMs = performance.now() - this.usedAtMs;
    return workers.busy + queue_depth === 0 && sinceMs >= LIMITS.retentionQuietMs;
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.running.then(work, work);
    this.running = done.catch(() => {});
    return done;
  }
}

/** Executions of a session until its history is looked at: few where few are kept. */
export function historySlack({ executions }: RetentionPolicy): number {
  const { retentionSlack, historySlack: most } = LIMITS;
  const looks = Math.floor(executions / (8 * retentionSlack));
  return Math.min(most, retentionSlack * Math.max(1, looks));
}

const nothing = (): Removed => ({ checkpoints: 0, checkpointBytes: 0, executions: 0 });
