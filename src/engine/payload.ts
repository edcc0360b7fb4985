import type { ExceptionPayload, ValuePayload } from "../core/execution.ts";
import { isTooDeep } from "../core/json-depth.ts";
import { jsonValueBytes } from "../core/json-size.ts";
import { CONSOLE_LEVELS, type ConsoleLevel, VALUE_TYPES } from "../core/value-types.ts";
import { assertRoomFor } from "./host-memory.ts";
import { OURS } from "./prelude/file-name.ts";

/**
 * What the prelude says about values, parsed. The heap it comes from is the guest's: nothing is
 * believed, and what does not fit becomes a placeholder.
 */

/** Deeper JSON has no readers that survive it. */
const DEPTH_MAX = 256;

/** Of less than this the values cannot become too much. */
const LARGE_JSON_CHARS = 256 * 1024;

const TYPES: ReadonlySet<string> = new Set(VALUE_TYPES);
const LEVELS: ReadonlySet<string> = new Set(CONSOLE_LEVELS);

export const UNREADABLE_VALUE: ValuePayload = { type: "object", preview: "[cannot be shown]" };
export const UNREADABLE_ERROR: ExceptionPayload = {
  message: "Error: an error that cannot be shown",
};

/** A value, and whether there was no room for its JSON form. */
export interface Described {
  readonly value: ValuePayload;
  readonly isCut: boolean;
}

export function parseValue(text: string): Described {
  const fields = parseFields(text);
  const type = fields?.type;
  const preview = fields?.preview;
  if (typeof type !== "string" || !TYPES.has(type) || typeof preview !== "string") {
    return { value: UNREADABLE_VALUE, isCut: false };
  }
  const value: ValuePayload = { type: type as ValuePayload["type"], preview };
  if (fields && "json" in fields) value.json = fields.json;
  const mime = mimeOf(fields?.mime);
  if (mime) value.mime = mime;
  return { value, isCut: fields?.cut === true };
}

export function parseError(text: string): ExceptionPayload {
  return errorOf(parseJson(text)) ?? UNREADABLE_ERROR;
}

export function parseErrors(text: string): ExceptionPayload[] {
  const list = parseJson(text);
  return Array.isArray(list) ? list.map((each) => errorOf(each) ?? UNREADABLE_ERROR) : [];
}

export function parseConsole(text: string): { level: ConsoleLevel; text: string } | undefined {
  const fields = parseFields(text);
  if (typeof fields?.level !== "string" || !LEVELS.has(fields.level)) return undefined;
  if (typeof fields.text !== "string") return undefined;
  return { level: fields.level as ConsoleLevel, text: fields.text };
}

/** An object, or undefined for anything else and for what is nested too deep. */
export function parseFields(text: string): Record<string, unknown> | undefined {
  const value = parseJson(text);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function parseJson(text: string): unknown {
  if (isTooDeep(text, DEPTH_MAX)) return undefined;
  if (text.length > LARGE_JSON_CHARS) assertRoomFor(jsonValueBytes(text));
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorOf(raw: unknown): ExceptionPayload | undefined {
  if (typeof raw !== "object" || raw === null) return undefined;
  const { message, name, code, stack } = raw as Record<string, unknown>;
  if (typeof message !== "string") return undefined;
  const error: ExceptionPayload = { message };
  const frames = typeof stack === "string" ? guestStack(stack) : "";
  if (frames !== "") error.stack = frames;
  if (typeof name === "string") error.name = name;
  if (typeof code === "string") error.code = code;
  return error;
}

/** Without the frames that are ours. */
function guestStack(stack: string): string {
  return stack
    .split("\n")
    .filter(
      (line) =>
        !line.startsWith("    at ") || !(line.includes(`(${OURS}`) || line.includes(`at ${OURS}`)),
    )
    .join("\n")
    .trimEnd();
}

function mimeOf(raw: unknown): Record<string, unknown> | undefined {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return undefined;
  return Object.keys(raw).length > 0 ? (raw as Record<string, unknown>) : undefined;
}
