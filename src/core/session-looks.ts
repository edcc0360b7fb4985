import { VmError } from "./errors.ts";
import type { ExecutionRunner } from "./execution-runner.ts";
import { newId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import type { SessionPoint } from "./ports/history-store.ts";
import type { JobEvent, JobOutcome, Runner } from "./ports/runner.ts";
import type { SessionRecord } from "./ports/session-store.ts";
import type { Store } from "./ports/store.ts";
import type { SessionGrants } from "./session.ts";
import { sessionJob } from "./session-job.ts";
import type { Limits } from "./settings.ts";

/**
 * Runs code in sessions' states that leaves nothing: no execution, no new state. It may have to wait
 * for a worker, and the session may move on meanwhile: the state is kept until it has been looked at.
 */
export class SessionLooks {
  constructor(
    private readonly store: Pick<Store, "checkpoints" | "history">,
    private readonly runs: ExecutionRunner,
    private readonly runner: Runner,
  ) {}

  /**
   * Names that complete `text`, from the state that the record names. What cannot be had in time is an
   * empty list.
   *
   * @throws VmError CHECKPOINT_GONE, QUEUE_FULL, SHUTTING_DOWN
   */
  async complete(record: SessionRecord, text: string): Promise<string[]> {
    this.runs.assertOpen();
    using _ = this.pinned(record.headCheckpointId);
    const { settings } = record.grants;
    const job = sessionJob(this.store.checkpoints, newId(), {
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
   * Runs a snippet in a state of the session and keeps nothing of it.
   *
   * @throws VmError CHECKPOINT_GONE, QUEUE_FULL, SHUTTING_DOWN
   */
  async look(
    record: SessionRecord,
    at: SessionPoint,
    grants: SessionGrants,
    input: string,
  ): Promise<{ outcome: JobOutcome; events: readonly JobEvent[] }> {
    this.runs.assertOpen();
    using _ = this.pinned(at.checkpointId);
    const job = sessionJob(this.store.checkpoints, newId(), {
      record: { ...record, grants },
      action: { kind: "repl", input },
      dryRun: { at },
    });
    const events: JobEvent[] = [];
    const handle = this.runner.run(job, (batch) => void events.push(...batch));
    return { outcome: await handle.outcome, events };
  }

  /** Nothing to keep of the base image. @throws VmError CHECKPOINT_GONE */
  private pinned(checkpointId: string | undefined): Disposable | undefined {
    if (checkpointId === undefined) return undefined;
    const pin = this.store.history.pin(checkpointId);
    if (pin) return pin;
    throw new VmError("CHECKPOINT_GONE", { details: { checkpoint_id: checkpointId } });
  }
}

const completing = (limits: Limits): Limits => ({
  ...limits,
  cpu_ms: LIMITS.completeMs,
  wall_ms: LIMITS.completeMs,
});

/** What a worker says a heap holds: anything. */
function namesIn(json = "[]"): unknown[] {
  try {
    const names: unknown = JSON.parse(json);
    return Array.isArray(names) ? names : [];
  } catch {
    return [];
  }
}
