import { VmError } from "./errors.ts";
import type { Execution, ExecutionKind } from "./execution.ts";
import { ExecutionRecorder } from "./execution-recorder.ts";
import { failPoint } from "./fail-point.ts";
import { newId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { LiveExecution, NO_METRICS } from "./live-execution.ts";
import { DRY_RUN_NOTICE, RESULT_CUT_NOTICE, rollbackNotice } from "./notices.ts";
import type { Checkpoint } from "./ports/checkpoint-store.ts";
import type { Clock } from "./ports/clock.ts";
import type { ExecutionCommit } from "./ports/execution-store.ts";
import type { IdempotencyRecord } from "./ports/idempotency-store.ts";
import type { Logger } from "./ports/logger.ts";
import type { Job, JobAction, JobOutcome, Runner } from "./ports/runner.ts";
import type { Store } from "./ports/store.ts";
import type { SessionStatus } from "./session.ts";
import { type JobRequest, sessionJob } from "./session-job.ts";

export interface RunRequest extends JobRequest {
  readonly kind: ExecutionKind;
  readonly action: Exclude<JobAction, { kind: "prepare" | "complete" | "fold" }>;
  /** Fields of the execution that depend on its kind. */
  readonly fields: Pick<Execution, "input" | "path" | "args" | "env">;
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
 * Runs executions: the only place where they begin and end.
 *
 * An execution that ends within LIMITS.liveFlushMs is written once, with its end. One that runs
 * longer gets a row before, so that readers of the store see it; followers make that immediate.
 */
export class ExecutionRunner {
  private readonly live = new Map<string, LiveExecution>();
  private readonly bySession = new Map<string, LiveExecution>();
  private readonly recorder: ExecutionRecorder;
  private flushTimer: ReturnType<typeof setInterval> | undefined;
  private draining = false;

  constructor(
    private readonly store: Store,
    private readonly runner: Runner,
    private readonly clock: Clock,
    logger: Logger,
    private readonly observer: RunObserver,
  ) {
    this.recorder = new ExecutionRecorder(store.executions, clock, logger, () =>
      observer.storeFull(),
    );
  }

  find(executionId: string): LiveExecution | undefined {
    return this.live.get(executionId);
  }

  inSession(sessionId: string): LiveExecution | undefined {
    return this.bySession.get(sessionId);
  }

  /** How an execution ended, with its last events, while the store still has it as running. */
  unwrittenEnd(executionId: string): ExecutionCommit | undefined {
    return this.recorder.unwrittenEnd(executionId);
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
    const parent = dryRun?.at ? dryRun.at.executionId : record.session.head_execution_id;
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
   * @throws VmError STORE_FULL, STORE_GONE: the execution is cancelled then, and nothing of it is kept;
   *   or why there is no place for it
   */
  insertNow(live: LiveExecution, keyed: RunRequest["idempotency"]): Promise<void> {
    return this.recorder.insertNow(live, keyed);
  }

  follow(live: LiveExecution): void {
    live.followers++;
    this.recorder.flush(live);
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
    await this.recorder.stop();
  }

  private async run(live: LiveExecution, request: RunRequest): Promise<EndedRun> {
    const job = sessionJob(this.store.checkpoints, live.execution.id, request);
    const handle = this.runner.run(job, (events) => {
      live.addAll(events);
      failPoint("run.events");
      if (live.followers > 0) this.recorder.flush(live);
    });
    live.refused = handle.refused;
    live.cancel = () => handle.cancel();
    let outcome: JobOutcome;
    try {
      outcome = await handle.outcome;
    } catch (error) {
      await this.recorder.abandon(live, error);
      throw error;
    }
    failPoint("run.outcome");
    const outcomeAtMs = performance.now();
    const execution = await this.end(live, job, request, outcome);
    failPoint("run.ended");
    return { execution, outcome, commitMs: performance.now() - outcomeAtMs };
  }

  private end(
    live: LiveExecution,
    job: Job,
    request: RunRequest,
    outcome: JobOutcome,
  ): Promise<Execution> {
    const nowMs = Math.max(this.clock.nowMs(), live.startedMs);
    const endedAt = new Date(nowMs).toISOString();
    if (request.dryRun) live.add("system", DRY_RUN_NOTICE, nowMs);
    else if (outcome.rolledBack) {
      const why = outcome.error?.code ?? outcome.status.toUpperCase();
      live.add("system", rollbackNotice(why), nowMs);
    }
    if (outcome.resultCut) live.add("system", RESULT_CUT_NOTICE, nowMs);
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
    return this.recorder.end(live, {
      execution,
      ...(checkpoint === undefined ? {} : { checkpoint }),
      ...(session === undefined ? {} : { session: { id: job.sessionId, ...session } }),
      ...(request.idempotency === undefined
        ? {}
        : {
            idempotency: { ...request.idempotency, subjectId: execution.id, createdAt: endedAt },
          }),
    });
  }

  private flushOld(): void {
    const before = performance.now() - LIMITS.liveFlushMs;
    for (const live of this.live.values()) {
      if (live.startedMonotonicMs <= before) this.recorder.flush(live);
    }
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
