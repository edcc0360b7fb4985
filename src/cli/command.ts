import { type ArgsDef, type CommandDef, defineCommand, type ParsedArgs } from "citty";
import type { Context } from "./context.ts";

/**
 * The commands are citty definitions; these two functions and parse.ts are what stands between them
 * and citty. Beyond citty's own fields a flag may carry the rules below, which parse.ts checks before
 * anything runs.
 */
export interface FlagRules {
  /** A whole number within these bounds. */
  readonly integer?: { readonly min: number; readonly max?: number };
  /** One of these (citty checks no positional). */
  readonly oneOf?: readonly string[];
  /** A switch that has an off position too: `--x` and `--no-x`. */
  readonly negatable?: true;
  /** A JSON object. */
  readonly jsonObject?: true;
  /** A flag whose value may not be empty, as an unset variable of a shell makes it. */
  readonly notEmpty?: true;
  /** An argument whose emptiness is not ours to refuse. */
  readonly mayBeEmpty?: true;
  /** May be given more than once; read with `Context.list`. */
  readonly multiple?: true;
  /** Of the last positional: takes all words that follow too; read with `Context.positionals`. */
  readonly repeats?: true;
  /** What completion offers for the value. */
  readonly completes?: IdKind | readonly string[];
}

export type IdKind = "template" | "session" | "execution" | "state" | "topic";

export type FlagDef = ArgsDef[string] & FlagRules;
export type FlagDefs = Record<string, FlagDef>;
export type Command = CommandDef<ArgsDef>;
export type SubCommands = Record<string, () => Promise<Command>>;

/** A command that does something. `run` answers the exit code; nothing means 0. */
export function command<const T extends FlagDefs>(definition: {
  name: string;
  summary: string;
  /** Shown under the usage, each line typed as written. */
  examples?: readonly string[];
  args?: T;
  run(context: Context, args: ParsedArgs<T>): Promise<number | undefined>;
}): Command {
  return defineCommand({
    meta: {
      name: definition.name,
      description: definition.summary,
      examples: definition.examples ?? [],
    } as CommandMeta,
    args: definition.args ?? ({} as T),
    run: ({ args, data }) => definition.run(data as Context, args),
  }) as unknown as Command;
}

/** A command that only has subcommands. */
export function group(definition: {
  name: string;
  summary: string;
  subCommands: SubCommands;
}): Command {
  return defineCommand({
    meta: { name: definition.name, description: definition.summary },
    subCommands: definition.subCommands,
  }) as Command;
}

export interface CommandMeta {
  readonly name: string;
  readonly description: string;
  readonly examples?: readonly string[];
}

// citty lets each part be a value, a promise or a function; these read them.

export const metaOf = (command: Command) => command.meta as CommandMeta;
export const flagsOf = (command: Command) => (command.args ?? {}) as FlagDefs;
export const subCommandsOf = (command: Command) => command.subCommands as SubCommands | undefined;

export const isPositional = (flag: FlagDef) => flag.type === "positional";
/** Whether `--no-<name>` is understood. */
export const isNegatable = (flag: FlagDef) =>
  flag.type === "boolean" && (flag.default === true || flag.negatable === true);
