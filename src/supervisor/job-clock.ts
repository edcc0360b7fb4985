import { LIMITS } from "../core/limits.ts";

/** A job's stages: most have only the second, the others being over in no time. */
type Stage = "begun" | "takes up" | "guest" | "settles";

/**
 * What of a job's time is its guest's, as the daemon can tell from outside: the limits are on that.
 *
 * Taking a large heap up, writing it out and putting it back are the host's own work and may take
 * longer than a short limit. The worker says when they begin and end, each once and in this order: a
 * worker that lies about it gains no more than the time that the host's work may take.
 */
export class JobClock {
  /** CPU time of the guest when it was last looked at. */
  cpuMs = 0;
  private stage: Stage = "begun";
  private sinceMs = 0;
  private cpuBaseMs: number | undefined;
  private cpuSeenMs: number | undefined;

  begin(nowMs: number): void {
    this.sinceMs = nowMs;
  }

  /** An image is asked for. */
  takeUp(nowMs: number): void {
    if (this.stage === "begun") this.enter("takes up", nowMs);
  }

  /** False: not now. */
  guestBegins(nowMs: number): boolean {
    if (this.stage !== "takes up") return false;
    this.enter("guest", nowMs);
    this.cpuBaseMs = undefined;
    return true;
  }

  /** False: not now. */
  guestEnds(nowMs: number): boolean {
    if (this.stage === "settles" || this.stage === "takes up") return false;
    this.enter("settles", nowMs);
    return true;
  }

  get guestRuns(): boolean {
    return this.stage === "begun" || this.stage === "guest";
  }

  /** In this stage. */
  elapsedMs(nowMs: number): number {
    return nowMs - this.sinceMs;
  }

  /**
   * Takes a look at what the worker's thread has used so far. At a job's beginning nobody looks:
   * until the first look it is taken to have computed all the time, if that did not come late.
   *
   * @returns Whether it has used any since the last look.
   */
  look(threadMs: number, nowMs: number): boolean {
    this.cpuBaseMs ??= threadMs - Math.min(threadMs, this.elapsedMs(nowMs), LIMITS.watchTickMs);
    const used = threadMs !== this.cpuSeenMs;
    this.cpuSeenMs = threadMs;
    this.cpuMs = threadMs - this.cpuBaseMs;
    return used;
  }

  private enter(stage: Stage, nowMs: number): void {
    this.stage = stage;
    this.sinceMs = nowMs;
  }
}
