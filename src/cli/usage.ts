import {
  type Command,
  type FlagDef,
  flagsOf,
  isNegatable,
  isPositional,
  metaOf,
  type SubCommands,
  subCommandsOf,
} from "./command.ts";
import { GLOBAL_FLAGS } from "./globals.ts";
import { hasColours, styled } from "./output.ts";

/** What `--help` prints. */
export async function usageText(
  command: Command,
  path: readonly string[],
  colours = hasColours("stdout"),
): Promise<string> {
  const heading = (text: string) => styled(text, "bold", colours);
  const { description, examples = [] } = metaOf(command);
  const parts = [`${description}.`, `${heading("Usage:")} ${synopsis(command, path)}`];
  const children = subCommandsOf(command);
  if (children) {
    parts.push(`${heading("Commands:")}\n${columns(await childRows(children))}`);
  }
  const flags = Object.entries(flagsOf(command));
  const positionals = flags.filter(([, flag]) => isPositional(flag));
  if (positionals.length > 0) {
    const rows = positionals.map(([name, flag]) => [name.toUpperCase(), descriptionOf(flag)]);
    parts.push(`${heading("Arguments:")}\n${columns(rows)}`);
  }
  const own = flags.filter(([, flag]) => !isPositional(flag));
  if (own.length > 0) parts.push(`${heading("Flags:")}\n${columns(own.map(flagRow))}`);
  parts.push(`${heading("Global flags:")}\n${columns(Object.entries(GLOBAL_FLAGS).map(flagRow))}`);
  if (examples.length > 0) {
    parts.push(`${heading("Examples:")}\n${examples.map((line) => `  ${line}`).join("\n")}`);
  }
  if (path.length === 0) parts.push("Topics to read: `vm-system help`.");
  return parts.join("\n\n");
}

export function synopsis(command: Command, path: readonly string[]): string {
  const words = ["vm-system", ...path];
  if (subCommandsOf(command)) return [...words, "COMMAND"].join(" ");
  const flags = Object.entries(flagsOf(command));
  for (const [name, flag] of flags) {
    if (isPositional(flag)) words.push(positionalWord(name, flag));
    else if (flag.required) words.push(spelling(name, flag));
  }
  if (flags.some(([, flag]) => !isPositional(flag) && !flag.required)) words.push("[flags]");
  return words.join(" ");
}

function positionalWord(name: string, flag: FlagDef): string {
  const word = `${name.toUpperCase()}${flag.repeats ? "..." : ""}`;
  return flag.required === false ? `[${word}]` : word;
}

async function childRows(children: SubCommands): Promise<string[][]> {
  return Promise.all(
    Object.entries(children).map(async ([name, load]) => [name, metaOf(await load()).description]),
  );
}

export const flagRow = ([name, flag]: readonly [string, FlagDef]): [string, string] => [
  spelling(name, flag),
  descriptionOf(flag),
];

function spelling(name: string, flag: FlagDef): string {
  const short = "alias" in flag && flag.alias ? `-${flag.alias}, ` : "";
  const long = `${short}--${negation(flag)}${name}`;
  if (flag.type === "enum") return `${long} ${flag.options?.join("|") ?? ""}`;
  return flag.type === "boolean" ? long : `${long} ${flag.valueHint ?? "VALUE"}`;
}

/** Of a switch that is on by default only its off position is of use. */
function negation(flag: FlagDef): string {
  if (!isNegatable(flag)) return "";
  return flag.default === true ? "no-" : "[no-]";
}

function descriptionOf(flag: FlagDef): string {
  const notes = [];
  if (flag.required && !isPositional(flag)) notes.push("required");
  if (typeof flag.default === "string") notes.push(`default ${flag.default}`);
  return notes.length > 0 ? `${flag.description} (${notes.join(", ")})` : `${flag.description}`;
}

function columns(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([left = ""]) => left.length));
  return rows.map(([left = "", right = ""]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
