import type { ExceptionPayload, ValuePayload } from "../core/execution.ts";
import type { JobAction } from "../core/ports/runner.ts";
import type { SessionGrants } from "../core/session.ts";
import type { PreludeFunction } from "./base-image.ts";
import { type Guest, GuestMemoryFull, GuestThrow, type ValuePtr } from "./guest.ts";
import { HostMemoryFull } from "./host-memory.ts";
import { CRASHED, failed, NEVER_SETTLES, type Outcome, TRAPPED, verdictOf } from "./outcome.ts";
import { parseErrors, parseFields } from "./payload.ts";
import type { BeginConfig } from "./prelude/interface.ts";
import { Showing } from "./showing.ts";
import { StartFailure } from "./start-failure.ts";
import { Stopped, type Watch } from "./watch.ts";

/** Everything that one execution runs with. */
export interface Run {
  readonly guest: Guest;
  readonly prelude: Readonly<Record<PreludeFunction, number>>;
  /** Of the base image. */
  readonly saysWhatIsLeft: boolean;
  /** Whether the prelude said that there is something to ask for. */
  mayHaveLeft(): boolean;
  readonly watch: Watch;
  readonly grants: SessionGrants;
  readonly action: JobAction;
  /** Four new words where the random numbers must not go on from the image's. */
  readonly reseed: readonly number[] | undefined;
  /** Runs the action's code. @throws GuestThrow, StartFailure */
  start(): Started;
  /** Of the host's memory for this run. @throws HostMemoryFull */
  assertRoom(bytes: number): void;
  /** An author's own positions in a stack. */
  mapStack(stack: string): string;
  /** Called before the worker waits for a timer. */
  beforeWait(): void;
}

/** What running an action's code gave. */
export interface Started {
  /** Its completion value; absent: undefined. */
  readonly value?: ValuePtr;
  /** Whether the value is a promise of an object that holds the completion value as `value`. */
  readonly wrapped?: boolean;
}

/** Jobs between two looks at the clocks: a storm of them may never ask the interrupt handler. */
const JOBS_AT_ONCE = 1_000;

/** Of what the prelude says of itself: its timers, and errors that nobody caught. */
const PRELUDE_TEXT_BYTES_MAX = 4 * 1024 * 1024;

/** A timer further away than this is waited for in steps, so that clocks are looked at. */
const WAIT_MS_MAX = 1_000;

/** After an out-of-memory the session must have this much left to be usable. */
const SPARE_BYTES = 256 * 1024;

/** Runs one execution from its beginning until nothing of it is left to run. */
export async function evaluate(run: Run): Promise<Outcome> {
  const { watch } = run;
  let outcome: Outcome;
  let cause: unknown;
  try {
    outcome = await new Evaluation(run).outcome();
  } catch (error) {
    if (error instanceof GuestMemoryFull) watch.check();
    cause = error;
    outcome = isOrderly(error) ? CRASHED : TRAPPED;
  }
  const trip = watch.tripped;
  const whole = outcome !== TRAPPED && run.guest.instance.isBalanced;
  if (!trip) return whole ? outcome : { ...TRAPPED, cause };
  const verdict = verdictOf(trip);
  if (!whole) return { ...verdict, heap: "trap" };
  return { ...verdict, heap: trip.kind === "memory" && isUsable(run) ? "keep" : "undo" };
}

/** Thrown by ourselves, where the engine was not in the middle of something. */
const isOrderly = (error: unknown): boolean =>
  error instanceof Stopped || error instanceof GuestMemoryFull || error instanceof HostMemoryFull;

const UNDEFINED: ValuePayload = { type: "undefined", preview: "undefined", json: null };

class Evaluation {
  private readonly showing: Showing;

  constructor(private readonly run: Run) {
    this.showing = new Showing(run);
  }

  async outcome(): Promise<Outcome> {
    this.begin();
    let thrown: ExceptionPayload | undefined;
    let started: Started = {};
    try {
      started = this.run.start();
    } catch (error) {
      thrown = this.thrown(error);
    }
    const later = await this.untilQuiet(started.value);
    const uncaught = this.mayHaveLeft ? parseErrors(this.preludeText("unhandled"))[0] : undefined;
    thrown ??= later;
    const outcome = thrown ? failed(thrown) : this.settled(started, uncaught);
    // A value's own methods may have left some.
    if (this.run.guest.hasJobs()) await this.untilQuiet(undefined);
    if (started.value !== undefined) this.run.guest.free(started.value);
    if (this.mayHaveLeft) this.release(this.prelude("end"));
    // What came last may never have asked whether to go on.
    this.run.watch.assertGoing();
    return this.mapped(outcome);
  }

  /** Timers, or errors that nobody caught. Most executions leave nothing, and asking takes time. */
  private get mayHaveLeft(): boolean {
    return !this.run.saysWhatIsLeft || this.run.mayHaveLeft();
  }

  private begin(): void {
    const { reseed, guest } = this.run;
    if (reseed)
      this.release(this.prelude("reseed", ...reseed.map((word) => guest.newNumber(word))));
    this.release(this.prelude("begin", this.config()));
  }

  private config(): ValuePtr {
    const { grants, action, guest, saysWhatIsLeft } = this.run;
    const runsFile = action.kind === "run_file" || action.kind === "startup";
    const { console } = grants.settings.runtime;
    if (saysWhatIsLeft && !runsFile && Object.keys(grants.env).length === 0) {
      return guest.newNumber(console ? 1 : 0);
    }
    const config: BeginConfig = {
      args: runsFile ? action.args : {},
      env: { ...grants.env, ...(runsFile ? action.env : {}) },
      modules: grants.modules,
      console,
    };
    return guest.newString(JSON.stringify(config));
  }

  /** Jobs and timers, until there are none. @returns What a job threw, if one did. */
  private async untilQuiet(value: ValuePtr | undefined): Promise<ExceptionPayload | undefined> {
    const { guest } = this.run;
    let thrown: ExceptionPayload | undefined;
    for (;;) {
      const jobThrew = this.drainJobs();
      thrown ??= jobThrew;
      if (!this.mayHaveLeft) return thrown;
      const now = guest.newNumber(performance.now());
      const timers = parseFields(this.preludeText("runTimers", now));
      if (guest.hasJobs() || timers?.ran === 1) continue;
      const isPending = value !== undefined && guest.promiseState(value) === "pending";
      const next = [timers?.nextAtMs, isPending ? timers?.nextIdleAtMs : null];
      const nextMs = Math.min(...next.filter((ms) => typeof ms === "number"));
      if (nextMs === Number.POSITIVE_INFINITY) return thrown;
      await this.wait(nextMs - performance.now());
    }
  }

  private drainJobs(): ExceptionPayload | undefined {
    let thrown: ExceptionPayload | undefined;
    while (this.run.guest.hasJobs()) {
      try {
        this.run.guest.runJobs(JOBS_AT_ONCE);
      } catch (error) {
        const payload = this.thrown(error);
        thrown ??= payload;
      }
      this.run.watch.assertGoing();
    }
    return thrown;
  }

  private async wait(ms: number): Promise<void> {
    const { watch } = this.run;
    watch.assertGoing();
    const waitMs = Math.min(Math.max(ms, 0), watch.remainingMs + 1, WAIT_MS_MAX);
    if (waitMs > 0) {
      this.run.beforeWait();
      await Bun.sleep(Math.ceil(waitMs));
    }
    watch.resume();
    watch.assertGoing();
  }

  /** What the completion value comes to; a promise has had its time to settle. */
  private settled({ value, wrapped }: Started, uncaught: ExceptionPayload | undefined): Outcome {
    const { guest } = this.run;
    const state = value === undefined ? "none" : guest.promiseState(value);
    if (value !== undefined && state === "rejected") {
      const reason = guest.promiseResult(value);
      const error = this.showing.error(reason);
      guest.free(reason);
      return failed(error);
    }
    if (uncaught) return failed(uncaught);
    if (value === undefined) return { status: "ok", result: UNDEFINED, heap: "keep" };
    if (state === "pending") return failed(NEVER_SETTLES);
    if (state === "none") return this.shown(value);
    const held = guest.promiseResult(value);
    const outcome = wrapped ? this.unwrapped(held) : this.shown(held);
    guest.free(held);
    return outcome;
  }

  /** The value that an asynchronous script came to, which may be a promise in its turn. */
  private unwrapped(holder: ValuePtr): Outcome {
    const { guest } = this.run;
    const value = guest.property(holder, "value");
    const outcome = this.settled({ value }, undefined);
    guest.free(value);
    return outcome;
  }

  private shown(value: ValuePtr): Outcome {
    const { value: result, isCut } = this.showing.value(value);
    return { status: "ok", result, ...(isCut ? { resultCut: true } : {}), heap: "keep" };
  }

  /** Takes what was thrown over. @throws Stopped, and whatever is no guest's throw */
  private thrown(error: unknown): ExceptionPayload {
    if (error instanceof StartFailure) return error.payload;
    if (!(error instanceof GuestThrow)) throw error;
    this.run.watch.assertGoing();
    const payload = this.showing.error(error.error);
    this.run.guest.free(error.error);
    return payload;
  }

  private preludeText(fn: PreludeFunction, ...args: ValuePtr[]): string {
    const { guest } = this.run;
    const result = this.prelude(fn, ...args);
    const text =
      result === undefined ? "" : (guest.textWithin(result, PRELUDE_TEXT_BYTES_MAX) ?? "");
    if (result !== undefined) guest.free(result);
    return text;
  }

  /** Calls a function of the prelude; the arguments are freed. None throws unless it was stopped. */
  private prelude(fn: PreludeFunction, ...args: ValuePtr[]): ValuePtr | undefined {
    const { guest, prelude } = this.run;
    let result: ValuePtr | undefined;
    try {
      result = guest.call(prelude[fn] as ValuePtr, args);
    } catch (error) {
      if (!(error instanceof GuestThrow)) throw error;
      guest.free(error.error);
    }
    for (const arg of args) guest.free(arg);
    this.run.watch.assertGoing();
    return result;
  }

  private mapped(outcome: Outcome): Outcome {
    const { error } = outcome;
    if (!error) return outcome;
    if (error.stack === undefined) return outcome;
    return { ...outcome, error: { ...error, stack: this.run.mapStack(error.stack) } };
  }

  private release(value: ValuePtr | undefined): void {
    if (value !== undefined) this.run.guest.free(value);
  }
}

/** Whether the engine can go on after it ran out of memory, with nothing left pending. */
function isUsable({ guest, prelude, watch }: Run): boolean {
  const { c } = guest.instance;
  watch.release();
  try {
    const spare = c._malloc(SPARE_BYTES);
    if (spare === 0) return false;
    c._free(spare);
    if (guest.hasJobs()) return false;
    guest.free(guest.call(prelude.end as ValuePtr, []));
    return guest.instance.refusals === 0 && guest.instance.isBalanced;
  } catch {
    return false;
  }
}
