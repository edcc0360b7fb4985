import { writeSync } from "node:fs";
import type { Logger } from "../core/ports/logger.ts";
import { LOG_LEVELS, type LogFormat, type LogLevel } from "./config.ts";

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Only for text. */
  readonly colours: boolean;
  /** Takes one line, with its line end. Default: stderr. */
  readonly write?: (line: string) => void;
}

type Fields = Record<string, unknown>;

/** Whatever comes in a field of such a name is not written. */
const SECRET = /authorization|cookie|password|secret|token|idempotency_key/i;
const HIDDEN = "[hidden]";
/** One field of a text line or a JSON one: enough for a stack. */
const FIELD_CHARS_MAX = 8192;

/** Structured logs, one line for each entry, on stderr. */
export function createLogger(options: LoggerOptions): Logger {
  const { write = writeToStderr } = options;
  const threshold = LOG_LEVELS.indexOf(options.level);
  const at = (level: LogLevel) => {
    if (LOG_LEVELS.indexOf(level) < threshold) return () => {};
    return (message: string, fields: Fields = {}) => {
      const time = new Date().toISOString();
      const entry = options.format === "json" ? asJson : asText(options.colours);
      write(`${entry(time, level, message, cleaned(fields))}\n`);
    };
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Synchronous, so that the last line before an end is written too. */
function writeToStderr(line: string): void {
  try {
    writeSync(2, line);
  } catch {
    // Nobody reads it, or not fast enough: a log must not stop the daemon.
  }
}

function cleaned(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, SECRET.test(name) ? HIDDEN : bounded(value)]),
  );
}

function bounded(value: unknown): unknown {
  const text = value instanceof Error ? (value.stack ?? value.message) : value;
  if (typeof text !== "string" || text.length <= FIELD_CHARS_MAX) return text;
  return `${text.slice(0, FIELD_CHARS_MAX)}…`;
}

type Render = (time: string, level: LogLevel, message: string, fields: Fields) => string;

const asJson: Render = (time, level, message, fields) =>
  JSON.stringify({ time, level, message, ...fields });

const COLOURS: Record<LogLevel, string> = {
  debug: "\u001b[2m",
  info: "\u001b[36m",
  warn: "\u001b[33m",
  error: "\u001b[31m",
};

/** `12:00:00.000 info  message  name=value other="two words"` */
const asText =
  (colours: boolean): Render =>
  (time, level, message, fields) => {
    const name = level.padEnd(5);
    const shown = colours ? `${COLOURS[level]}${name}\u001b[0m` : name;
    const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${plain(value)}`);
    return `${time.slice(11, 23)} ${shown} ${oneLine(message)}${pairs.length > 0 ? " " : ""}${pairs.join("")}`;
  };

/** A value that cannot be taken for the next field, or for another line. */
function plain(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[\w./:@+-]+$/.test(text) ? text : oneLine(JSON.stringify(text));
}

/** What JSON leaves as it is of control characters and line ends moves a terminal's cursor too. */
const oneLine = (text: string) =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (character) =>
      SHORT_ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const SHORT_ESCAPES: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
