import type { PreludeFunction } from "./base-image.ts";
import { type Guest, GuestMemoryFull, GuestThrow, STACK_BYTES, type ValuePtr } from "./guest.ts";

/** Beyond what the engine may use of its stack, for what the prelude does when that is used up. */
const SPARE_STACK_BYTES = 64 * 1024;

/** Tells the prelude what the engine tells of, in the middle of whatever the guest does. */
export class PreludeNews {
  private isTelling = false;

  constructor(
    private readonly guest: Guest,
    private readonly prelude: Readonly<Record<PreludeFunction, number>>,
  ) {}

  /** Of a promise that was rejected; the values are the engine's own, borrowed. */
  rejected(promise: bigint, reason: bigint, handled: boolean): void {
    const { guest } = this;
    const { c } = guest.instance;
    const cells = c._malloc(16);
    if (cells === 0) return;
    const { bytes } = guest.instance;
    bytes.writeBigUInt64LE(BigInt.asUintN(64, promise), cells);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, reason), cells + 8);
    const truth = handled ? c._QTS_GetTrue() : c._QTS_GetFalse();
    this.listen([cells, cells + 8, truth] as ValuePtr[]);
    c._free(cells);
  }

  /** Of a module's error that the host has taken, for the guest to catch. */
  taken(reason: ValuePtr): void {
    const { guest } = this;
    const { c } = guest.instance;
    this.listen([c._QTS_GetUndefined(), reason, c._QTS_GetTrue()] as ValuePtr[]);
  }

  private listen(args: ValuePtr[]): void {
    const { guest } = this;
    try {
      guest.free(guest.call(this.prelude.rejected as ValuePtr, args));
    } catch (error) {
      // Stopped, or out of memory: the execution ends for that reason.
      if (error instanceof GuestThrow) guest.free(error.error);
      else if (!(error instanceof GuestMemoryFull)) throw error;
    }
  }

  /**
   * Of an error that the engine has just made; the value is the engine's own, borrowed, and may be what
   * is being thrown. An error that comes of telling is nobody's.
   */
  errorMade(error: bigint, byEngine: boolean): void {
    if (this.isTelling) return;
    const { guest } = this;
    const { c } = guest.instance;
    const cell = c._malloc(8);
    if (cell === 0) return;
    this.isTelling = true;
    guest.instance.bytes.writeBigUInt64LE(BigInt.asUintN(64, error), cell);
    const held = c._QTS_DupValuePointer(guest.context, cell) as ValuePtr;
    const truth = byEngine ? c._QTS_GetTrue() : c._QTS_GetFalse();
    // The stack may just have come to its end.
    c._QTS_RuntimeSetMaxStackSize(guest.runtime, STACK_BYTES + SPARE_STACK_BYTES);
    try {
      const listener = this.prelude.errorMade as ValuePtr;
      guest.free(guest.call(listener, [held, truth] as ValuePtr[]));
    } catch (failure) {
      if (failure instanceof GuestThrow) {
        guest.free(failure.error);
        guest.free(c._QTS_Throw(guest.context, held) as ValuePtr);
      } else if (!(failure instanceof GuestMemoryFull)) throw failure;
    } finally {
      c._QTS_RuntimeSetMaxStackSize(guest.runtime, STACK_BYTES);
      this.isTelling = false;
    }
    guest.free(held);
    c._free(cell);
  }
}
