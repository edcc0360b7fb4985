import { isatty } from "node:tty";
import {
  ConfigError,
  DAEMON_OPTIONS,
  type DaemonConfig,
  type DaemonOption,
  readConfig,
} from "../../daemon/config.ts";
import { command, type FlagDef, type FlagDefs } from "../command.ts";
import type { Context } from "../context.ts";
import { GLOBAL_FLAGS } from "../globals.ts";
import { UsageError } from "../usage-error.ts";

const STDERR = 2;

/** The daemon's own table of options is the table of flags; those that are global are known already. */
const NAMES = Object.keys(DAEMON_OPTIONS) as DaemonOption[];
const FLAGS: FlagDefs = Object.fromEntries(
  NAMES.filter((name) => !(name in GLOBAL_FLAGS)).map((name) => [name, flagOf(name)]),
);

export default command({
  name: "serve",
  summary: "Run the daemon until it is told to stop (SIGTERM, SIGINT)",
  examples: ["vm-system serve", "vm-system serve --listen 127.0.0.1:8080 --db sessions.db"],
  args: FLAGS,
  async run(context) {
    const config = configOf(context);
    const { serve } = await import("../../daemon/serve.ts");
    return serve(config);
  },
});

/** @throws UsageError */
function configOf(context: Context): DaemonConfig {
  const flags = Object.fromEntries(NAMES.map((name) => [name, context.list(name)]));
  try {
    return readConfig(flags, context.env, isatty(STDERR));
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message, error.hint);
    throw error;
  }
}

function flagOf(name: DaemonOption): FlagDef {
  const row: {
    type: string;
    description: string;
    valueHint: string;
    default?: string;
    choices?: readonly string[];
    min?: number;
    max?: number;
    multiple?: boolean;
  } = DAEMON_OPTIONS[name];
  // The default is shown and not set: only what is given goes before the environment.
  const description = row.default ? `${row.description} (default ${row.default})` : row.description;
  if (row.type === "switch") return { type: "boolean", description: row.description };
  if (row.choices) return { type: "enum", options: [...row.choices], description };
  return {
    type: "string",
    valueHint: row.valueHint,
    description,
    ...(row.min !== undefined && { integer: { min: row.min, ...(row.max && { max: row.max }) } }),
    ...(row.multiple && { multiple: true as const }),
  };
}
