import type { ConsoleLevel } from "../core/value-types.ts";
import { countGarbage, countTextGarbage } from "./garbage.ts";
import { type Guest, GuestThrow, type ValuePtr } from "./guest.ts";
import {
  decodeValue,
  type EncodedValue,
  encodeAnswer,
  encodeReturn,
  type ModuleValue,
} from "./module-values.ts";
import { parseConsole, parseFields } from "./payload.ts";
import { decodeBytes, encodeText } from "./transcode.ts";

/** What guest code may reach. Every method is synchronous: the guest waits. */
export interface HostServices {
  /** A console call; it may end the execution. */
  console(level: ConsoleLevel, text: string): void;
  /** @throws an error with `guestName` and `properties` for the guest to see */
  module(name: string, fn: string, args: readonly ModuleValue[]): ModuleValue;
  /** `resolve`, `compile` and `import` of prelude/interface.ts; undefined: no such operation. */
  loader(op: string, request: Readonly<Record<string, unknown>>): GuestAnswer | undefined;
  /** What stands before and behind a position of a text that runs in this execution. */
  source(name: string, line: number, column: number): readonly [string, string] | undefined;
  nowMs(): number;
  monotonicMs(): number;
}

/** A JSON answer, or a value of the guest's own. */
export type GuestAnswer = EncodedValue | { readonly value: ValuePtr };

/** A request may be this long: what it brings is held a second time by the host. */
const REQUEST_BYTES_MAX = 8 * 1024 * 1024;
/** Browsers know no longer ones, and each comes in a dozen copies. */
const URL_REQUEST_CHARS_MAX = 2 * 1024 * 1024;
/** Longer than the longest name of an operation. */
const OP_BYTES_MAX = 32;
const RANDOM_BYTES_MAX = 65_536;
const POINTER_BYTES = 8;

/** Answers the guest's calls of the one host function. Nothing of a request is believed. */
export class HostCalls {
  /** The guest may have timers, or errors that nobody caught. */
  mayHaveLeft = false;

  constructor(
    private readonly guest: Guest,
    private readonly services: HostServices,
  ) {}

  /** @returns A pointer for the engine; 0 is undefined. Never throws: there is no one to catch. */
  call(argc: number, argv: number): number {
    const { guest } = this;
    try {
      const op = argc > 0 ? guest.textWithin(argv as ValuePtr, OP_BYTES_MAX) : undefined;
      const json =
        argc > 1
          ? guest.textWithin((argv + POINTER_BYTES) as ValuePtr, REQUEST_BYTES_MAX)
          : undefined;
      const attachment = argc > 2 ? ((argv + 2 * POINTER_BYTES) as ValuePtr) : undefined;
      if (op === undefined || json === undefined)
        return this.deliver(refusal("The value is too large"));
      // What earlier requests left goes before this one is read.
      countTextGarbage(json.length);
      return this.deliver(this.answer(op, json, attachment));
    } catch (error) {
      if (error instanceof GuestThrow) return guest.throwing(error.error);
      return this.deliverFailure(error);
    }
  }

  private answer(
    op: string,
    json: string,
    attachment: ValuePtr | undefined,
  ): GuestAnswer | undefined {
    switch (op) {
      case "console":
        return this.console(json);
      case "module":
        return this.module(json, attachment);
      case "url":
        return this.url(json);
      case "encode": {
        const encoded = encodeText(json);
        return encoded.bytes ? { value: this.guest.newBytes(encoded.bytes) } : encoded;
      }
      case "decode":
        return this.decode(json, attachment);
      case "random":
        return random(json);
      case "uncaught":
        this.mayHaveLeft = true;
        return undefined;
      case "clock": {
        this.mayHaveLeft = true;
        const { services } = this;
        return encodeAnswer("return", {
          epochMs: services.nowMs(),
          monotonicMs: services.monotonicMs(),
        });
      }
      case "promise":
        return this.promise(attachment);
      case "source": {
        const { name, line, column } = parseFields(json) ?? {};
        const known =
          typeof name === "string" && typeof line === "number" && typeof column === "number";
        const around = known ? this.services.source(name, line, column) : undefined;
        return encodeAnswer("return", around ? [...around] : null);
      }
      default:
        return this.services.loader(op, parseFields(json) ?? {}) ?? refusal("No such operation");
    }
  }

  private console(json: string): undefined {
    const call = parseConsole(json);
    if (call) this.services.console(call.level, call.text);
  }

  private module(json: string, attachment: ValuePtr | undefined): GuestAnswer {
    const { module: name, fn, args } = parseFields(json) ?? {};
    if (typeof name !== "string" || typeof fn !== "string" || !Array.isArray(args)) {
      return refusal("The arguments cannot be passed to a native module");
    }
    const buffer = attachment === undefined ? undefined : this.guest.borrowBytes(attachment);
    try {
      const values = args.map((arg) => decodeValue(arg, buffer?.bytes ?? NO_BYTES));
      return encodeReturn(this.services.module(name, fn, values));
    } catch (error) {
      return failure(error);
    } finally {
      if (buffer) this.guest.returnBytes(buffer.at);
    }
  }

  private decode(json: string, attachment: ValuePtr | undefined): GuestAnswer {
    const buffer = attachment === undefined ? undefined : this.guest.borrowBytes(attachment);
    if (!buffer) return refusal("There are no bytes");
    try {
      return decodeBytes(json, buffer.bytes);
    } finally {
      this.guest.returnBytes(buffer.at);
    }
  }

  private url(json: string): GuestAnswer {
    if (json.length > URL_REQUEST_CHARS_MAX) return refusal("The URL is too long", "TypeError");
    const { url, base, set } = parseFields(json) ?? {};
    if (typeof url !== "string") return encodeAnswer("return", null);
    const parsed = URL.parse(url, typeof base === "string" ? base : undefined);
    if (!parsed || !setPart(parsed, set)) return encodeAnswer("return", null);
    return encodeAnswer(
      "return",
      Object.fromEntries([...URL_PARTS, "origin" as const].map((name) => [name, parsed[name]])),
    );
  }

  private promise(attachment: ValuePtr | undefined): GuestAnswer | undefined {
    const { guest } = this;
    const state = attachment === undefined ? "none" : guest.promiseState(attachment);
    if (state === "none" || attachment === undefined) return undefined;
    const items = [guest.newNumber(PROMISE_NUMBERS[state])];
    if (state !== "pending") items.push(guest.promiseResult(attachment));
    const value = guest.newArray(items);
    for (const item of items) guest.free(item);
    return { value };
  }

  private deliver(answer: GuestAnswer | undefined): number {
    const { guest } = this;
    if (answer === undefined) return 0;
    if ("value" in answer) return answer.value;
    const text = guest.newString(answer.json);
    if (!answer.bytes) return text;
    const bytes = guest.newBytes(answer.bytes);
    // A loop over large files need not come to where the guest is asked whether to go on.
    if (answer.bytes.buffer !== RANDOM.buffer) countGarbage(answer.bytes.byteLength);
    const both = guest.newArray([text, bytes]);
    guest.free(text);
    guest.free(bytes);
    return both;
  }

  /** The guest's memory is full, or this is our bug: the guest sees no more than that it failed. */
  private deliverFailure(error: unknown): number {
    try {
      return this.deliver(failure(error));
    } catch {
      return 0;
    }
  }
}

const PROMISE_NUMBERS = { pending: 0, fulfilled: 1, rejected: 2 } as const;
const NO_BYTES = new Uint8Array(0);

/** Those that can be set. */
const URL_PARTS = [
  "href",
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
type UrlPart = (typeof URL_PARTS)[number];

/** `set` is what came in the request: `[part, text]`, or nothing. @returns false where it makes no URL */
function setPart(url: URL, set: unknown): boolean {
  if (!Array.isArray(set)) return true;
  const [part, text] = set as unknown[];
  if (!isPart(part) || typeof text !== "string") return false;
  try {
    url[part] = text;
    return true;
  } catch {
    return false;
  }
}

const isPart = (name: unknown): name is UrlPart => (URL_PARTS as readonly unknown[]).includes(name);

/** Used again and again: the guest gets a copy. */
const RANDOM = new Uint8Array(RANDOM_BYTES_MAX);

function random(json: string): GuestAnswer {
  const count = parseFields(json)?.bytes;
  if (typeof count !== "number" || !(count >= 0 && count <= RANDOM_BYTES_MAX)) {
    return refusal("At most 65536 random bytes at once", "RangeError");
  }
  const bytes = crypto.getRandomValues(RANDOM.subarray(0, Math.trunc(count)));
  return { json: `{"return":{"$bytes":[0,${bytes.length}]}}`, bytes };
}

function refusal(message: string, name = "Error"): GuestAnswer {
  return encodeAnswer("throw", { name, message, properties: {} });
}

/** Only errors made for guests say more than that something failed: others may hold host paths. */
function failure(error: unknown): GuestAnswer {
  if (!(error instanceof Error) || !("guestName" in error)) return refusal("The host failed");
  const { guestName, properties } = error as Error & {
    guestName: unknown;
    properties?: ModuleValue;
  };
  return encodeAnswer("throw", {
    name: typeof guestName === "string" ? guestName : "Error",
    message: error.message,
    properties: properties ?? {},
  });
}
