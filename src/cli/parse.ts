import {
  type Command,
  type FlagDef,
  type FlagDefs,
  flagsOf,
  isNegatable,
  isPositional,
  subCommandsOf,
} from "./command.ts";
import { GLOBAL_FLAGS } from "./globals.ts";
import { nearest } from "./nearest.ts";
import { UsageError } from "./usage-error.ts";

/** A command line that was understood. */
export interface Invocation {
  readonly command: Command;
  /** Names down to the command: `["template", "create"]`. */
  readonly path: readonly string[];
  /** Every value of each flag given, in order; a boolean's is "true" or "false". */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

/**
 * Finds the command and takes the words apart. citty would let unknown flags and missing values
 * pass, so every word is looked at here first.
 *
 * @throws UsageError
 */
export async function parse(words: readonly string[], root: Command): Promise<Invocation> {
  let command = root;
  const path: string[] = [];
  const values = new Map<string, string[]>();
  const positionals: string[] = [];

  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--") {
      positionals.push(...words.slice(at + 1));
      break;
    }
    if (isFlag(word)) {
      const [written, inline] = splitAtEquals(word);
      const { name, flag, value } = findFlag(written, command, path);
      const given = values.get(name) ?? [];
      if (given.length > 0 && !flag.multiple && flag.type !== "boolean") {
        throw new UsageError(`--${name} is given twice`);
      }
      if (flag.type === "boolean") {
        given.push(inline === undefined ? value : switchValue(written, inline));
      } else {
        given.push(inline ?? nextValue(name, words[++at]));
      }
      values.set(name, given);
      continue;
    }
    const children = subCommandsOf(command);
    if (children) {
      command = await findChild(children, word, path);
      path.push(word);
    } else {
      positionals.push(word);
    }
  }
  return { command, path, values, positionals };
}

/** A lone `-` (stdin) and negative numbers are arguments. */
const isFlag = (word: string) => /^-(?:-|[A-Za-z])/.test(word);

function splitAtEquals(word: string): [string, string | undefined] {
  const equals = word.indexOf("=");
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

function switchValue(written: string, inline: string): string {
  const allowed = written.startsWith("--no-") ? [] : ["true", "false"];
  if (allowed.includes(inline)) return inline;
  throw new UsageError(`${written} is a switch and takes no value ${JSON.stringify(inline)}`);
}

function nextValue(name: string, next: string | undefined): string {
  if (next !== undefined && !isFlag(next)) return next;
  const hint =
    next === undefined ? undefined : `Write --${name}=${next} if that is the value you mean.`;
  throw new UsageError(`--${name} needs a value`, hint);
}

function findFlag(
  written: string,
  command: Command,
  path: readonly string[],
): { name: string; flag: FlagDef; value: string } {
  const known: FlagDefs = { ...GLOBAL_FLAGS, ...flagsOf(command) };
  const spelled = new Map<string, { name: string; flag: FlagDef; value: string }>();
  for (const [name, flag] of Object.entries(known)) {
    if (isPositional(flag)) continue;
    spelled.set(`--${name}`, { name, flag, value: "true" });
    if (isNegatable(flag)) spelled.set(`--no-${name}`, { name, flag, value: "false" });
    if ("alias" in flag && flag.alias) spelled.set(`-${flag.alias}`, { name, flag, value: "true" });
  }
  const found = spelled.get(written);
  if (found) return found;

  const where = path.length > 0 ? ` of ${path.join(" ")}` : "";
  const near = written.startsWith("--") && nearest(written, spelled.keys());
  if (near) throw new UsageError(`unknown flag ${written}${where}`, `Did you mean ${near}?`);
  throw new UsageError(
    `unknown flag ${written}${where}`,
    written.startsWith("--") || subCommandsOf(command)
      ? `See \`${["vm-system", ...path].join(" ")} --help\`.`
      : "Write `--` before an argument that begins with a dash.",
  );
}

async function findChild(
  children: NonNullable<ReturnType<typeof subCommandsOf>>,
  word: string,
  path: readonly string[],
): Promise<Command> {
  const load = Object.hasOwn(children, word) ? children[word] : undefined;
  if (load) return load();
  const above = ["vm-system", ...path].join(" ");
  const below = await groupsWith(word, children);
  const near = below.length > 0 ? undefined : nearest(word, Object.keys(children));
  const meant = near === undefined ? below : [near];
  throw new UsageError(
    `unknown command ${JSON.stringify(word)}${path.length > 0 ? ` of ${path.join(" ")}` : ""}`,
    meant.length > 0
      ? `Did you mean ${meant.map((name) => `\`${above} ${name}\``).join(" or ")}?`
      : `See \`${above} --help\`.`,
  );
}

/** `list` for `session list` and others: the command's own name without its group's. */
async function groupsWith(
  word: string,
  children: NonNullable<ReturnType<typeof subCommandsOf>>,
): Promise<string[]> {
  const found: string[] = [];
  for (const [name, load] of Object.entries(children)) {
    const inGroup = subCommandsOf(await load());
    if (inGroup && Object.hasOwn(inGroup, word)) found.push(`${name} ${word}`);
  }
  return found;
}
