/**
 * Where the two halves of the engine meet: the prelude (our JavaScript inside the guest heap, bundled
 * from this folder into one classic script) and the host (the files above this folder).
 *
 * The script's completion value is `boot`. The host calls it once, when the base image is made, with
 * the only host reference there is, and keeps pointers to the functions of its result. Nothing else of
 * the prelude is reachable from the guest's global object. All text crosses as strings, encoded by
 * the host itself, so that NULs and lone surrogates survive.
 *
 * The host trusts nothing that comes out: every payload is parsed and bounded again there.
 */
export type Boot = (host: HostCall) => PreludeExports;

/**
 * The one way to the host. `bytes` of a request and of an answer are one buffer; JSON refers to parts
 * of it as `{"$bytes":[offset,length]}`. Throws an Error made by the prelude from the host's answer
 * `{"throw":{name,message,properties}}`; otherwise returns `{"return":value}`.
 *
 * Answer: a JSON string, or an array `[json, ArrayBuffer]` where there are bytes.
 */
export type HostCall = (op: HostOp, json: string, bytes?: ArrayBuffer) => string | [string, ArrayBuffer];

export type HostOp =
  /** `{level, text}`: a console call. The host bounds and records it, and may end the execution. */
  | "console"
  /** `{module, fn, args}` → the module's value. */
  | "module"
  /** `{specifier, from}` → `{kind:"native", name, functions}` or `{kind:"cjs"|"json"|"esm", path, …}`: for require. */
  | "resolve"
  /** `{path}` → makes the ES module of that path and returns through the engine's own means. */
  | "import"
  /** `{url, base?}` → the parts of the parsed URL, or null: the host's own URL parser. */
  | "url"
  /** `{bytes}` → that many random bytes, at most 65,536. */
  | "random"
  /** → `{epochMs, monotonicMs}`. */
  | "clock";

/** Functions that the host calls. None may throw, whatever the guest's heap holds; all are bounded. */
export interface PreludeExports {
  /** Before each execution. JSON: BeginConfig. */
  begin(config: string): void;
  /** After each execution: cancels timers, resets console groups. */
  end(): void;
  /** New random state, 4 × u32: at creation of a session and for every copy of it. */
  reseed(a: number, b: number, c: number, d: number): void;
  /** JSON: ValuePayload of core/execution.ts, at most `bytesMax` bytes of preview and json together. */
  describe(value: unknown, bytesMax: number): string;
  /** JSON: ExceptionPayload with the raw stack; the host keeps guest frames only. */
  describeError(error: unknown, bytesMax: number): string;
  /** Runs the timers that are due. JSON: `{ran: number, nextAtMs: number | null}` (monotonic). */
  runTimers(nowMs: number): string;
  /** Unhandled rejections since the last call; JSON: ExceptionPayload[]. */
  unhandled(): string;
  /** `[settled: 0|1|2, value]` of a promise: 0 pending, 1 fulfilled, 2 rejected; non-promises are 1. */
  settle(value: unknown): [number, unknown];
  /** Names that complete `text` at a prompt, from the live heap, without running getters. JSON: string[]. */
  complete(text: string): string;
}

export interface BeginConfig {
  readonly args: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, unknown>>;
  /** Names of native modules that this session may require; the host checks again at each call. */
  readonly modules: readonly string[];
  readonly console: boolean;
}
