import { VmError } from "./errors.ts";
import type { Execution, ExecutionKind } from "./execution.ts";
import { newId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { LiveExecution, NO_METRICS } from "./live-execution.ts";
import type {
  Checkpoint,
  Clock,
  ExecutionCommit,
  IdempotencyRecord,
  Job,
  JobAction,
  JobOutcome,
  Logger,
  Runner,
  SessionRecord,
  Store,
} from "./ports.ts";
import type { SessionStatus } from "./session.ts";
import type { Limits } from "./settings.ts";

export interface RunRequest {
  readonly record: SessionRecord;
  readonly kind: ExecutionKind;
  readonly action: Exclude<JobAction, { kind: "prepare" | "complete" }>;
  /** Fields of the execution that depend on its kind. */
  readonly fields: Pick<Execution, "input" | "path" | "args" | "env">;
  /** The key that this request came with; the record is written with the execution's end. */
  readonly idempotency?: Omit<IdempotencyRecord, "subjectId" | "createdAt">;
  /** The session's change that the end brings, as creation does. */
  readonly sessionAfter?: (
    outcome: JobOutcome,
  ) => { status: SessionStatus; last_error?: string } | undefined;
}

export interface EndedRun {
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
  private draining = false;

  constructor(
    private readonly store: Store,
    private readonly runner: Runner,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  find(executionId: string): LiveExecution | undefined {
    return this.live.get(executionId);
  }

  inSession(sessionId: string): LiveExecution | undefined {
    return this.bySession.get(sessionId);
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
    const { record, action } = request;
    const live = new LiveExecution(
      {
        id: newId(),
        session_id: record.session.id,
        kind: request.kind,
        ...request.fields,
        status: "running",
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
    });
    return { live, ended };
  }

  /**
   * Makes a running execution visible in the store now, for a client that does not wait: its answer
   * is this row, so the key of its request is kept with it.
   *
   * @throws VmError STORE_FULL
   */
  async insertNow(live: LiveExecution, keyed: RunRequest["idempotency"]): Promise<void> {
    const { id: subjectId, started_at: createdAt } = live.execution;
    await this.flush(live, keyed && { ...keyed, subjectId, createdAt });
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
  }

  private async run(live: LiveExecution, request: RunRequest): Promise<EndedRun> {
    const job = this.jobOf(live.execution.id, request);
    const handle = this.runner.run(job, (events) => {
      live.addAll(events);
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
    return { execution: await this.end(live, job, request, outcome), outcome };
  }

  private jobOf(
    id: string,
    { record, action }: Pick<Job, "action"> & Pick<RunRequest, "record">,
  ): Job {
    const head = record.headCheckpointId;
    return {
      id,
      sessionId: record.session.id,
      grants: record.grants,
      worktreePath: record.session.worktree_path,
      headCheckpointId: head,
      nextCheckpointId: newId(),
      wantFull: record.headDepth >= LIMITS.chainLengthMax,
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
    if (outcome.rolledBack) live.add("system", rollbackNotice(outcome), nowMs);
    if (outcome.status === "ok") live.add("value", outcome.result, nowMs);
    else if (outcome.status !== "cancelled") live.add("exception", outcome.error, nowMs);
    const execution: Omit<Execution, "events"> = {
      ...live.execution,
      status: outcome.status,
      ended_at: endedAt,
      ...(outcome.result === undefined ? {} : { result: outcome.result }),
      ...(outcome.error === undefined ? {} : { error: outcome.error }),
      metrics: outcome.metrics,
    };
    const session = request.sessionAfter?.(outcome);
    const checkpoint = checkpointOf(job, request, outcome, endedAt);
    await live.write(() =>
      this.commit(live, {
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
      }),
    );
    live.stored = live.events.length;
    live.execution = execution;
    live.ended = { ...execution, events: live.events };
    return live.ended;
  }

  /** When the end cannot be kept, a row that readers have seen must not stay `running`. */
  private async commit(live: LiveExecution, commit: ExecutionCommit): Promise<void> {
    try {
      await this.store.executions.commit(commit);
    } catch (error) {
      this.logger.error("the end of an execution could not be stored", {
        execution_id: live.execution.id,
        error: String(error),
      });
      if (live.inserted) await this.endAsLost(live, error);
      throw error;
    }
  }

  /** The runner refused it: nothing ran. */
  private async abandon(live: LiveExecution, error: unknown): Promise<void> {
    await live.write(async () => {
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
    try {
      await this.store.executions.commit({ execution, events: live.unstored() });
      live.stored = live.events.length;
    } catch (error) {
      // The next start of the daemon ends it: recover() finds it running.
      this.logger.error("an execution stays marked as running", {
        execution_id: execution.id,
        error: String(error),
      });
    }
    live.execution = execution;
    live.ended = { ...execution, events: live.events };
  }

  private flushOld(): void {
    const before = this.clock.nowMs() - LIMITS.liveFlushMs;
    for (const live of this.live.values()) {
      if (live.startedMs <= before) this.flushQuietly(live);
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

  private flush(live: LiveExecution, idempotency?: IdempotencyRecord): Promise<void> {
    if (live.inserted && live.unstored().length === 0) return Promise.resolve();
    return live.write(async () => {
      const events = live.unstored();
      if (live.ended || (live.inserted && events.length === 0)) return;
      if (live.inserted) await this.store.executions.appendEvents(events);
      else await this.store.executions.insertRunning(live.execution, events, idempotency);
      live.inserted = true;
      live.stored += events.length;
      live.notify();
    });
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
  if (!data) return undefined;
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
