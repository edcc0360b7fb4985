import { LIMITS } from "./limits.ts";
import type { ExecutionCommit, ExecutionStore } from "./ports/execution-store.ts";

/**
 * Ends of executions that readers have seen running, and that the store had no room for: kept here,
 * and tried again until it has. Should the daemon end before that, the next start ends them:
 * recover() finds them running.
 */
export class UnwrittenEnds {
  private readonly commits = new Map<string, ExecutionCommit>();
  private retryTimer: ReturnType<typeof setInterval> | undefined;
  private writing: Promise<void> | undefined;

  constructor(private readonly executions: ExecutionStore) {}

  find(executionId: string): ExecutionCommit | undefined {
    return this.commits.get(executionId);
  }

  get isEmpty(): boolean {
    return this.commits.size === 0;
  }

  add(commit: ExecutionCommit): void {
    this.commits.set(commit.execution.id, commit);
    this.retryTimer ??= setInterval(() => void this.write(), LIMITS.storeRetryMs);
  }

  /** Tries all of them now, or waits for a try that is under way. Never rejects: what stays is tried again. */
  write(): Promise<void> {
    this.writing ??= this.writeEach().finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  /** They are tried once more, and no further. */
  async stop(): Promise<void> {
    await this.write();
    clearInterval(this.retryTimer);
  }

  private async writeEach(): Promise<void> {
    for (const [id, commit] of this.commits) {
      try {
        await this.executions.commit(commit);
      } catch {
        // There is still no room, unless the store has an end: one that the disk had refused.
        if (await this.mayRun(id)) return;
      }
      this.commits.delete(id);
    }
    clearInterval(this.retryTimer);
    this.retryTimer = undefined;
  }

  /** Whether the store has it as running, for all that can be read of it. */
  private async mayRun(id: string): Promise<boolean> {
    try {
      return (await this.executions.get(id))?.status === "running";
    } catch {
      return true;
    }
  }
}
