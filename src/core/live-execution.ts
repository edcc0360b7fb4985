import type { EventType, Execution, ExecutionEvent, MeasuredMetrics } from "./execution.ts";
import type { JobEvent } from "./ports/runner.ts";

export const NO_METRICS: MeasuredMetrics = {
  duration_ms: 0,
  cpu_ms: 0,
  queue_ms: 0,
  heap_bytes: 0,
  checkpoint_bytes: 0,
};

/**
 * An execution that has not ended, or whose end is being written: the daemon's memory of it.
 *
 * `stored` counts the events that are in the store. Followers see those and no others, so that
 * nothing they have seen can be gone after a crash.
 */
export class LiveExecution {
  readonly events: ExecutionEvent[] = [];
  /** Whether the row is in the store. */
  inserted = false;
  stored = 0;
  /** Its news could not be stored once, and the log has it. */
  flushFailed = false;
  /** Someone reads along: events go to the store as they come. */
  followers = 0;
  /** Set when the execution's end is durable, or is known to be lost. */
  ended: Execution | undefined;
  /** Why its end cannot be kept, as the client is told; so nothing more of it is to be. */
  refused: unknown;
  cancel: () => void = () => {};
  readonly startedMs: number;
  /** The same moment by a clock that nobody sets. */
  readonly startedMonotonicMs = performance.now();
  private wakeUps = new Set<() => void>();
  private writing: Promise<void> = Promise.resolve();

  constructor(
    public execution: Omit<Execution, "events">,
    nowMs: number,
  ) {
    this.startedMs = nowMs;
  }

  add(type: EventType, payload: unknown, atMs: number): void {
    this.events.push({
      execution_id: this.execution.id,
      seq: this.events.length + 1,
      ts: new Date(atMs).toISOString(),
      type,
      payload,
    });
  }

  addAll(events: readonly JobEvent[]): void {
    for (const event of events) this.add(event.type, event.payload, event.atMs);
  }

  unstored(): ExecutionEvent[] {
    return this.events.slice(this.stored);
  }

  /** One write at a time, in order; a failed one does not stop the next. */
  write(work: () => Promise<void>): Promise<void> {
    const done = this.writing.then(work);
    this.writing = done.catch(() => {});
    return done;
  }

  /** Tells everybody who waits that something changed. */
  notify(): void {
    const wakeUps = this.wakeUps;
    this.wakeUps = new Set();
    for (const wakeUp of wakeUps) wakeUp();
  }

  /** Resolves at the next change, at the deadline, or when the signal fires or has fired. */
  changed(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    if (options.signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        options.signal?.removeEventListener("abort", finish);
        // One that says nothing for a day may be asked again and again meanwhile.
        this.wakeUps.delete(finish);
        resolve();
      };
      const timer =
        options.timeoutMs === undefined ? undefined : setTimeout(finish, options.timeoutMs);
      options.signal?.addEventListener("abort", finish);
      this.wakeUps.add(finish);
    });
  }
}
