import type { ExceptionPayload, ValuePayload } from "../core/execution.ts";
import type { PreludeFunction } from "./base-image.ts";
import { type Guest, GuestThrow, type ValuePtr } from "./guest.ts";
import { withinRoom } from "./host-memory.ts";
import { parseError, parseValue, UNREADABLE_ERROR, UNREADABLE_VALUE } from "./payload.ts";
import type { Watch } from "./watch.ts";

/** Of an error's message and stack. */
const ERROR_BYTES_MAX = 64 * 1024;

/** A result is shown even where the output is used up. */
const RESULT_BYTES_MIN = 1024;

/** What a value's own methods may take to say how it is shown. */
const SHOWING_MS_MAX = 100;

/** How the guest's values and errors are shown, of one execution: within its limits, whatever they are. */
export class Showing {
  constructor(
    private readonly run: {
      readonly guest: Guest;
      readonly prelude: Readonly<Record<PreludeFunction, number>>;
      readonly watch: Watch;
      /** Of the host's memory. @throws HostMemoryFull */
      assertRoom(bytes: number): void;
    },
  ) {}

  /** @throws Stopped, HostMemoryFull */
  value(value: ValuePtr): { readonly value: ValuePayload; readonly isCut: boolean } {
    const plain = this.run.guest.plainValue(value);
    if (plain) return { value: plain, isCut: false };
    const bytesMax = Math.max(RESULT_BYTES_MIN, this.run.watch.outputLeft);
    const text = this.describe("describe", value, bytesMax);
    if (text === undefined) return { value: UNREADABLE_VALUE, isCut: false };
    return withinRoom(this.run.assertRoom, () => parseValue(text));
  }

  /** @throws Stopped */
  error(error: ValuePtr): ExceptionPayload {
    const text = this.describe("describeError", error, ERROR_BYTES_MAX);
    return text === undefined ? UNREADABLE_ERROR : parseError(text);
  }

  /** As the value shows itself; where that takes too long, as it is seen from outside. */
  private describe(
    fn: "describe" | "describeError",
    value: ValuePtr,
    bytesMax: number,
  ): string | undefined {
    const { watch } = this.run;
    return (
      watch.within(SHOWING_MS_MAX, () => this.describedBy(fn, value, bytesMax, false)) ??
      this.describedBy(fn, value, bytesMax, true)
    );
  }

  private describedBy(
    fn: "describe" | "describeError",
    value: ValuePtr,
    bytesMax: number,
    careful: boolean,
  ): string | undefined {
    const { guest, prelude, watch } = this.run;
    const limit = guest.newNumber(bytesMax);
    let described: string | undefined;
    try {
      const text = guest.call(prelude[fn] as ValuePtr, [value, limit, guest.boolean(careful)]);
      described = guest.textWithin(text, bytesMax * 2 + RESULT_BYTES_MIN);
      guest.free(text);
    } catch (error) {
      if (!(error instanceof GuestThrow)) throw error;
      guest.free(error.error);
    }
    guest.free(limit);
    watch.assertGoing();
    return described;
  }
}
