import type { FlagDefs } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/** Flags of every command; they may stand before or after it. */
export const GLOBAL_FLAGS = {
  db: {
    type: "string",
    valueHint: "PATH",
    notEmpty: true,
    description:
      "Database file: of `serve` (default vm-system.db); of `run` and `repl`, to keep the record",
  },
  "server-url": {
    type: "string",
    valueHint: "URL",
    description: "The daemon to talk to (default http://127.0.0.1:3210)",
  },
  "log-level": {
    type: "enum",
    options: ["debug", "info", "warn", "error"],
    description: "What is logged to stderr (default info)",
  },
  "log-format": {
    type: "enum",
    options: ["text", "json"],
    description: "How it is logged (default text on a terminal, else json)",
  },
  json: { type: "boolean", description: "Print the API's JSON on stdout and nothing else there" },
  help: { type: "boolean", alias: "h", description: "Show the usage of a command" },
  version: { type: "boolean", alias: "v", description: "Print the version" },
} as const satisfies FlagDefs;

export type LogLevel = (typeof GLOBAL_FLAGS)["log-level"]["options"][number];
export type LogFormat = (typeof GLOBAL_FLAGS)["log-format"]["options"][number];

export interface Globals {
  readonly serverUrl: string;
  readonly logLevel: LogLevel | undefined;
  readonly logFormat: LogFormat | undefined;
  readonly json: boolean;
}

const DEFAULT_SERVER_URL = "http://127.0.0.1:3210";

/** Flag before environment before default. @throws UsageError for a URL that is none */
export function readGlobals(
  flag: (name: keyof typeof GLOBAL_FLAGS) => string | undefined,
  env: Record<string, string | undefined>,
): Globals {
  // A variable that is not one of the choices is serve's to refuse; for a client it means nothing.
  const choice = (name: "log-level" | "log-format") => {
    const variable = env[`VM_SYSTEM_${name.toUpperCase().replace("-", "_")}`];
    const options: readonly (string | undefined)[] = GLOBAL_FLAGS[name].options;
    return flag(name) ?? (options.includes(variable) ? variable : undefined);
  };
  const serverUrl =
    httpUrl("--server-url", flag("server-url")) ??
    httpUrl("VM_SYSTEM_SERVER_URL", env.VM_SYSTEM_SERVER_URL || undefined) ??
    DEFAULT_SERVER_URL;
  return {
    // People copy the API's address whole.
    serverUrl: serverUrl.replace(/\/api\/v1$/, ""),
    logLevel: choice("log-level") as LogLevel | undefined,
    logFormat: choice("log-format") as LogFormat | undefined,
    json: flag("json") === "true",
  };
}

/**
 * @param source   The flag or variable that holds it.
 * @param example  One that is right.
 * @throws UsageError
 */
export function httpUrl(
  source: string,
  text: string | undefined,
  example: string = DEFAULT_SERVER_URL,
): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:") || !url.hostname) {
    throw new UsageError(
      `${source}: ${JSON.stringify(text)} is not an http or https URL`,
      `Write it as ${example}.`,
    );
  }
  if (url.search || url.hash) {
    throw new UsageError(`${source}: ${JSON.stringify(text)} must not have a query or fragment`);
  }
  return url.href.replace(/\/+$/, "");
}
