import { type ConsolaInstance, createConsola, LogLevels, type LogObject } from "consola/core";
import type { Globals } from "./globals.ts";
import { hasColours, printableLines, printError, type Style, styled } from "./output.ts";

/**
 * What a client command logs, on stderr. Loaded only when something is logged: the ordinary call
 * logs nothing. Built on consola's core with a reporter of our own, because its default reporters
 * take longer to load than a whole call to the daemon.
 */
export function createLogger(globals: Pick<Globals, "logLevel" | "logFormat">): ConsolaInstance {
  const json = globals.logFormat === "json";
  return createConsola({
    level: LogLevels[globals.logLevel ?? "info"],
    reporters: [{ log: (entry) => printError(json ? asJson(entry) : asText(entry)) }],
    throttle: 0,
  });
}

const STYLES: Partial<Record<LogObject["type"], Style>> = {
  debug: "dim",
  info: "cyan",
  warn: "red",
  error: "red",
};

const text = (entry: LogObject) => entry.args.map(String).join(" ");

const asJson = (entry: LogObject) =>
  JSON.stringify({ time: entry.date.toISOString(), level: entry.type, message: text(entry) });

const asText = (entry: LogObject) => {
  const style = STYLES[entry.type] ?? "dim";
  return `${styled(entry.type, style, hasColours("stderr"))} ${printableLines(text(entry))}`;
};
