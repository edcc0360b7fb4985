import variant from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
} from "quickjs-emscripten-core";
import { PRELUDE_FILE, PRELUDE_SOURCE } from "../../src/engine/prelude/bundle.ts";
import type { PreludeExports } from "../../src/engine/prelude/interface.ts";
import { decodeBytes, encodeText } from "../../src/engine/transcode.ts";

const quickjs = await newQuickJSWASMModuleFromVariant(variant);

export interface ConsoleLine {
  readonly level: string;
  readonly text: string;
}

export interface Payload {
  readonly type: string;
  readonly preview: string;
  readonly json?: unknown;
  readonly mime?: Record<string, unknown>;
}

type HostAnswer = string | readonly [string, ArrayBuffer] | QuickJSHandle | undefined;
export type HostOperation = (request: never, bytes: ArrayBuffer | undefined) => HostAnswer;

const CALL_MS_MAX = 2000;

/** The prelude in a bare engine, with a host of a few lines. */
export class PreludeGuest implements Disposable {
  readonly context: QuickJSContext;
  readonly lines: ConsoleLine[] = [];
  /** Milliseconds of the host's clock; tests move it. */
  nowMs = 1000;
  /** Answers of the host besides those that are always there. */
  readonly operations = new Map<string, HostOperation>();
  private readonly functions: QuickJSHandle;
  private deadlineMs = 0;

  constructor() {
    this.context = quickjs.newContext();
    const { context } = this;
    context.runtime.setInterruptHandler(() => Date.now() > this.deadlineMs);
    this.restartDeadline();
    const boot = context.unwrapResult(context.evalCode(PRELUDE_SOURCE, PRELUDE_FILE));
    const host = context.newFunction("host", (op, json, attachment) =>
      this.answer(context.getString(op), context.getString(json), attachment),
    );
    this.functions = context.unwrapResult(context.callFunction(boot, context.undefined, host));
    boot.dispose();
    host.dispose();
    this.begin({});
  }

  /** Evaluates a script; its value, or what it throws as text. */
  evaluate(code: string): QuickJSHandle {
    this.restartDeadline();
    const result = this.context.evalCode(code, "/guest.js");
    if (!result.error) return result.value;
    const error = this.errorOf(result.error);
    result.error.dispose();
    throw new Error(JSON.stringify(error));
  }

  /** What describe says of the script's value. */
  describe(code: string, bytesMax = 512 * 1024): Payload {
    using value = this.evaluate(code);
    return this.describeValue(value, bytesMax);
  }

  describeValue(value: QuickJSHandle, bytesMax = 512 * 1024, careful = false): Payload {
    using limit = this.context.newNumber(bytesMax);
    const care = careful ? this.context.true : this.context.false;
    return JSON.parse(this.call("describe", value, limit, care));
  }

  preview(code: string): string {
    return this.describe(code).preview;
  }

  /** The script's value, as its JSON form. */
  json(code: string): unknown {
    return this.describe(code).json;
  }

  /** ExceptionPayload of what the script throws. */
  thrown(code: string): { message: string; name?: string; code?: string; stack?: string } {
    this.restartDeadline();
    const result = this.context.evalCode(code, "/guest.js");
    if (!result.error) throw new Error("nothing was thrown");
    using error = result.error;
    return this.errorOf(error);
  }

  /** Console lines of the script, as text. */
  console(code: string): string[] {
    this.lines.length = 0;
    this.evaluate(code).dispose();
    return this.lines.map((line) => line.text);
  }

  runJobs(): void {
    this.restartDeadline();
    this.context.unwrapResult(this.context.runtime.executePendingJobs());
  }

  /** Jobs and timers until nothing is left; moves the clock. */
  runAll(): void {
    for (;;) {
      this.runJobs();
      const { ran, nextAtMs, nextIdleAtMs } = this.runTimers();
      if (ran > 0) continue;
      const next = nextAtMs ?? nextIdleAtMs;
      if (next === null) return;
      this.nowMs = next;
    }
  }

  runTimers(): { ran: number; nextAtMs: number | null; nextIdleAtMs: number | null } {
    using now = this.context.newNumber(this.nowMs);
    return JSON.parse(this.call("runTimers", now));
  }

  unhandled(): { message: string; stack?: string }[] {
    return JSON.parse(this.call("unhandled"));
  }

  begin(config: { args?: object; env?: object; modules?: string[]; console?: boolean }): void {
    using text = this.context.newString(
      JSON.stringify({ args: {}, env: {}, modules: [], console: true, ...config }),
    );
    this.call("begin", text);
  }

  complete(text: string): string[] {
    using handle = this.context.newString(text);
    return JSON.parse(this.call("complete", handle));
  }

  /** Calls a function of the prelude; its text, or "" where it gives none. */
  call(name: keyof PreludeExports, ...args: QuickJSHandle[]): string {
    using result = this.callForValue(name, ...args);
    return this.context.typeof(result) === "string" ? this.context.getString(result) : "";
  }

  callForValue(name: keyof PreludeExports, ...args: QuickJSHandle[]): QuickJSHandle {
    this.restartDeadline();
    using fn = this.context.getProp(this.functions, name);
    return this.context.unwrapResult(
      this.context.callFunction(fn, this.context.undefined, ...args),
    );
  }

  [Symbol.dispose](): void {
    this.functions.dispose();
    this.context.dispose();
  }

  private restartDeadline(): void {
    this.deadlineMs = Date.now() + CALL_MS_MAX;
  }

  private errorOf(error: QuickJSHandle) {
    using limit = this.context.newNumber(512 * 1024);
    return JSON.parse(this.call("describeError", error, limit));
  }

  private answer(op: string, json: string, attachment: QuickJSHandle | undefined): QuickJSHandle {
    const { context } = this;
    const operation = this.operations.get(op) ?? builtIn[op];
    if (op === "promise") return this.peek(attachment!);
    if (op === "console") {
      this.lines.push(JSON.parse(json));
      return context.undefined;
    }
    if (op === "clock") {
      return context.newString(
        `{"return":{"epochMs":${1.7e12 + this.nowMs},"monotonicMs":${this.nowMs}}}`,
      );
    }
    if (op === "uncaught") return context.undefined;
    if (op === "encode") {
      const { bytes, json: text } = encodeText(json);
      return bytes ? context.newArrayBuffer(bytes.slice().buffer) : context.newString(text);
    }
    if (op === "decode") {
      using bytes = context.getArrayBuffer(attachment!);
      return context.newString(decodeBytes(json, bytes.value).json);
    }
    if (!operation) throw new Error(`no operation ${op}`);
    const bytes =
      attachment && context.typeof(attachment) === "object"
        ? context.getArrayBuffer(attachment).value.slice().buffer
        : undefined;
    const answer = operation((json === "" ? {} : JSON.parse(json)) as never, bytes);
    if (answer === undefined) return context.undefined;
    if (typeof answer === "string") return context.newString(answer);
    if (!isPair(answer)) return answer;
    const pair = context.newArray();
    using text = context.newString(answer[0]);
    using buffer = context.newArrayBuffer(answer[1]);
    context.setProp(pair, 0, text);
    context.setProp(pair, 1, buffer);
    return pair;
  }

  private peek(value: QuickJSHandle): QuickJSHandle {
    const { context } = this;
    const state = context.getPromiseState(value);
    if (state.type === "fulfilled" && state.notAPromise) return context.undefined;
    const pair = context.newArray();
    using number = context.newNumber({ pending: 0, fulfilled: 1, rejected: 2 }[state.type]);
    context.setProp(pair, 0, number);
    if (state.type === "pending") return pair;
    using held = state.type === "fulfilled" ? state.value : state.error;
    context.setProp(pair, 1, held);
    return pair;
  }
}

const isPair = (answer: object): answer is readonly [string, ArrayBuffer] => Array.isArray(answer);

const URL_PARTS = [
  "href",
  "origin",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
] as const;

const builtIn: Record<string, HostOperation> = {
  random: ((request: { bytes: number }) => {
    const bytes = crypto.getRandomValues(new Uint8Array(request.bytes));
    return [`{"return":{"$bytes":[0,${bytes.length}]}}`, bytes.buffer];
  }) as HostOperation,
  url: ((request: { url: string; base?: string; set?: [string, string] }) => {
    try {
      const url = new URL(request.url, request.base);
      if (request.set) (url as unknown as Record<string, string>)[request.set[0]] = request.set[1];
      const parts = Object.fromEntries(URL_PARTS.map((part) => [part, url[part]]));
      return JSON.stringify({ return: parts });
    } catch {
      return '{"return":null}';
    }
  }) as HostOperation,
};
