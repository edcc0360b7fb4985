import { Limits, type SettingsPatch } from "../../core/settings.ts";
import type { LocalOptions } from "../../daemon/local.ts";
import { DEFAULT_CACHE_DIR } from "../../libraries/cache.ts";
import { LIBRARY_CATALOG } from "../../libraries/catalog.ts";
import { MODULE_CATALOG } from "../../modules/catalog.ts";
import type { FlagDefs } from "../command.ts";
import type { Context } from "../context.ts";
import { durationMs } from "../duration.ts";
import { readSessionFile } from "../session-file-io.ts";
import { SETTINGS_FLAGS, settingsFrom } from "../settings-flags.ts";
import { UsageError } from "../usage-error.ts";
import { worktreeFolder } from "./worktree-file.ts";

/** Flags of the commands that make a throw-away session. */
export const LOCAL_FLAGS = {
  worktree: {
    type: "string",
    valueHint: "DIR",
    notEmpty: true,
    description: "The folder that the code may load files from (default: the current one)",
  },
  module: {
    type: "string",
    valueHint: "NAME",
    description: "A native module that `require` gives; may be repeated",
    multiple: true,
    completes: MODULE_CATALOG.map(({ name }) => name),
  },
  library: {
    type: "string",
    valueHint: "NAME",
    description: "A library of the cache, loaded before the code; may be repeated",
    multiple: true,
    completes: LIBRARY_CATALOG.map(({ id }) => id),
  },
  from: {
    type: "string",
    valueHint: "FILE",
    notEmpty: true,
    description:
      "Go on from a session file, which says modules, libraries and limits; see `session export`",
  },
  "cache-dir": {
    type: "string",
    valueHint: "DIR",
    notEmpty: true,
    description: `Where \`libs download\` keeps libraries (default ${DEFAULT_CACHE_DIR})`,
  },
  timeout: {
    type: "string",
    valueHint: "TIME",
    description:
      "The limit of an execution, as 500ms, 5s, 2m: of elapsed time, and of CPU time (at most 1h)",
  },
  ...SETTINGS_FLAGS,
} as const satisfies FlagDefs;

/** @throws UsageError */
export async function localOptions(
  context: Context,
  args: Readonly<Record<string, unknown>>,
): Promise<LocalOptions> {
  const last = (flag: string) => context.list(flag).at(-1);
  return {
    worktreePath: worktreeFolder(last("worktree")),
    settings: settingsOf(context, args),
    modules: context.list("module"),
    libraries: context.list("library"),
    ...(await startingPoint(context)),
    cacheDir: last("cache-dir") ?? (context.env.VM_SYSTEM_CACHE_DIR || DEFAULT_CACHE_DIR),
    db: last("db"),
  };
}

/** A file's session has what it has; what else the command line says of it would be silently lost. */
async function startingPoint(context: Context): Promise<Pick<LocalOptions, "from">> {
  const file = context.list("from").at(-1);
  if (file === undefined) return {};
  const given = ["module", "library", "timeout", ...Object.keys(SETTINGS_FLAGS)].find(
    (flag) => context.list(flag).length > 0,
  );
  if (given === undefined) return { from: await readSessionFile(file) };
  throw new UsageError(
    `--${given} is for a new session, and --from has one`,
    "The session keeps the modules, libraries and limits that it was made with.",
  );
}

function settingsOf(
  context: Context,
  args: Readonly<Record<string, unknown>>,
): SettingsPatch | undefined {
  const given = (flag: string) => context.list(flag).length > 0;
  const settings = settingsFrom(args, given);
  const timeout = context.list("timeout").at(-1);
  if (timeout === undefined) return settings;
  if (given("wall-ms")) throw new UsageError("--timeout and --wall-ms say the same; give one");
  const ms = durationMs("--timeout", timeout);
  const { cpu_ms, wall_ms } = Limits.properties;
  if (ms > wall_ms.maximum!) {
    throw new UsageError(`--timeout: ${JSON.stringify(timeout)} is more than the 24h that may be`);
  }
  const cpuMs = Math.min(ms, cpu_ms.maximum!);
  return { ...settings, limits: { cpu_ms: cpuMs, ...settings?.limits, wall_ms: ms } };
}
