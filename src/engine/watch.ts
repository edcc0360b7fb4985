import type { Limits } from "../core/settings.ts";
import type { Instance } from "./instance.ts";

/** Why an execution is stopped. Once it is there, no guest code runs on. */
export type Trip =
  | { readonly kind: "timeout"; readonly limit: "cpu_ms" | "wall_ms"; readonly max: number }
  | {
      readonly kind: "output";
      readonly limit: "max_events" | "max_output_kb";
      readonly max: number;
    }
  | { readonly kind: "memory"; readonly max: number };

/**
 * The engine asks every so many loop turns or calls, whatever each costs. The number is moved so that
 * the questions come about this often.
 */
const POLL_EVERY_MS = 4;
/** Asking so often costs nothing that can be measured; the engine's own 10,000 is too rare for slow natives. */
const TURNS_MAX = 1_000;
const TURNS_MIN = 1;
const TURNS_FIRST = 1;

/**
 * The clock and the counts of one execution, and the engine's question whether to go on.
 *
 * It is the first line only: natives that never ask are ended by the supervisor, which kills.
 */
export class Watch {
  tripped: Trip | undefined;
  private released = false;
  private readonly startedMs = performance.now();
  private readonly cpuStartedUs = cpuUs();
  private polledMs = this.startedMs;
  private turns = TURNS_FIRST;
  /** Of what runs within a time of its own. */
  private endMs = Number.POSITIVE_INFINITY;
  private events = 0;
  private outputBytes = 0;

  /** @param onPoll  Called some hundred times a second while guest code runs. */
  constructor(
    private readonly instance: Instance,
    private readonly counterAt: number,
    private readonly limits: Limits,
    private readonly onPoll: () => void = () => {},
  ) {
    instance.refusals = 0;
    instance.onRefusal = () => this.stopSoon();
    instance.writeU32(counterAt, TURNS_FIRST);
  }

  get elapsedMs(): number {
    return performance.now() - this.startedMs;
  }

  get cpuMs(): number {
    return (cpuUs() - this.cpuStartedUs) / 1000;
  }

  /** Until the wall limit. */
  get remainingMs(): number {
    return Math.max(0, this.limits.wall_ms - this.elapsedMs);
  }

  /** What is left of max_output_kb, bytes. */
  get outputLeft(): number {
    return Math.max(0, this.limits.max_output_kb * 1024 - this.outputBytes);
  }

  /** Answers the engine's question. */
  poll(): boolean {
    if (this.released) return false;
    const nowMs = performance.now();
    if (!this.check()) this.adapt(nowMs - this.polledMs);
    this.polledMs = nowMs;
    this.onPoll();
    if (this.tripped || nowMs > this.endMs) this.stopSoon();
    return this.tripped !== undefined || nowMs > this.endMs;
  }

  /** Stops guest code that takes longer than this, without ending the execution. */
  within<T>(ms: number, work: () => T): T {
    this.endMs = performance.now() + ms;
    try {
      return work();
    } finally {
      this.endMs = Number.POSITIVE_INFINITY;
    }
  }

  /** Looks at the clocks and the memory. @returns whether a limit has tripped */
  check(): boolean {
    if (this.tripped) return true;
    const { cpu_ms, wall_ms, mem_mb } = this.limits;
    if (this.instance.refusals > 0) this.trip({ kind: "memory", max: mem_mb });
    else if (this.elapsedMs > wall_ms)
      this.trip({ kind: "timeout", limit: "wall_ms", max: wall_ms });
    // A thread's time is never more than the clock's, which is asked at no cost.
    else if (this.elapsedMs > cpu_ms && this.cpuMs > cpu_ms)
      this.trip({ kind: "timeout", limit: "cpu_ms", max: cpu_ms });
    return this.tripped !== undefined;
  }

  /** Counts an event of that many bytes. @returns whether it may be recorded */
  countOutput(bytes: number): boolean {
    if (this.tripped) return false;
    const { max_events, max_output_kb } = this.limits;
    if (this.events >= max_events) {
      this.trip({ kind: "output", limit: "max_events", max: max_events });
    } else if (bytes > this.outputLeft) {
      this.trip({ kind: "output", limit: "max_output_kb", max: max_output_kb });
    } else {
      this.events++;
      this.outputBytes += bytes;
    }
    return this.tripped === undefined;
  }

  /** The first cause wins. */
  trip(trip: Trip): void {
    this.tripped ??= trip;
    this.stopSoon();
  }

  /** The execution is over: the host may call the prelude once more, to clean up. */
  release(): void {
    this.released = true;
    this.instance.refusals = 0;
    this.instance.writeU32(this.counterAt, TURNS_MAX);
  }

  /** Waiting is no slowness of the guest's: the next question is timed from now. */
  resume(): void {
    this.polledMs = performance.now();
  }

  /** The engine asks at its next turn. */
  private stopSoon(): void {
    if (this.released) return;
    this.instance.writeU32(this.counterAt, 1);
  }

  private adapt(sinceMs: number): void {
    if (sinceMs > POLL_EVERY_MS * 2) {
      this.turns = Math.max(TURNS_MIN, Math.floor((this.turns * POLL_EVERY_MS) / sinceMs));
    } else if (sinceMs < POLL_EVERY_MS / 2) {
      this.turns = Math.min(TURNS_MAX, this.turns * 2);
    }
    this.instance.writeU32(this.counterAt, this.turns);
  }
}

/** Of this thread: compilation and collection on others are not the guest's. */
function cpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
