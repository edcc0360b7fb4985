import { LIMITS } from "../core/limits.ts";
import { ModuleError, type ModuleValue } from "./module.ts";

/** Reading of what a guest passed: each throws the TypeError that Node would. */

export type Options = Readonly<Record<string, ModuleValue>>;

export function invalidArgument(name: string, expected: string, value: ModuleValue): ModuleError {
  return new ModuleError(
    `The "${name}" argument must be ${expected}. Received ${received(value)}`,
    { code: "ERR_INVALID_ARG_TYPE" },
    "TypeError",
  );
}

export function invalidValue(name: string, reason: string, value: ModuleValue): ModuleError {
  return new ModuleError(
    `The argument '${name}' ${reason}. Received ${received(value)}`,
    { code: "ERR_INVALID_ARG_VALUE" },
    "TypeError",
  );
}

function received(value: ModuleValue): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an instance of Array";
  if (value instanceof Uint8Array) return "an instance of Uint8Array";
  if (typeof value === "object") return "an instance of Object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return `type ${typeof value} (${text.length > 40 ? `${text.slice(0, 40)}…` : text})`;
}

export function isOptions(value: ModuleValue): value is Options {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

/** An options object; absent is empty. */
export function optionsOf(value: ModuleValue): Options {
  if (value === undefined || value === null) return {};
  if (isOptions(value)) return value;
  throw invalidArgument("options", "of type object", value);
}

export function stringOf(name: string, value: ModuleValue): string {
  if (typeof value === "string") return value;
  throw invalidArgument(name, "of type string", value);
}

/** Absent is `fallback`. */
export function booleanOf(name: string, value: ModuleValue, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value === "boolean") return value;
  throw invalidArgument(name, "of type boolean", value);
}

/** A path as text: Node takes bytes too. Of more than a path may have, one is enough to be refused. */
export function pathOf(name: string, value: ModuleValue): string {
  const path =
    value instanceof Uint8Array
      ? new TextDecoder().decode(value.subarray(0, LIMITS.pathBytesMax + 1))
      : value;
  if (typeof path !== "string") {
    throw invalidArgument(name, "of type string or an instance of Uint8Array", value);
  }
  return withoutNul(name, path);
}

/** What the system reads to its first NUL. */
export function withoutNul(name: string, text: string): string {
  if (text.includes("\0")) throw invalidValue(name, "must be a string without null bytes", text);
  return text;
}

/** A misspelt option would do nothing, unseen. */
export function assertOptions(options: Options, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const reason = `is not known: there are ${known.join(", ")}`;
    throw invalidValue(`options.${name}`, reason, options[name]);
  }
}

const ENCODINGS = new Set([
  "utf8",
  "utf-8",
  "latin1",
  "binary",
  "base64",
  "base64url",
  "hex",
  "ascii",
  "utf16le",
  "utf-16le",
  "ucs2",
  "ucs-2",
]);

export function encodingOf(value: ModuleValue): BufferEncoding {
  const name = typeof value === "string" ? value.toLowerCase() : undefined;
  if (name !== undefined && ENCODINGS.has(name)) return name as BufferEncoding;
  throw invalidValue("encoding", "is invalid encoding", value);
}
