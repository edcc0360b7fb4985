import { LIMITS } from "./limits.ts";
import type { Clock } from "./ports/clock.ts";
import type { MergeDeltas } from "./ports/merge-deltas.ts";
import type { CheckpointSize, RetentionStore } from "./ports/retention-store.ts";
import type { RetentionPolicy } from "./retention.ts";
import { Slice } from "./slice.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Rows removed in one transaction. */
export const ROWS_AT_ONCE = 64;

export interface Removed {
  checkpoints: number;
  checkpointBytes: number;
  executions: number;
}

/** What retention does to one session: in short steps, after each of which `rest` is awaited. */
export class Collector {
  private stopped = false;

  constructor(
    private readonly store: RetentionStore,
    private readonly mergeDeltas: MergeDeltas,
    private readonly policy: RetentionPolicy,
    private readonly clock: Clock,
  ) {}

  /** After the step that is under way. */
  stop(): void {
    this.stopped = true;
  }

  /** Removes what is quickly removed. @returns Whether folding would remove more */
  async trim(id: string, removed: Removed, rest: () => Promise<void>): Promise<boolean> {
    const { ids, isMore } = await this.store.removable(id, this.policy.checkpoints);
    await this.remove(ids, removed, rest);
    return isMore;
  }

  /** Removes checkpoints, and makes one of those that a younger one needs. */
  async fold(id: string, removed: Removed, rest: () => Promise<void>): Promise<void> {
    for (let progress = true; progress && !this.stopped; ) {
      const { remove, merge } = await this.store.foldPlan(id, this.policy.checkpoints);
      const ids = remove.map((checkpoint) => checkpoint.id);
      progress = await this.remove(ids, removed, rest);
      for (const line of merge) {
        const saved = await this.merge(line, rest);
        if (saved === undefined) continue;
        removed.checkpoints += line.length - 1;
        removed.checkpointBytes += saved;
        progress = true;
      }
    }
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

  /** @param vainPagesMax  It gives up, until the session's next turn, where so many have none that may go. */
  async removeExecutions(
    id: string,
    removed: Removed,
    rest: () => Promise<void>,
    vainPagesMax: number,
  ): Promise<void> {
    let vainPages = 0;
    for (let cursor: number | undefined; !this.stopped; ) {
      const page = await this.store.oldExecutions(id, this.kept(), cursor);
      cursor = page.cursor;
      if (page.ids.length === 0) vainPages++;
      else removed.executions += await this.store.removeExecutions(id, page.ids);
      if (cursor === undefined || vainPages === vainPagesMax) return;
      await rest();
    }
  }

  kept(): { count: number; endedAfter: string | undefined } {
    const { executions: count, days } = this.policy;
    const endedAfter =
      days === undefined ? undefined : new Date(this.clock.nowMs() - days * DAY_MS).toISOString();
    return { count, endedAfter };
  }

  /** @returns Whether any went. */
  private async remove(
    ids: readonly string[],
    removed: Removed,
    rest: () => Promise<void>,
  ): Promise<boolean> {
    const before = removed.checkpoints;
    for (let at = 0; at < ids.length && !this.stopped; at += ROWS_AT_ONCE) {
      if (at > 0) await rest();
      const { count, bytes } = await this.store.removeCheckpoints(ids.slice(at, at + ROWS_AT_ONCE));
      removed.checkpoints += count;
      removed.checkpointBytes += bytes;
    }
    return removed.checkpoints > before;
  }
}
