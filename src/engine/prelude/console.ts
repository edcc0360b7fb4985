import { epochNow } from "./clock.ts";
import { format } from "./format.ts";
import { callerFrames } from "./frames.ts";
import { callHost } from "./host.ts";
import { inspect } from "./inspect.ts";
import { replaceAll, split, twoDigits } from "./inspect-text.ts";
import {
  arrayIsArray,
  coerce,
  floor,
  hide,
  mapDelete,
  mapGet,
  mapHas,
  mapSet,
  NativeMap,
  NativeTypeError,
  native,
  numberToFixed,
  push,
  quote,
  slice,
  symbolToStringTag,
  toNumber,
} from "./primordials.ts";
import { tableText } from "./table.ts";

type Level = "log" | "info" | "warn" | "error" | "debug";

const GROUP_INDENTATION = "  ";
const GROUP_DEPTH_MAX = 500;

let enabled = true;
let indentation = "";
const counts = new NativeMap<string, number>();
const startsMs = new NativeMap<string, number>();

/** Before each execution: a console that is off costs nothing and records nothing. */
export function setConsole(on: boolean): void {
  enabled = on;
}

export function endGroups(): void {
  if (indentation !== "") indentation = "";
}

function emit(level: Level, text: string): void {
  const shown =
    indentation === "" ? text : indentation + replaceAll(text, "\n", `\n${indentation}`);
  callHost("console", `{"level":"${level}","text":${quote(shown)}}`);
}

const log = (level: Level, args: readonly unknown[]): void => {
  if (enabled) emit(level, format(args));
};

function withRest(first: unknown[], rest: readonly unknown[]): unknown[] {
  for (let i = 0; i < rest.length; i++) push(first, rest[i]);
  return first;
}

function time(label: string): void {
  if (mapHas(startsMs, label)) warn(`Label '${label}' already exists for console.time()`);
  else mapSet(startsMs, label, epochNow());
}

function timeLog(name: string, label: string, data: readonly unknown[]): boolean {
  const startMs = mapGet(startsMs, label);
  if (startMs === undefined) {
    warn(`No such label '${label}' for console.${name}()`);
    return false;
  }
  log("log", withRest(["%s: %s", label, durationText(epochNow() - startMs)], data));
  return true;
}

const warn = (text: string): void => log("warn", ["%s", `Warning: ${text}`]);

/** `12.5ms`, `1.234s`, `2:03.456 (m:ss.mmm)`, `1:02:03.456 (h:mm:ss.mmm)`. */
function durationText(ms: number): string {
  if (ms < 1000) return `${toNumber(numberToFixed(ms, 3))}ms`;
  if (ms < 60_000) return `${numberToFixed(ms / 1000, 3)}s`;
  const hours = floor(ms / 3_600_000);
  const minutes = floor((ms % 3_600_000) / 60_000);
  const parts = split(numberToFixed((ms % 60_000) / 1000, 3), ".");
  const seconds = `${twoDigits(toNumber(parts[0]))}.${parts[1]}`;
  return hours > 0
    ? `${hours}:${twoDigits(minutes)}:${seconds} (h:mm:ss.mmm)`
    : `${minutes}:${seconds} (m:ss.mmm)`;
}

function table(data: unknown, properties?: unknown): void {
  if (!enabled) return;
  if (properties !== undefined && !arrayIsArray(properties)) {
    throw new NativeTypeError('The "properties" argument must be an instance of Array');
  }
  const text = tableText(data, properties);
  if (text === undefined) log("log", [data]);
  else emit("log", text);
}

function trace(args: readonly unknown[]): void {
  if (!enabled) return;
  const text = format(args);
  const frames = callerFrames();
  emit("error", `Trace${text === "" ? "" : `: ${text}`}${frames === "" ? "" : `\n${frames}`}`);
}

function group(data: readonly unknown[]): void {
  if (data.length > 0) log("log", data);
  if (indentation.length < GROUP_DEPTH_MAX * 2) indentation += GROUP_INDENTATION;
}

function assert(condition: unknown, data: readonly unknown[]): void {
  if (condition) return;
  const first = data[0];
  const said = data.length === 0 ? "" : `: ${typeof first === "string" ? first : format([first])}`;
  const args: unknown[] = [`Assertion failed${said}`];
  for (let i = 1; i < data.length; i++) push(args, data[i]);
  log("error", args);
}

const label = (given: unknown): string => (given === undefined ? "default" : coerce(given));

export function makeConsole(): object {
  const methods = {
    log: (...args: unknown[]) => log("log", args),
    warn: (...args: unknown[]) => log("warn", args),
    dir: (value: unknown, options?: object) => {
      if (enabled) emit("log", inspect(value, dirOptions(options)));
    },
    time: (given?: unknown) => time(label(given)),
    timeEnd: (given?: unknown) => {
      if (timeLog("timeEnd", label(given), [])) mapDelete(startsMs, label(given));
    },
    timeLog: (given?: unknown, ...data: unknown[]) => {
      timeLog("timeLog", label(given), data);
    },
    trace: (...args: unknown[]) => trace(args),
    assert: (condition?: unknown, ...data: unknown[]) => assert(condition, data),
    clear: () => {},
    count: (given?: unknown) => {
      const name = label(given);
      const count = (mapGet(counts, name) ?? 0) + 1;
      mapSet(counts, name, count);
      log("log", ["%s", `${name}: ${count}`]);
    },
    countReset: (given?: unknown) => {
      const name = label(given);
      if (!mapDelete(counts, name)) warn(`Count for '${name}' does not exist`);
    },
    group: (...data: unknown[]) => group(data),
    groupEnd: () => {
      indentation = slice(indentation, 0, -2);
    },
    table,
    debug: (...args: unknown[]) => log("debug", args),
    info: (...args: unknown[]) => log("info", args),
    dirxml: (...args: unknown[]) => log("log", args),
    error: (...args: unknown[]) => log("error", args),
    groupCollapsed: (...data: unknown[]) => group(data),
  };
  const console: Record<string, unknown> = {};
  for (const name in methods) {
    console[name] = native(name, 0, methods[name as "log"]);
  }
  hide(console, symbolToStringTag, "console");
  return console;
}

function dirOptions(options: object | undefined): object {
  return options !== null && typeof options === "object"
    ? { customInspect: false, ...options }
    : { customInspect: false };
}
