import { resolve } from "node:path";
import type { FlagDef } from "../command.ts";

/** Arguments that several commands take. */

export const TEMPLATE_ID = {
  type: "positional",
  required: true,
  description: "The template's ID",
  completes: "template",
} as const satisfies FlagDef;

export const SESSION_ID = {
  type: "positional",
  required: true,
  description: "The session's ID",
  completes: "session",
} as const satisfies FlagDef;

export const EXECUTION_ID = {
  type: "positional",
  required: true,
  description: "The execution's ID",
  completes: "execution",
} as const satisfies FlagDef;

/** @param what  What the command does with it, and its default. */
export const stateFlag = (what: string) =>
  ({
    type: "string",
    valueHint: "STATE",
    description: `${what}; an execution's or a checkpoint's ID, or a label`,
    completes: "state",
  }) as const satisfies FlagDef;

/** The daemon knows no current folder of ours. What is empty stays so, and is refused. */
export const fromHere = (path: string) => (path === "" ? "" : resolve(path));
