import type { Limits } from "../core/settings.ts";
import { HostMemoryFull } from "./host-memory.ts";
import type { Instance } from "./instance.ts";

/** Why an execution is stopped. Once it is there, no guest code runs on. */
export type Trip =
  | { readonly kind: "timeout"; readonly limit: "cpu_ms" | "wall_ms"; readonly max: number }
  | {
      readonly kind: "output";
      readonly limit: "max_events" | "max_output_kb";
      readonly max: number;
    }
  /** The guest's heap is full. */
  | { readonly kind: "memory"; readonly max: number }
  /** The host took too much for it. */
  | { readonly kind: "host_memory"; readonly max: number };

/**
 * The engine asks every so many loop turns or calls, whatever each costs. The number is moved so that
 * the questions come about this often.
 */
const POLL_EVERY_MS = 4;
/** Looking at the limits, and at what else may have changed, while none can have tripped. */
const LOOK_EVERY_MS = 1;
/**
 * Asking so often costs nothing that can be measured; the engine's own 10,000 is too rare for turns
 * that cost much after others that cost little.
 */
const TURNS_MAX = 256;
const TURNS_MIN = 1;
const TURNS_FIRST = 1;

/** A watch has tripped: nothing of the guest's may run on. */
export class Stopped {}

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
  /** When limits are to be looked at again. */
  private lookAtMs = 0;
  /** Before this the CPU limit cannot be passed: a thread's time is never more than the clock's. */
  private cpuTripMs: number;
  /** Of what runs within a time of its own. */
  private endMs = Number.POSITIVE_INFINITY;
  private endPassed = false;
  private words = new Uint32Array(0);
  private events = 0;
  private outputBytes = 0;

  /** @param onPoll  Called some hundred times a second while guest code runs, if it comes to turns. */
  constructor(
    private readonly instance: Instance,
    private readonly counterAt: number,
    private readonly limits: Limits,
    private readonly onPoll: () => void = () => {},
  ) {
    this.cpuTripMs = this.startedMs + limits.cpu_ms;
    instance.refusals = 0;
    instance.onRefusal = () => this.stopSoon();
    this.setCounter(TURNS_FIRST);
  }

  get elapsedMs(): number {
    return performance.now() - this.startedMs;
  }

  get cpuMs(): number {
    return (cpuUs() - this.cpuStartedUs) / 1000;
  }

  private get soonestTripMs(): number {
    return Math.min(this.cpuTripMs, this.startedMs + this.limits.wall_ms);
  }

  /** Until the wall limit. */
  get remainingMs(): number {
    return Math.max(0, this.limits.wall_ms - this.elapsedMs);
  }

  /** What is left of max_output_kb, bytes. */
  get outputLeft(): number {
    return Math.max(0, this.limits.max_output_kb * 1024 - this.outputBytes);
  }

  /** Answers the engine's question: some ten thousand times a second, so the clock is asked once. */
  poll(): boolean {
    if (this.released) return false;
    const nowMs = performance.now();
    this.adapt(nowMs - this.polledMs);
    this.polledMs = nowMs;
    if (nowMs >= this.lookAtMs || this.instance.refusals > 0) {
      this.check();
      this.lookAtMs = Math.min(nowMs + LOOK_EVERY_MS, this.soonestTripMs);
      this.onPoll();
    }
    if (nowMs > this.endMs) this.endPassed = true;
    const stops = this.tripped !== undefined || nowMs > this.endMs;
    if (stops) this.stopSoon();
    return stops;
  }

  /**
   * Stops guest code that takes longer than this, without ending the execution.
   *
   * @returns undefined where it was stopped: what it returned then may have come out of a `catch`
   */
  within<T>(ms: number, work: () => T): T | undefined {
    this.endMs = performance.now() + ms;
    this.endPassed = false;
    try {
      const result = work();
      return this.endPassed ? undefined : result;
    } finally {
      this.endMs = Number.POSITIVE_INFINITY;
    }
  }

  /** @throws Stopped */
  assertGoing(): void {
    if (this.check()) throw new Stopped();
  }

  /** Looks at the clocks and the memory. @returns whether a limit has tripped */
  check(): boolean {
    if (this.tripped) return true;
    const { cpu_ms, wall_ms, mem_mb } = this.limits;
    if (this.instance.refusals > 0) this.trip({ kind: "memory", max: mem_mb });
    else {
      const nowMs = performance.now();
      if (nowMs - this.startedMs > wall_ms)
        this.trip({ kind: "timeout", limit: "wall_ms", max: wall_ms });
      else if (nowMs > this.cpuTripMs) {
        const leftMs = cpu_ms - this.cpuMs;
        if (leftMs < 0) this.trip({ kind: "timeout", limit: "cpu_ms", max: cpu_ms });
        else this.cpuTripMs = nowMs + leftMs;
      }
    }
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

  /** The host has no more memory for this guest. @throws HostMemoryFull */
  refuseHostMemory(): never {
    this.trip({ kind: "host_memory", max: this.limits.mem_mb });
    throw new HostMemoryFull();
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
    this.setCounter(TURNS_MAX);
  }

  /** Waiting is no slowness of the guest's: the next question is timed from now. */
  resume(): void {
    this.polledMs = performance.now();
  }

  /** The engine asks at its next turn. */
  private stopSoon(): void {
    if (this.released) return;
    this.setCounter(1);
  }

  private adapt(sinceMs: number): void {
    if (sinceMs > POLL_EVERY_MS * 2) {
      this.turns = Math.max(TURNS_MIN, Math.floor((this.turns * POLL_EVERY_MS) / sinceMs));
    } else if (sinceMs < POLL_EVERY_MS / 2) {
      this.turns = Math.min(TURNS_MAX, this.turns * 2);
    }
    this.setCounter(this.turns);
  }

  /** Without asking the memory for its buffer each time, which is another one when it has grown. */
  private setCounter(turns: number): void {
    if (this.words.length === 0) this.words = new Uint32Array(this.instance.memory.buffer);
    this.words[this.counterAt >> 2] = turns;
  }
}

/** Of this thread: compilation and collection on others are not the guest's. */
function cpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
