/**
 * Where the two halves of the engine meet: the prelude (our JavaScript inside the guest heap, bundled
 * from this folder into one classic script) and the host (the files above this folder).
 *
 * The script's completion value is `boot`. The host calls it once, when the base image is made, with
 * the only host reference there is, and keeps pointers to the functions of its result. Nothing else of
 * the prelude is reachable from the guest's global object. All text crosses as strings, encoded by
 * the host itself, so that NULs and lone surrogates survive. The script is evaluated under the name
 * PRELUDE_FILE (file-name.ts), and makes no call to the host while it boots.
 *
 * The host trusts nothing that comes out: every payload is parsed and bounded again there.
 */
export type Boot = (host: HostCall) => PreludeExports;

/**
 * The one way to the host. The attachment of a request is an ArrayBuffer that its JSON refers to
 * (MarshalledValue), or for `promise` the value in question.
 *
 * Answer: `{"return":value}`, or `{"throw":{name,message,properties}}` which the prelude throws as an
 * Error of that name with these properties; `{"plain":value}` is a value without marks (MarshalledValue);
 * the JSON as a string, or `[json, ArrayBuffer]` where there
 * are bytes. `compile`, `import`, `promise` and `encode` answer with the guest's own value instead of
 * text, and throw what it throws; the text or number of `decode` and `encode` is bare. `console` answers nothing.
 */
export type HostCall = (
  op: HostOp,
  json: string,
  attachment?: unknown,
) => string | [string, ArrayBuffer];

export type HostOp =
  /** `{level, text}`: a console call. The host bounds and records it, and may end the execution. */
  | "console"
  /** `{module, fn, args}` → the module's value. */
  | "module"
  /** `{specifier, from}` or `{id}` → Resolved (engine/loader-protocol.ts): for require. */
  | "resolve"
  /** `{id}` of a CommonJS file → not text but the wrapper function itself: (exports, require, module, __filename, __dirname). */
  | "compile"
  /** `{id, loading}` of an ES module → not text but its namespace object itself; `loading`: ids of CommonJS modules that are half loaded. */
  | "import"
  /** The attachment is any value → `[state, value]`: 0 pending, 1 fulfilled, 2 rejected; undefined for what is no promise. */
  | "promise"
  /**
   * `{url, base?, set?: [part, text]}` → the parts of the parsed URL, or null: the host's own URL
   * parser. With `set`, after `url[part] = text`; null where that throws, which only `href` does.
   */
  | "url"
  /** `{name, line, column}` of a frame → `[before, behind]`, some of the text around it, or null. */
  | "source"
  /** `{bytes}` → `[_, ArrayBuffer]` of that many random bytes, at most 65,536. */
  | "random"
  /**
   * `{as, text}`, at most 65,536 units → not text but an ArrayBuffer, the text's bytes in the encoding;
   * null where it has none. As `length`: how many bytes it has in UTF-8, a number.
   */
  | "encode"
  /** `{as}`, the attachment at most 65,536 bytes → their text, or null where they are none. */
  | "decode"
  /** → `{epochMs, monotonicMs}`, with fractions. Every timer asks when it is made. */
  | "clock"
  /** Before an error is kept that nobody caught: the host will ask for it. */
  | "uncaught";

/**
 * How `encode` and `decode` read: as Node's Buffer does, but `binary` takes a text of bytes alone,
 * `base64`, `base64url` and `hex` one of their letters alone, `strict` is UTF-8 or null, `utf8` has
 * U+FFFD for what is malformed.
 */
export type TextEncoding =
  | "utf8"
  | "strict"
  | "latin1"
  | "binary"
  | "ascii"
  | "hex"
  | "base64"
  | "base64url"
  | "utf16le"
  | "windows-1252";

/**
 * A value between guest and host modules: JSON, in which an object of one key stands for what JSON has
 * not: `{"$bytes":[offset,length]}` of the buffer that goes along (a Uint8Array), `{"$bigint":"1"}`,
 * `{"$undefined":true}`, `{"$number":"NaN"|"Infinity"|"-Infinity"|"-0"}`, and `{"$object":{…}}` for an
 * object whose only key begins with `$`. Dates come as ISO strings. From the host alone:
 * `{"$shape":"stats"|"dirent", …}`, which becomes what Node's fs returns.
 */
export type MarshalledValue = unknown;

/**
 * Functions that the host calls. None throws but `load`, whatever the guest's heap holds (a full heap
 * and a stack at its end aside); all are bounded.
 */
export interface PreludeExports {
  /**
   * Before each execution. JSON: BeginConfig; or just whether its console records, 1 or 0, where it has
   * no arguments and no environment.
   */
  begin(config: string | number): void;
  /**
   * After each execution: cancels timers, resets console groups, forgets what was unhandled. Left out,
   * like `runTimers` and `unhandled`, after one that made no `clock` or `uncaught` call and had no
   * promise rejected.
   */
  end(): void;
  /** New random state, 4 × u32: at creation of a session and for every copy of it. */
  reseed(a: number, b: number, c: number, d: number): void;
  /** JSON: ValuePayload of core/execution.ts, at most `bytesMax` bytes of preview and json together; `careful`: no code of the guest's runs. */
  describe(value: unknown, bytesMax: number, careful: boolean): string;
  /** JSON: ExceptionPayload; `stack` is `Name: message` and the guest's frames, absent without frames. */
  describeError(error: unknown, bytesMax: number, careful: boolean): string;
  /**
   * Runs the first timer that is due, and only that one: the host runs all jobs before it calls again.
   * JSON: `{ran: 0 | 1, nextAtMs: number | null, nextIdleAtMs: number | null}`, monotonic. An execution
   * waits for `nextAtMs`; for `nextIdleAtMs` (AbortSignal.timeout) only while its value is pending.
   */
  runTimers(nowMs: number): string;
  /**
   * What nobody caught since the last call: errors of timers, microtasks and listeners, and rejections
   * that have no handler. JSON: ExceptionPayload[]. To be asked when no job is left.
   */
  unhandled(): string;
  /**
   * From the engine's rejection tracker, while guest code runs: a promise was rejected without a handler,
   * or got one. Without a promise, from the host: it took the reason of the last one, to throw it.
   */
  rejected(promise: object | undefined, reason: unknown, handled: boolean): void;
  /**
   * After the engine gave an error its stack, before any code sees it: puts the header in front of the
   * frames, and into V8's words what the engine said.
   */
  errorMade(error: object, byEngine: boolean): void;
  /** `[settled: 0|1|2, value]` of a promise: 0 pending, 1 fulfilled, 2 rejected; non-promises are 1. */
  settle(value: unknown): [number, unknown];
  /**
   * `require` by id, as an ES module that imports a CommonJS, JSON or native module needs it: the host
   * hands it to the bridge module (engine/loader-bridge.ts) once, at boot. Throws what the module throws.
   */
  load(id: string): unknown;
  /**
   * Names that complete the last identifier of `text` at a prompt, from the live heap, without running
   * getters: whole names, for the caller to put in place of that identifier. JSON: string[], sorted.
   */
  complete(text: string): string;
}

export interface BeginConfig {
  readonly args: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, unknown>>;
  /** Names of native modules that this session may require; the host checks again at each call. */
  readonly modules: readonly string[];
  readonly console: boolean;
}
