import { availableParallelism } from "node:os";
import { LIMITS } from "../core/limits.ts";
import { DEFAULT_RETENTION, type RetentionPolicy } from "../core/retention.ts";
import { DEFAULT_CACHE_DIR } from "../libraries/cache.ts";

/** How a daemon is to run: complete, and checked. */
export interface DaemonConfig {
  /** Port 0: the system chooses one. */
  readonly listen: { readonly hostname: string; readonly port: number };
  /** A file. */
  readonly db: string;
  readonly durability: "full" | "normal";
  /** Bytes that the database may grow to; absent: what the disk has. */
  readonly storeBudgetBytes?: number;
  /** What is kept of each session. */
  readonly retention: RetentionPolicy;
  /** Absent: sessions stay in memory until their place is needed. */
  readonly sleepAfterMs?: number;
  readonly workers: number;
  readonly queueDepth: number;
  readonly requireConfinement: boolean;
  readonly bodyBytesMax: number;
  readonly importBytesMax: number;
  readonly allowHosts: readonly string[];
  readonly allowOrigins: readonly string[];
  /** Libraries are in the folder `libraries` of this one. */
  readonly cacheDir: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

interface OptionRow {
  readonly valueHint: string;
  readonly description: string;
  /** Shown with the description. Absent: there is none, or it depends on the machine. */
  readonly default?: string;
  readonly type: "text" | "integer" | "choice" | "switch";
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** May be given more than once; in the environment separated by commas. */
  readonly multiple?: boolean;
}

/**
 * Every option of a daemon. The flag is `--<name>`; the environment variable that stands in for it
 * VM_SYSTEM_<NAME>, with underscores. A flag goes before the environment, that before the default.
 */
export const DAEMON_OPTIONS = {
  listen: {
    type: "text",
    valueHint: "HOST:PORT",
    description: "Where to listen; port 0 takes a free one",
    default: "127.0.0.1:3210",
  },
  db: {
    type: "text",
    valueHint: "PATH",
    description: "The database file; it is made when it is missing",
    default: "vm-system.db",
  },
  durability: {
    type: "choice",
    choices: ["full", "normal"],
    valueHint: "full|normal",
    description: "`full`: an answer survives a power cut; `normal`: every crash but that one",
    default: "full",
  },
  "store-budget-mb": {
    type: "integer",
    min: 1,
    max: 16_777_216,
    valueHint: "MIB",
    description: "What the database may grow to before requests fail with STORE_FULL",
  },
  "keep-checkpoints": {
    type: "integer",
    min: 1,
    max: 1_000_000,
    valueHint: "COUNT",
    description: "Newest checkpoints kept of each session, besides labelled and forked ones",
    default: String(DEFAULT_RETENTION.checkpoints),
  },
  "keep-executions": {
    type: "integer",
    min: 1,
    max: 1_000_000_000,
    valueHint: "COUNT",
    description: "Newest executions kept of each session, with their events",
    default: String(DEFAULT_RETENTION.executions),
  },
  "keep-days": {
    type: "integer",
    min: 1,
    max: 36_500,
    valueHint: "DAYS",
    description: "Executions that ended longer ago are removed (default: none is for its age)",
  },
  "sleep-after-s": {
    type: "integer",
    min: 0,
    max: 31_536_000,
    valueHint: "SECONDS",
    description: "Idle sessions leave the workers' memory after this; 0: only for another one",
    default: "600",
  },
  workers: {
    type: "integer",
    min: 1,
    max: 256,
    valueHint: "COUNT",
    description: "Executions that compute at the same time (default: one per core)",
  },
  "queue-depth": {
    type: "integer",
    min: 0,
    max: 1_000_000,
    valueHint: "COUNT",
    description: "Executions that may wait for a worker before requests fail with QUEUE_FULL",
    default: String(LIMITS.queueDepth),
  },
  "require-confinement": {
    type: "switch",
    valueHint: "true|false",
    description: "Refuse to start where the kernel cannot confine workers",
    default: "false",
  },
  "max-body-mb": {
    type: "integer",
    min: 1,
    max: 1024,
    valueHint: "MIB",
    description: "Largest request body",
    default: String(LIMITS.bodyBytesMax / 1024 / 1024),
  },
  "max-import-mb": {
    type: "integer",
    min: 1,
    max: LIMITS.sessionFileBytesMax / 1024 / 1024,
    valueHint: "MIB",
    description: "Largest session file to import",
    default: String(LIMITS.sessionFileBytesMax / 1024 / 1024),
  },
  "allow-host": {
    type: "text",
    multiple: true,
    valueHint: "NAME",
    description: "A further Host header to answer to; may be repeated",
  },
  "allow-origin": {
    type: "text",
    multiple: true,
    valueHint: "ORIGIN",
    description: "A web origin whose pages may use the API; may be repeated",
  },
  "cache-dir": {
    type: "text",
    valueHint: "DIR",
    description: "Where `libs download` puts libraries, and the daemon finds them",
    default: DEFAULT_CACHE_DIR,
  },
  "log-level": {
    type: "choice",
    choices: LOG_LEVELS,
    valueHint: LOG_LEVELS.join("|"),
    description: "What is logged to stderr",
    default: "info",
  },
  "log-format": {
    type: "choice",
    choices: LOG_FORMATS,
    valueHint: LOG_FORMATS.join("|"),
    description: "How it is logged (default: text on a terminal, else json)",
  },
} as const satisfies Record<string, OptionRow>;

export type DaemonOption = keyof typeof DAEMON_OPTIONS;

/** A value that is no value of its option: wrong usage, not a failed start. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/**
 * @param flags  The values of each flag that was given, in order.
 * @param terminal  Whether stderr is one.
 * @throws ConfigError naming the flag or the variable
 */
export function readConfig(
  flags: Partial<Record<DaemonOption, readonly string[]>>,
  env: Readonly<Record<string, string | undefined>>,
  terminal: boolean,
): DaemonConfig {
  const given = (name: DaemonOption): Given => {
    const row: OptionRow = DAEMON_OPTIONS[name];
    const found = findGiven(name, row, flags[name], env);
    for (const value of found.values) assertValue(found.source, row, value);
    return found;
  };
  const one = (name: DaemonOption): string | undefined => given(name).values.at(-1);
  const number = (name: DaemonOption): number | undefined => {
    const text = one(name);
    return text === undefined ? undefined : Number(text);
  };
  const budgetMb = number("store-budget-mb");
  const days = number("keep-days");
  const sleepAfterS = number("sleep-after-s")!;
  return {
    listen: readAddress(given("listen")),
    db: one("db")!,
    durability: one("durability") as DaemonConfig["durability"],
    ...(budgetMb === undefined ? {} : { storeBudgetBytes: budgetMb * 1024 * 1024 }),
    retention: {
      checkpoints: number("keep-checkpoints")!,
      executions: number("keep-executions")!,
      ...(days === undefined ? {} : { days }),
    },
    ...(sleepAfterS === 0 ? {} : { sleepAfterMs: sleepAfterS * 1000 }),
    workers: number("workers") ?? availableParallelism(),
    queueDepth: number("queue-depth")!,
    requireConfinement: one("require-confinement") === "true",
    bodyBytesMax: number("max-body-mb")! * 1024 * 1024,
    importBytesMax: number("max-import-mb")! * 1024 * 1024,
    allowHosts: readHosts(given("allow-host")),
    allowOrigins: readOrigins(given("allow-origin")),
    cacheDir: one("cache-dir")!,
    logLevel: one("log-level") as LogLevel,
    logFormat: (one("log-format") as LogFormat | undefined) ?? (terminal ? "text" : "json"),
  };
}

/** What was given for an option, and where: the flag or the variable, for errors to name. */
interface Given {
  readonly source: string;
  readonly values: readonly string[];
}

export const environmentName = (name: DaemonOption): string =>
  `VM_SYSTEM_${name.toUpperCase().replaceAll("-", "_")}`;

function findGiven(
  name: DaemonOption,
  row: OptionRow,
  flag: readonly string[] | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Given {
  const source = `--${name}`;
  if (flag !== undefined && flag.length > 0) return { source, values: flag };
  const variable = env[environmentName(name)];
  // An empty variable is as none: that is how a shell or a container unsets one.
  if (variable) {
    const values = row.multiple ? variable.split(",").map((value) => value.trim()) : [variable];
    return { source: environmentName(name), values };
  }
  return { source, values: row.default === undefined ? [] : [row.default] };
}

function assertValue(source: string, row: OptionRow, value: string): void {
  const wrong = (what: string) =>
    new ConfigError(
      `${source}: ${JSON.stringify(value)} is not ${what}`,
      `Give it as ${source} ${row.valueHint}.`,
    );
  const choices = row.type === "switch" ? ["true", "false"] : row.choices;
  if (choices && !choices.includes(value)) throw wrong(`one of ${choices.join(", ")}`);
  if (row.type === "integer") {
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = row;
    const isWhole = /^\d{1,16}$/.test(value);
    if (!isWhole || Number(value) < min || Number(value) > max) {
      throw wrong(`a whole number from ${min} to ${max}`);
    }
  }
  if (value === "" || value.includes("\0")) throw wrong("a value");
}

/** `127.0.0.1:3210`, `[::1]:3210`, `localhost:0`. */
function readAddress({ source, values }: Given): DaemonConfig["listen"] {
  const text = values.at(-1) ?? "";
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text);
  const hostname = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (hostname !== undefined && port <= 65_535) return { hostname, port };
  throw new ConfigError(
    `${source}: ${JSON.stringify(text)} is not an address`,
    "Give host and port, as 127.0.0.1:3210 or [::1]:3210.",
  );
}

/** As browsers send them: scheme, host and port, and nothing after. */
/** As a Host header names one: a name or an address, with a port or without. */
function readHosts({ source, values }: Given): string[] {
  return values.map((text) => {
    if (/^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/.test(text)) return text;
    throw new ConfigError(
      `${source}: ${JSON.stringify(text)} is not a host`,
      "Give a name or an address, as vm.example, vm.example:3210 or [::1].",
    );
  });
}

function readOrigins({ source, values }: Given): string[] {
  return values.map((text) => {
    const origin = URL.canParse(text) ? new URL(text).origin : "null";
    if (origin !== "null" && origin === text.replace(/\/$/, "").toLowerCase()) return origin;
    throw new ConfigError(
      `${source}: ${JSON.stringify(text)} is not an origin`,
      "Give scheme, host and port, as https://app.example or http://localhost:5173.",
    );
  });
}
