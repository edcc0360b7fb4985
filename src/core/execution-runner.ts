import { VmError } from "./errors.ts";
import type { Execution, ExecutionKind } from "./execution.ts";
import { failPoint } from "./fail-point.ts";
import { newId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { LiveExecution, NO_METRICS } from "./live-execution.ts";
import type {
  ChainSize,
  Checkpoint,
  Clock,
  ExecutionCommit,
  IdempotencyRecord,
  Job,
  JobAction,
  JobEvent,
  JobOutcome,
  Logger,
  Runner,
  SessionPoint,
  SessionRecord,
  Store,
} from "./ports.ts";
import type { SessionGrants, SessionStatus } from "./session.ts";
import type { Limits } from "./settings.ts";

export interface RunRequest {
  readonly record: SessionRecord;
  readonly kind: ExecutionKind;
  readonly action: Exclude<JobAction, { kind: "prepare" | "complete" | "fold" }>;
  /** Fields of the execution that depend on its kind. */
  readonly fields: Pick<Execution, "input" | "path" | "args" | "env">;
  /** What it leaves in the session is not kept. `at`: it starts from a past state. */
  readonly dryRun?: { readonly at?: SessionPoint };
  /** The key that this request came with; the record is written with the execution's end. */
  readonly idempotency?: Omit<IdempotencyRecord, "subjectId" | "createdAt">;
  /** The session's change that the end brings, as creation does. */
  readonly sessionAfter?: (
    outcome: JobOutcome,
  ) => { status: SessionStatus; last_error?: string } | undefined;
}

/** Who wants to know of executions that end. */
export interface RunObserver {
  ended(sessionId: string): void;
  storeFull(): void;
}

export interface EndedRun {
  /** From the outcome until it was durable. */
  readonly commitMs: number;
  readonly execution: Execution;
  readonly outcome: JobOutcome;
}

/**
 * Runs jobs and writes down what becomes of them: the only place where executions begin and end.
 *
 * An execution that ends within LIMITS.liveFlushMs is written once, with its end. One that runs
 * longer gets a row before, so that readers of the store see it; followers make that immediate.
 */
export class ExecutionRunner {
  private readonly live = new Map<string, LiveExecution>();
  private readonly bySession = new Map<string, LiveExecution>();
  private flushTimer: ReturnType<typeof setInterval> | undefined;
  /** Ends of executions that readers have seen running, and that the store had no room for. */
  private readonly unwritten = new Map<string, ExecutionCommit>();
  private retryTimer: ReturnType<typeof setInterval> | undefined;
  private writingUnwritten: Promise<void> | undefined;
  private draining = false;

  constructor(
    private readonly store: Store,
    private readonly runner: Runner,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly observer: RunObserver,
  ) {}

  find(executionId: string): LiveExecution | undefined {
    return this.live.get(executionId);
  }

  inSession(sessionId: string): LiveExecution | undefined {
    return this.bySession.get(sessionId);
  }

  /** How an execution ended, with its last events, while the store still has it as running. */
  unwrittenEnd(executionId: string): ExecutionCommit | undefined {
    return this.unwritten.get(executionId);
  }

  /** @throws VmError SHUTTING_DOWN */
  assertOpen(): void {
    if (this.draining) throw new VmError("SHUTTING_DOWN", { retryAfterSeconds: 1 });
  }

  /**
   * Begins an execution. The caller holds the session's lease until `ended` settles.
   *
   * @returns The live execution, and its end: durable when it resolves.
   *   `ended` rejects with QUEUE_FULL, SHUTTING_DOWN (nothing ran, nothing is kept) or STORE_FULL.
   */
  start(request: RunRequest): { live: LiveExecution; ended: Promise<EndedRun> } {
    this.assertOpen();
    const nowMs = this.clock.nowMs();
    const { record, action, dryRun } = request;
    const parent = dryRun?.at ? dryRun.at.executionId : record.headExecutionId;
    const live = new LiveExecution(
      {
        id: newId(),
        session_id: record.session.id,
        kind: request.kind,
        ...request.fields,
        status: "running",
        ...(parent === undefined ? {} : { parent_execution_id: parent }),
        ...(dryRun === undefined ? {} : { dry_run: true }),
        ...(dryRun?.at?.executionId === undefined
          ? {}
          : { at_execution_id: dryRun.at.executionId }),
        started_at: new Date(nowMs).toISOString(),
        metrics: NO_METRICS,
      },
      nowMs,
    );
    if (action.kind === "repl") live.add("input_echo", { text: action.input }, nowMs);
    this.live.set(live.execution.id, live);
    this.bySession.set(record.session.id, live);
    this.flushTimer ??= setInterval(() => this.flushOld(), LIMITS.liveFlushMs);
    const ended = this.run(live, request).finally(() => {
      this.live.delete(live.execution.id);
      if (this.bySession.get(record.session.id) === live) this.bySession.delete(record.session.id);
      if (this.live.size === 0) this.stopFlushing();
      live.notify();
      this.observer.ended(record.session.id);
    });
    return { live, ended };
  }

  /**
   * Makes a running execution visible in the store now, for a client that does not wait: its answer
   * is this row, so the key of its request is kept with it.
   *
   * @throws VmError STORE_FULL; the execution is cancelled then, and nothing of it is kept
   */
  async insertNow(live: LiveExecution, keyed: RunRequest["idempotency"]): Promise<void> {
    const { id: subjectId, started_at: createdAt } = live.execution;
    await live.write(async () => {
      try {
        await this.storeNews(live, keyed && { ...keyed, subjectId, createdAt });
      } catch (error) {
        live.refused = error;
        live.cancel();
        throw error;
      }
    });
  }

  /**
   * Names that complete `text`, from the state that the record names. No execution and no state comes
   * of it; what cannot be had in time is an empty list.
   *
   * @throws VmError QUEUE_FULL, SHUTTING_DOWN
   */
  async complete(record: SessionRecord, text: string): Promise<string[]> {
    this.assertOpen();
    const { settings } = record.grants;
    const job = this.jobOf(newId(), {
      record: {
        ...record,
        grants: {
          ...record.grants,
          settings: { ...settings, limits: completing(settings.limits) },
        },
      },
      action: { kind: "complete", text },
    });
    const { result } = await this.runner.run(job, () => {}).outcome;
    return namesIn(result?.preview)
      .filter((name): name is string => typeof name === "string")
      .slice(0, LIMITS.completionsMax);
  }

  /**
   * Runs a snippet in a state of the session and keeps nothing of it: no execution, no new state. The
   * caller keeps the state from being removed meanwhile.
   *
   * @throws VmError QUEUE_FULL, SHUTTING_DOWN
   */
  async look(
    record: SessionRecord,
    at: SessionPoint,
    grants: SessionGrants,
    input: string,
  ): Promise<{ outcome: JobOutcome; events: readonly JobEvent[] }> {
    this.assertOpen();
    const job = this.jobOf(newId(), {
      record: { ...record, grants },
      action: { kind: "repl", input },
      dryRun: { at },
    });
    const events: JobEvent[] = [];
    const handle = this.runner.run(job, (batch) => void events.push(...batch));
    return { outcome: await handle.outcome, events };
  }

  follow(live: LiveExecution): void {
    live.followers++;
    this.flushQuietly(live);
  }

  unfollow(live: LiveExecution): void {
    live.followers--;
  }

  /** No new work; what runs gets `graceMs`, then is cancelled. Resolves when all has ended. */
  async drain(graceMs: number): Promise<void> {
    this.draining = true;
    const deadlineMs = performance.now() + graceMs;
    for (const live of this.live.values()) {
      while (this.live.has(live.execution.id) && performance.now() < deadlineMs) {
        await live.changed({ timeoutMs: deadlineMs - performance.now() });
      }
    }
    for (const live of this.live.values()) live.cancel();
    for (const live of this.live.values()) {
      while (this.live.has(live.execution.id)) await live.changed();
    }
    this.stopFlushing();
    await this.writeUnwritten();
    clearInterval(this.retryTimer);
  }

  private async run(live: LiveExecution, request: RunRequest): Promise<EndedRun> {
    const job = this.jobOf(live.execution.id, request);
    const handle = this.runner.run(job, (events) => {
      live.addAll(events);
      failPoint("run.events");
      if (live.followers > 0) this.flushQuietly(live);
    });
    live.cancel = () => handle.cancel();
    let outcome: JobOutcome;
    try {
      outcome = await handle.outcome;
    } catch (error) {
      await this.abandon(live, error);
      throw error;
    }
    failPoint("run.outcome");
    const outcomeAtMs = performance.now();
    const execution = await this.end(live, job, request, outcome);
    failPoint("run.ended");
    return { execution, outcome, commitMs: performance.now() - outcomeAtMs };
  }

  private jobOf(
    id: string,
    { record, action, dryRun }: Pick<Job, "action"> & Pick<RunRequest, "record" | "dryRun">,
  ): Job {
    const head = (dryRun?.at ?? { checkpointId: record.headCheckpointId }).checkpointId;
    return {
      id,
      sessionId: record.session.id,
      grants: record.grants,
      worktreePath: record.session.worktree_path,
      headCheckpointId: head,
      nextCheckpointId: newId(),
      wantFull: dryRun === undefined && isLong(record.headChain),
      ...(dryRun === undefined ? {} : { discard: true }),
      loadImage: async () => {
        const chain = head === undefined ? undefined : await this.store.checkpoints.chain(head);
        if (!chain) throw new Error(`checkpoint ${head} is not in the store`);
        return chain;
      },
      action,
    };
  }

  private async end(
    live: LiveExecution,
    job: Job,
    request: RunRequest,
    outcome: JobOutcome,
  ): Promise<Execution> {
    const nowMs = Math.max(this.clock.nowMs(), live.startedMs);
    const endedAt = new Date(nowMs).toISOString();
    if (request.dryRun) live.add("system", DRY_RUN_NOTICE, nowMs);
    else if (outcome.rolledBack) live.add("system", rollbackNotice(outcome), nowMs);
    if (outcome.status === "ok") live.add("value", outcome.result, nowMs);
    else if (outcome.status !== "cancelled") live.add("exception", outcome.error, nowMs);
    const execution: Omit<Execution, "events"> = {
      ...live.execution,
      status: outcome.status,
      ended_at: endedAt,
      ...(outcome.result === undefined ? {} : { result: outcome.result }),
      ...(outcome.error === undefined ? {} : { error: outcome.error }),
      metrics: request.dryRun ? { ...outcome.metrics, checkpoint_bytes: 0 } : outcome.metrics,
    };
    const session = request.sessionAfter?.(outcome);
    const checkpoint = checkpointOf(job, request, outcome, endedAt);
    await live.write(async () => {
      if (live.refused !== undefined) throw live.refused;
      await this.commit(live, {
        execution,
        events: live.unstored(),
        ...(checkpoint === undefined ? {} : { checkpoint }),
        ...(session === undefined ? {} : { session: { id: job.sessionId, ...session } }),
        ...(request.idempotency === undefined
          ? {}
          : {
              idempotency: {
                ...request.idempotency,
                subjectId: execution.id,
                createdAt: endedAt,
              },
            }),
      });
    });
    live.stored = live.events.length;
    live.execution = execution;
    live.ended = { ...execution, events: live.events };
    return live.ended;
  }

  /** When the end cannot be kept, a row that readers have seen must not stay `running`. */
  private async commit(live: LiveExecution, commit: ExecutionCommit): Promise<void> {
    try {
      // Readers were told of those ends: they come before anything later that fits.
      if (this.unwritten.size > 0) await this.writeUnwritten();
      await this.store.executions.commit(commit);
    } catch (error) {
      live.refused = error;
      this.logger.error("the end of an execution could not be stored", {
        execution_id: live.execution.id,
        error: String(error),
      });
      if (error instanceof VmError && error.code === "STORE_FULL") this.observer.storeFull();
      if (live.inserted) await this.endAsLost(live, error);
      throw error;
    }
  }

  /** The runner refused it: nothing ran. */
  private async abandon(live: LiveExecution, error: unknown): Promise<void> {
    await live.write(async () => {
      live.refused = error;
      if (live.inserted) await this.endAsLost(live, error);
    });
  }

  private async endAsLost(live: LiveExecution, cause: unknown): Promise<void> {
    const code = cause instanceof VmError ? cause.code : "INTERNAL";
    const message = cause instanceof VmError ? cause.message : "Internal error";
    const nowMs = this.clock.nowMs();
    live.events.length = live.stored;
    live.add("exception", { message, code }, nowMs);
    const execution: Omit<Execution, "events"> = {
      ...live.execution,
      status: "error",
      ended_at: new Date(nowMs).toISOString(),
      error: { message, code },
    };
    const commit = { execution, events: live.unstored() };
    try {
      await this.store.executions.commit(commit);
      live.stored = live.events.length;
    } catch (error) {
      this.logger.error("an execution stays marked as running until there is room", {
        execution_id: execution.id,
        error: String(error),
      });
      this.writeLater(commit);
    }
    live.execution = execution;
    live.ended = { ...execution, events: live.events };
  }

  /** Should the daemon end before that, the next start ends it: recover() finds it running. */
  private writeLater(commit: ExecutionCommit): void {
    this.unwritten.set(commit.execution.id, commit);
    this.retryTimer ??= setInterval(() => void this.writeUnwritten(), LIMITS.storeRetryMs);
  }

  private writeUnwritten(): Promise<void> {
    this.writingUnwritten ??= this.writeEachUnwritten().finally(() => {
      this.writingUnwritten = undefined;
    });
    return this.writingUnwritten;
  }

  private async writeEachUnwritten(): Promise<void> {
    for (const [id, commit] of this.unwritten) {
      try {
        await this.store.executions.commit(commit);
      } catch {
        // There is still no room, unless the store has an end: one that the disk had refused.
        if ((await this.store.executions.get(id))?.status === "running") return;
      }
      this.unwritten.delete(id);
    }
    clearInterval(this.retryTimer);
    this.retryTimer = undefined;
  }

  private flushOld(): void {
    const before = performance.now() - LIMITS.liveFlushMs;
    for (const live of this.live.values()) {
      if (live.startedMonotonicMs <= before) this.flushQuietly(live);
    }
  }

  private flushQuietly(live: LiveExecution): void {
    this.flush(live).catch((error) => {
      // The end decides: it fails too, or carries these events.
      this.logger.warn("events of a running execution could not be stored yet", {
        execution_id: live.execution.id,
        error: String(error),
      });
    });
  }

  private flush(live: LiveExecution): Promise<void> {
    if (live.inserted && live.unstored().length === 0) return Promise.resolve();
    return live.write(() => this.storeNews(live));
  }

  /** Inside a write of the execution's own. */
  private async storeNews(live: LiveExecution, idempotency?: IdempotencyRecord): Promise<void> {
    const events = live.unstored();
    if (live.ended || live.refused !== undefined || (live.inserted && events.length === 0)) return;
    if (live.inserted) await this.store.executions.appendEvents(events);
    else await this.store.executions.insertRunning(live.execution, events, idempotency);
    live.inserted = true;
    failPoint("run.inserted");
    live.stored += events.length;
    live.notify();
  }

  private stopFlushing(): void {
    clearInterval(this.flushTimer);
    this.flushTimer = undefined;
  }
}

function checkpointOf(
  job: Job,
  request: RunRequest,
  outcome: JobOutcome,
  createdAt: string,
): Checkpoint | undefined {
  const data = outcome.checkpoint;
  if (!data || request.dryRun) return undefined;
  return {
    id: job.nextCheckpointId,
    sessionId: job.sessionId,
    executionId: job.id,
    kind: request.kind === "startup" ? "startup" : "execution",
    createdAt,
    data,
    ...(data.full || job.headCheckpointId === undefined ? {} : { parentId: job.headCheckpointId }),
  };
}

const DRY_RUN_NOTICE = {
  message:
    "Dry run: the session is as it was before; files, databases on disk and programs that ran are not undone.",
  level: "info",
};

/**
 * Whether the next state is to be stored whole. When the deltas beside the largest add up to it, a
 * whole state costs about as much as they do, and shortens what taking up reads.
 */
const isLong = ({ depth, bytes, largestBytes }: ChainSize): boolean =>
  depth >= LIMITS.chainDepthMax ||
  (depth >= LIMITS.chainDepthFree && bytes - largestBytes >= largestBytes);

/** What a worker says a heap holds: anything. */
function namesIn(json = "[]"): unknown[] {
  try {
    const names: unknown = JSON.parse(json);
    return Array.isArray(names) ? names : [];
  } catch {
    return [];
  }
}

const completing = (limits: Limits): Limits => ({
  ...limits,
  cpu_ms: LIMITS.completeMs,
  wall_ms: LIMITS.completeMs,
});

function rollbackNotice(outcome: JobOutcome): { message: string; level: string } {
  const why = outcome.error?.code ?? outcome.status.toUpperCase();
  return {
    message: `The session is as it was before this execution (${why}); files, databases on disk and programs that ran are not undone.`,
    level: "warn",
  };
}
