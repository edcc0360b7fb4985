import type { Runner } from "./ports/runner.ts";

/** Sessions are looked at this often: one may sleep that much late. */
const LOOK_MS = 15_000;

/**
 * Which sessions are in a worker's memory, and until when: those that nobody used for a while go to
 * sleep, which takes nothing from them, for their state is in the store.
 */
export class Residency {
  /** When they were used last, monotonic: of sessions that may be in a worker. */
  private readonly usedMs = new Map<string, number>();
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly runner: Runner,
    /** Undefined: they stay until their place is needed. */
    private readonly sleepAfterMs: number | undefined,
  ) {}

  start(): void {
    if (this.sleepAfterMs === undefined) return;
    const everyMs = Math.min(LOOK_MS, this.sleepAfterMs);
    this.timer = setInterval(() => this.putToSleep(), everyMs);
    this.timer.unref?.();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  of(sessionId: string): "resident" | "asleep" {
    return this.runner.residents().has(sessionId) ? "resident" : "asleep";
  }

  used(sessionId: string): void {
    if (this.sleepAfterMs !== undefined) this.usedMs.set(sessionId, performance.now());
  }

  sleep(sessionId: string): void {
    this.usedMs.delete(sessionId);
    this.runner.forget(sessionId);
  }

  private putToSleep(): void {
    const before = performance.now() - (this.sleepAfterMs ?? 0);
    const residents = this.runner.residents();
    // Those whose place was needed sleep already; what comes back later counts from then.
    for (const sessionId of this.usedMs.keys()) {
      if (!residents.has(sessionId)) this.usedMs.delete(sessionId);
    }
    for (const sessionId of residents) {
      const usedMs = this.usedMs.get(sessionId);
      // One that is in a worker without having run an execution was woken, or read for a prompt.
      if (usedMs === undefined) this.used(sessionId);
      else if (usedMs <= before) this.sleep(sessionId);
    }
  }
}
