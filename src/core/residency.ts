import type { Clock, Runner } from "./ports.ts";

/** Sessions are looked at this often: one may sleep that much late. */
const LOOK_MS = 15_000;

/**
 * Which sessions are in a worker's memory, and until when: those that nobody used for a while go to
 * sleep, which takes nothing from them, for their state is in the store.
 */
export class Residency {
  private readonly usedMs = new Map<string, number>();
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly runner: Runner,
    private readonly clock: Clock,
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
    this.usedMs.set(sessionId, this.clock.nowMs());
  }

  sleep(sessionId: string): void {
    this.usedMs.delete(sessionId);
    this.runner.forget(sessionId);
  }

  private putToSleep(): void {
    const before = this.clock.nowMs() - (this.sleepAfterMs ?? 0);
    for (const sessionId of this.runner.residents()) {
      const usedMs = this.usedMs.get(sessionId);
      // One that is in a worker without having run an execution was woken, or read for a prompt.
      if (usedMs === undefined) this.used(sessionId);
      else if (usedMs <= before) this.sleep(sessionId);
    }
  }
}
