import { VmError } from "./errors.ts";
import type { Execution, Metrics } from "./execution.ts";
import { failPoint } from "./fail-point.ts";
import type { LiveExecution } from "./live-execution.ts";
import { rollbackNotice } from "./notices.ts";
import type { Clock } from "./ports/clock.ts";
import type { ExecutionCommit, ExecutionStore } from "./ports/execution-store.ts";
import type { IdempotencyRecord } from "./ports/idempotency-store.ts";
import type { Logger } from "./ports/logger.ts";
import { UnwrittenEnds } from "./unwritten-ends.ts";

/**
 * Writes executions to the store: what is news of one that runs, its end, and in place of an end that
 * could not be kept one that says so.
 */
export class ExecutionRecorder {
  private readonly unwritten: UnwrittenEnds;

  constructor(
    private readonly executions: ExecutionStore,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly onStoreFull: () => void,
  ) {
    this.unwritten = new UnwrittenEnds(executions);
  }

  /** How an execution ended, with its last events, while the store still has it as running. */
  unwrittenEnd(executionId: string): ExecutionCommit | undefined {
    return this.unwritten.find(executionId);
  }

  /**
   * Makes a running execution visible in the store now, with the key of the request that began it.
   *
   * @throws VmError STORE_FULL, STORE_GONE: the execution is cancelled then, and nothing of it is kept;
   *   or why there is no place for it
   */
  async insertNow(
    live: LiveExecution,
    keyed: Pick<IdempotencyRecord, "key" | "digest"> | undefined,
  ): Promise<void> {
    const { id: subjectId, started_at: createdAt } = live.execution;
    await live.write(async () => {
      if (live.refused !== undefined) throw live.refused;
      try {
        await this.storeNews(live, keyed && { ...keyed, subjectId, createdAt });
      } catch (error) {
        live.refused = error;
        live.cancel();
        throw error;
      }
    });
  }

  /** What the store does not have yet of a running execution. */
  flush(live: LiveExecution): void {
    if (live.inserted && live.unstored().length === 0) return;
    live
      .write(() => this.storeNews(live))
      .catch((error) => {
        // The end decides: it fails too, or carries these events. Said once, however often it is tried.
        if (live.flushFailed) return;
        live.flushFailed = true;
        this.logger.warn("events of a running execution could not be stored yet", {
          execution_id: live.execution.id,
          error: String(error),
        });
      });
  }

  /**
   * Its end, with the events that are not stored yet: durable when it resolves.
   *
   * @throws why it cannot be kept. A row that readers have seen does not stay `running` then.
   */
  async end(live: LiveExecution, end: Omit<ExecutionCommit, "events">): Promise<Execution> {
    await live.write(async () => {
      if (live.refused !== undefined) throw live.refused;
      await this.commit(live, { ...end, events: live.unstored() });
    });
    live.stored = live.events.length;
    live.execution = end.execution;
    live.ended = { ...end.execution, events: live.events };
    return live.ended;
  }

  /** The runner refused it: nothing ran. */
  async abandon(live: LiveExecution, error: unknown): Promise<void> {
    await live.write(async () => {
      live.refused = error;
      if (live.inserted) await this.endAsLost(live, error);
    });
  }

  /** No execution runs any more: what could not be written is tried once more. */
  async stop(): Promise<void> {
    await this.unwritten.stop();
  }

  private async commit(live: LiveExecution, commit: ExecutionCommit): Promise<void> {
    try {
      // Readers were told of those ends: they come before anything later that fits.
      if (!this.unwritten.isEmpty) await this.unwritten.write();
      await this.executions.commit(commit);
    } catch (error) {
      live.refused = error;
      this.logger.error("the end of an execution could not be stored", {
        execution_id: live.execution.id,
        error: String(error),
      });
      if (error instanceof VmError && error.code === "STORE_FULL") this.onStoreFull();
      if (live.inserted) await this.endAsLost(live, error, commit.execution.metrics);
      throw error;
    }
  }

  /** @param ran  What was measured of it; absent: nothing of it ran. */
  private async endAsLost(live: LiveExecution, cause: unknown, ran?: Metrics): Promise<void> {
    const code = cause instanceof VmError ? cause.code : "INTERNAL";
    const message = cause instanceof VmError ? cause.message : "Internal error";
    const nowMs = this.clock.nowMs();
    live.events.length = live.stored;
    if (ran) live.add("system", rollbackNotice(code), nowMs);
    live.add("exception", { message, code }, nowMs);
    const execution: Omit<Execution, "events"> = {
      ...live.execution,
      status: "error",
      ended_at: new Date(nowMs).toISOString(),
      error: { message, code },
      ...(ran === undefined ? {} : { metrics: { ...ran, checkpoint_bytes: 0 } }),
    };
    const commit = { execution, events: live.unstored() };
    try {
      await this.executions.commit(commit);
      live.stored = live.events.length;
    } catch (error) {
      this.logger.error("an execution stays marked as running until there is room", {
        execution_id: execution.id,
        error: String(error),
      });
      this.unwritten.add(commit);
    }
    live.execution = execution;
    live.ended = { ...execution, events: live.events };
  }

  /** Inside a write of the execution's own. */
  private async storeNews(live: LiveExecution, idempotency?: IdempotencyRecord): Promise<void> {
    const events = live.unstored();
    if (live.ended || live.refused !== undefined || (live.inserted && events.length === 0)) return;
    if (live.inserted) await this.executions.appendEvents(events);
    else await this.executions.insertRunning(live.execution, events, idempotency);
    live.inserted = true;
    failPoint("run.inserted");
    live.stored += events.length;
    live.notify();
  }
}
