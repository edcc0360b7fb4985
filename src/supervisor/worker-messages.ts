import type { ExceptionPayload, ValuePayload } from "../core/execution.ts";
import type { JobEvent } from "../core/ports/runner.ts";
import { VALUE_TYPES } from "../core/value-types.ts";
import type { DoneMessage, FromWorker } from "../worker/protocol.ts";
import { plainJsonChars } from "./plain-json.ts";

/**
 * What a worker says, parsed. A worker may have been taken over by its guest: everything is checked
 * and bounded here, and copied into objects that have the fields of the protocol and no others.
 */
export interface MessageBounds {
  readonly jobId: string;
  /** Events that may still come. */
  readonly events: number;
  /** Characters of payloads that may still come. */
  readonly chars: number;
  readonly deltaBytes: number;
}

export type ParsedMessage =
  | { readonly message: FromWorker; readonly chars: number }
  /** Why the worker is not to be believed. */
  | { readonly violation: string };

const NO_BOUNDS: MessageBounds = { jobId: "", events: 0, chars: 0, deltaBytes: 0 };
const DIGEST = /^[0-9a-f]{64}$/;
const SHORT_CHARS_MAX = 256;
/** Latest moment that a Date can hold. */
const DATE_MS_MAX = 8.64e15;
/** Events that the core makes itself come from no worker. */
const EVENT_TYPES = new Set(["console", "system", "stdout", "stderr"]);
const RESULT_TYPES: ReadonlySet<string> = new Set(VALUE_TYPES);

class Violation extends Error {}

/**
 * @param raw  Parsed JSON.
 * @param bounds  Those of the job that the worker was given; absent: it has none.
 */
export function parseMessage(
  raw: unknown,
  body: Uint8Array,
  bounds: MessageBounds = NO_BOUNDS,
): ParsedMessage {
  try {
    const parser = new MessageParser(body, bounds);
    return { message: parser.message(raw), chars: bounds.chars - parser.charsLeft };
  } catch (error) {
    if (error instanceof Violation) return { violation: error.message };
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

class MessageParser {
  charsLeft: number;

  constructor(
    private readonly body: Uint8Array,
    private readonly bounds: MessageBounds,
  ) {
    this.charsLeft = bounds.chars;
  }

  message(raw: unknown): FromWorker {
    const fields = object(raw, "message");
    if (this.body.byteLength > 0 && fields.checkpoint === undefined) {
      throw new Violation("an unasked body");
    }
    switch (fields.type) {
      case "ready":
        return {
          type: "ready",
          pid: number(fields, "pid"),
          engine: short(fields, "engine"),
          base: short(fields, "base", DIGEST),
          confinement: fields.confinement === "kernel" ? "kernel" : "checks",
        };
      case "events":
        return { type: "events", jobId: this.jobId(fields), events: this.news(fields) };
      case "guest":
        return { type: "guest", jobId: this.jobId(fields), runs: boolean(fields, "runs") };
      case "done":
        return this.done(fields);
      default:
        throw new Violation("a message of an unknown type");
    }
  }

  private done(fields: Fields): DoneMessage {
    const { status } = fields;
    if (status !== "ok" && status !== "error" && status !== "timeout") {
      throw new Violation("status is none");
    }
    const result = fields.result === undefined ? undefined : this.result(fields.result);
    const error = fields.error === undefined ? undefined : this.error(fields.error);
    if ((status === "ok") !== (error === undefined)) {
      throw new Violation("status and error contradict each other");
    }
    const checkpoint =
      fields.checkpoint === undefined ? undefined : this.checkpoint(fields.checkpoint);
    const rolledBack = boolean(fields, "rolledBack");
    if (rolledBack && checkpoint) throw new Violation("rolled back, with a checkpoint");
    const outputLimit =
      fields.outputLimit === undefined ? undefined : outputLimitOf(fields.outputLimit);
    return {
      type: "done",
      jobId: this.jobId(fields),
      events: this.events(fields),
      status,
      ...(result === undefined ? {} : { result }),
      ...(fields.resultCut === true ? { resultCut: true } : {}),
      ...(error === undefined ? {} : { error }),
      ...(outputLimit === undefined ? {} : { outputLimit }),
      ...(checkpoint === undefined ? {} : { checkpoint }),
      rolledBack,
      durationMs: number(fields, "durationMs"),
      cpuMs: number(fields, "cpuMs"),
      heapBytes: whole(fields, "heapBytes"),
      ...(fields.spans === undefined ? {} : { spans: spansOf(object(fields.spans, "spans")) }),
      retire: fields.retire === true,
    };
  }

  private jobId(fields: Fields): string {
    if (fields.jobId !== this.bounds.jobId || this.bounds.jobId === "") {
      throw new Violation("speaks of a job that it does not have");
    }
    return this.bounds.jobId;
  }

  /** What comes before the end comes with something: else there might be any number of it. */
  private news(fields: Fields): JobEvent[] {
    const events = this.events(fields);
    if (events.length === 0) throw new Violation("events that are none");
    return events;
  }

  private events(fields: Fields): JobEvent[] {
    const list = fields.events;
    if (!Array.isArray(list)) throw new Violation("events is no list");
    if (list.length > this.bounds.events) throw new Violation("more events than it may send");
    return list.map((raw) => this.event(object(raw, "event")));
  }

  private event(fields: Fields): JobEvent {
    const { type, payload } = fields;
    if (typeof type !== "string" || !EVENT_TYPES.has(type)) {
      throw new Violation("an event of a type that no worker sends");
    }
    object(payload, "payload");
    this.spend(payload);
    // A worker's clock is this machine's, unless it lies; no event is of the future.
    const atMs = Math.min(number(fields, "atMs"), DATE_MS_MAX, Date.now());
    return { type: type as JobEvent["type"], payload, atMs };
  }

  private result(raw: unknown): ValuePayload {
    const fields = object(raw, "result");
    const { type, preview, json, mime } = fields;
    if (typeof type !== "string" || !RESULT_TYPES.has(type) || typeof preview !== "string") {
      throw new Violation("the result is no value");
    }
    this.spend(fields);
    return {
      type: type as ValuePayload["type"],
      preview,
      ...(json === undefined ? {} : { json }),
      ...(mime === undefined ? {} : { mime: object(mime, "mime") as Record<string, unknown> }),
    };
  }

  private error(raw: unknown): ExceptionPayload {
    const fields = object(raw, "error");
    this.spend(fields);
    const text = (name: string): string | undefined => {
      const value = fields[name];
      if (value === undefined || typeof value === "string") return value;
      throw new Violation(`error.${name} is no text`);
    };
    const message = text("message");
    if (message === undefined) throw new Violation("the error has no message");
    const error: ExceptionPayload = { message };
    for (const name of ["stack", "name", "code", "limit"] as const) {
      const value = text(name);
      if (value !== undefined) error[name] = value;
    }
    return error;
  }

  private checkpoint(raw: unknown): NonNullable<DoneMessage["checkpoint"]> {
    const fields = object(raw, "checkpoint");
    const delta = this.body;
    if (delta.byteLength > this.bounds.deltaBytes) throw new Violation("the delta is too large");
    return {
      engine: short(fields, "engine"),
      base: short(fields, "base", DIGEST),
      delta,
      heapBytes: whole(fields, "heapBytes"),
      full: boolean(fields, "full"),
      deltaByData: boolean(fields, "deltaByData"),
    };
  }

  private spend(payload: unknown): void {
    const chars = plainJsonChars(payload, this.charsLeft);
    if (chars === undefined) throw new Violation("a payload that is no JSON, or too large");
    this.charsLeft -= chars;
  }
}

const spansOf = (fields: Fields): NonNullable<DoneMessage["spans"]> => ({
  takeUpMs: number(fields, "takeUpMs"),
  evaluateMs: number(fields, "evaluateMs"),
  searchMs: number(fields, "searchMs"),
  writeMs: number(fields, "writeMs"),
});

function outputLimitOf(raw: unknown): NonNullable<DoneMessage["outputLimit"]> {
  const fields = object(raw, "outputLimit");
  const { limit } = fields;
  if (limit !== "max_events" && limit !== "max_output_kb") throw new Violation("no such limit");
  return { limit, max: number(fields, "max") };
}

function object(raw: unknown, what: string): Fields {
  if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) return raw as Fields;
  throw new Violation(`${what} is no object`);
}

/** Finite and not negative: a time or a size. */
function number(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new Violation(`${name} is no number`);
}

/** A count of bytes, as the store holds it. */
function whole(fields: Fields, name: string): number {
  const value = number(fields, name);
  if (Number.isSafeInteger(value)) return value;
  throw new Violation(`${name} is no whole number`);
}

function boolean(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === "boolean") return value;
  throw new Violation(`${name} is no boolean`);
}

function short(fields: Fields, name: string, pattern?: RegExp): string {
  const value = fields[name];
  if (typeof value === "string" && value.length <= SHORT_CHARS_MAX && value !== "") {
    if (!pattern || pattern.test(value)) return value;
  }
  throw new Violation(`${name} is malformed`);
}
