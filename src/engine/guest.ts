import type { ValuePayload } from "../core/execution.ts";
import { assertRoomFor } from "./host-memory.ts";
import type { Instance } from "./instance.ts";
import { readText, textBytes, writeText } from "./text.ts";

/** A pointer to a value in the guest's heap, owned by whoever holds it. */
export type ValuePtr = number & { readonly __value: unique symbol };

/** The guest threw: `error` points to what it threw; the catcher owns it. */
export class GuestThrow {
  constructor(readonly error: ValuePtr) {}
}

/** The guest's heap has no room for what the host must put there. */
export class GuestMemoryFull extends Error {
  override readonly name = "GuestMemoryFull";

  constructor() {
    super("the guest's memory is full");
  }
}

/** What the engine may use of its stack: half a MiB of the five that the build has. */
export const STACK_BYTES = 512 * 1024;

/** A text of that length may have taken megabytes to make. */
const LONG_TEXT_CHARS = 16 * 1024;

export const EVAL_GLOBAL = 0;
export const EVAL_MODULE = 1;
export const EVAL_STRICT = 8;

export type PromiseState = "none" | "pending" | "fulfilled" | "rejected";
const PROMISE_STATES: readonly PromiseState[] = ["pending", "fulfilled", "rejected"];

/**
 * Values, calls and text across the boundary, for one runtime and context in one instance. Nothing
 * here trusts the heap: pointers come from the engine's own functions, text is whatever it is.
 */
export class Guest {
  readonly undefined: ValuePtr;

  constructor(
    readonly instance: Instance,
    readonly runtime: number,
    readonly context: number,
  ) {
    this.undefined = instance.c._QTS_GetUndefined() as ValuePtr;
  }

  /** @throws GuestThrow, GuestMemoryFull */
  evaluate(source: string, fileName: string, flags: number): ValuePtr {
    const { c } = this.instance;
    const name = this.putText(fileName);
    const code = this.putText(source);
    try {
      return this.unwrap(c._QTS_Eval(this.context, code, textBytes(source), name, 0, flags));
    } finally {
      c._free(code);
      c._free(name);
    }
  }

  /** The arguments stay the caller's. @throws GuestThrow, GuestMemoryFull */
  call(fn: ValuePtr, args: readonly ValuePtr[]): ValuePtr {
    const { c } = this.instance;
    const argv = this.malloc(Math.max(args.length, 1) * 4);
    for (let i = 0; i < args.length; i++) this.instance.writeU32(argv + i * 4, args[i] as number);
    try {
      return this.unwrap(c._QTS_Call(this.context, fn, this.undefined, args.length, argv));
    } finally {
      c._free(argv);
    }
  }

  /** Runs at most `max` jobs. @returns how many ran. @throws GuestThrow */
  runJobs(max: number): number {
    const { c } = this.instance;
    if (!c._QTS_IsJobPending(this.runtime)) return 0;
    const contextOut = this.malloc(4);
    this.instance.writeU32(contextOut, 0);
    try {
      const result = this.checked(c._QTS_ExecutePendingJob(this.runtime, max, contextOut));
      // A number is how many ran; anything else is what a job threw. Telling them apart must not
      // convert: that would run guest code.
      if (!this.isNumber(result)) throw new GuestThrow(result);
      const ran = c._QTS_GetFloat64(this.context, result);
      this.free(result);
      return ran;
    } finally {
      c._free(contextOut);
    }
  }

  hasJobs(): boolean {
    return this.instance.c._QTS_IsJobPending(this.runtime) !== 0;
  }

  promiseState(value: ValuePtr): PromiseState {
    return PROMISE_STATES[this.instance.c._QTS_PromiseState(this.context, value)] ?? "none";
  }

  /** What a settled promise holds. */
  promiseResult(promise: ValuePtr): ValuePtr {
    return this.checked(this.instance.c._QTS_PromiseResult(this.context, promise));
  }

  /** @throws GuestThrow (a getter's) */
  property(object: ValuePtr, name: string): ValuePtr {
    const key = this.newString(name);
    try {
      return this.unwrap(this.instance.c._QTS_GetProp(this.context, object, key));
    } finally {
      this.free(key);
    }
  }

  /** Text without NUL, as JSON is. */
  newString(text: string): ValuePtr {
    const { c } = this.instance;
    const chars = this.putText(text);
    try {
      return this.checked(c._QTS_NewString(this.context, chars));
    } finally {
      c._free(chars);
    }
  }

  newNumber(value: number): ValuePtr {
    return this.checked(this.instance.c._QTS_NewFloat64(this.context, value));
  }

  boolean(value: boolean): ValuePtr {
    const { c } = this.instance;
    return (value ? c._QTS_GetTrue() : c._QTS_GetFalse()) as ValuePtr;
  }

  newBytes(bytes: Uint8Array): ValuePtr {
    const at = this.malloc(Math.max(bytes.length, 1));
    this.instance.bytes.set(bytes, at);
    return this.checked(this.instance.c._QTS_NewArrayBuffer(this.context, at, bytes.length));
  }

  newArray(items: readonly ValuePtr[]): ValuePtr {
    const { c } = this.instance;
    const array = this.checked(c._QTS_NewArray(this.context));
    for (const [index, item] of items.entries()) {
      const key = this.newNumber(index);
      c._QTS_SetProp(this.context, array, key, item);
      this.free(key);
    }
    return array;
  }

  newError(message: string): ValuePtr {
    const error = this.checked(this.instance.c._QTS_NewError(this.context));
    this.setText(error, "message", message);
    return error;
  }

  setText(object: ValuePtr, name: string, text: string): void {
    const key = this.newString(name);
    const value = this.newString(text);
    this.instance.c._QTS_SetProp(this.context, object, key, value);
    this.free(value);
    this.free(key);
  }

  /** A pointer for a callback to return: the engine takes it over. */
  throwing(error: ValuePtr): number {
    const exception = this.instance.c._QTS_Throw(this.context, error);
    this.free(error);
    return exception;
  }

  /** The text of a string, up to a NUL; other values are converted, which runs guest code. */
  text(value: ValuePtr): string {
    return this.textWithin(value, Number.POSITIVE_INFINITY) as string;
  }

  /** The same; undefined when it is longer. */
  textWithin(value: ValuePtr, bytesMax: number): string | undefined {
    const { c } = this.instance;
    const at = c._QTS_GetString(this.context, value);
    if (at === 0) throw this.instance.refusals > 0 ? new GuestMemoryFull() : this.pendingThrow();
    const memory = this.instance.bytes;
    const end = memory.indexOf(0, at);
    try {
      return end - at > bytesMax ? undefined : readText(memory.subarray(at, end));
    } finally {
      c._QTS_FreeCString(this.context, at);
    }
  }

  /**
   * The bytes of an ArrayBuffer, in the guest's memory: good until the engine runs again. They are
   * given back by `returnBytes`. Undefined for anything else.
   */
  borrowBytes(value: ValuePtr): { readonly at: number; readonly bytes: Uint8Array } | undefined {
    const { c } = this.instance;
    const at = c._QTS_GetArrayBuffer(this.context, value);
    if (at === 0) return undefined;
    const length = c._QTS_GetArrayBufferLength(this.context, value);
    return { at, bytes: this.instance.bytes.subarray(at, at + length) };
  }

  returnBytes(at: number): void {
    this.instance.c._free(at);
  }

  free(value: ValuePtr): void {
    this.instance.c._QTS_FreeValuePointer(this.context, value);
  }

  /**
   * NUL-terminated, from malloc; the caller frees it or gives it away.
   *
   * @throws GuestMemoryFull, HostMemoryFull
   */
  putText(text: string): number {
    // What the text was made of, as a syntax tree, is garbage by now, and may be too much.
    if (text.length >= LONG_TEXT_CHARS) assertRoomFor(text.length);
    const length = textBytes(text);
    const at = this.malloc(length + 1);
    const memory = this.instance.bytes;
    writeText(memory, at, text);
    memory[at + length] = 0;
    return at;
  }

  /** Whether it is the value `true`. */
  isTrue(value: ValuePtr): boolean {
    const { bytes } = this.instance;
    return bytes.readInt32LE(value + 4) === TAG_BOOLEAN && bytes.readInt32LE(value) === 1;
  }

  /** What the prelude would say of a value that needs no looking into; undefined for all others. */
  plainValue(value: ValuePtr): ValuePayload | undefined {
    const { bytes } = this.instance;
    const tag = bytes.readInt32LE(value + 4);
    const content = bytes.readInt32LE(value);
    switch (tag) {
      case TAG_INTEGER:
        return { type: "number", preview: String(content), json: content };
      case TAG_BOOLEAN:
        return { type: "boolean", preview: String(content === 1), json: content === 1 };
      case TAG_NULL:
        return { type: "null", preview: "null", json: null };
      case TAG_UNDEFINED:
        return { type: "undefined", preview: "undefined", json: null };
      default:
        return undefined;
    }
  }

  /** The conversion of a value threw. */
  private pendingThrow(): GuestThrow {
    return new GuestThrow(this.newError("The value cannot be converted"));
  }

  /** Doubles are boxed by their sign and exponent in this build; small integers carry tag 0. */
  private isNumber(value: ValuePtr): boolean {
    const tag = this.instance.bytes.readInt32LE(value + 4);
    return tag === TAG_INTEGER || tag < FIRST_TAG || tag > LAST_TAG;
  }

  private malloc(bytes: number): number {
    const at = this.instance.c._malloc(bytes);
    if (at === 0) throw new GuestMemoryFull();
    return at;
  }

  private checked(value: number): ValuePtr {
    if (value === 0) throw new GuestMemoryFull();
    return value as ValuePtr;
  }

  private unwrap(result: number): ValuePtr {
    const value = this.checked(result);
    const error = this.instance.c._QTS_ResolveException(this.context, value);
    if (error === 0) return value;
    this.free(value);
    throw new GuestThrow(error as ValuePtr);
  }
}

/** Tags of the engine's NaN boxing. */
const TAG_INTEGER = 0;
const TAG_BOOLEAN = 1;
const TAG_NULL = 2;
const TAG_UNDEFINED = 3;
const FIRST_TAG = -9;
const LAST_TAG = 8;
