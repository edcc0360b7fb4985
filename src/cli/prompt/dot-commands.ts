import { readFile, writeFile } from "node:fs/promises";
import { LIMITS } from "../../core/limits.ts";
import { fileProblem } from "../file-problem.ts";

/** What a dot command asks of the prompt. */
export type DotAction =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "fail"; readonly text: string }
  | { readonly kind: "run"; readonly input: string }
  | { readonly kind: "clear" | "editor" | "exit" };

interface DotCommand {
  readonly argument?: string;
  readonly about: string;
  run(argument: string, inputs: readonly string[]): Promise<DotAction> | DotAction;
}

const COMMANDS: Readonly<Record<string, DotCommand>> = {
  clear: {
    about: "Begin anew with a fresh session (a throw-away one only)",
    run: () => ({ kind: "clear" }),
  },
  editor: {
    about: "Type several lines; Ctrl-D runs them, Ctrl-C drops them",
    run: () => ({ kind: "editor" }),
  },
  exit: { about: "Leave, as Ctrl-D does", run: () => ({ kind: "exit" }) },
  help: { about: "Show this list", run: () => ({ kind: "say", text: helpText() }) },
  load: { argument: "FILE", about: "Run a file's text as one input", run: load },
  save: {
    argument: "FILE",
    about: "Write the inputs of this prompt that ran to a file",
    run: save,
  },
};

export const DOT_COMMAND_NAMES = Object.keys(COMMANDS);

/** A line that is a dot command; undefined: it is code, as `.5 + 1` is. */
export function dotCommand(
  line: string,
  inputs: readonly string[],
): Promise<DotAction> | DotAction | undefined {
  const match = /^\s*\.([A-Za-z]+)(?:[ \t]+([^\n]*?))?\s*$/.exec(line);
  if (!match) return undefined;
  const [, name = "", argument = ""] = match;
  const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!known) return fail(`There is no command .${name}; .help lists them.`);
  if (known.argument && argument === "") return fail(`.${name} needs ${known.argument}`);
  if (!known.argument && argument !== "") return fail(`.${name} takes no argument`);
  return known.run(argument, inputs);
}

async function load(path: string): Promise<DotAction> {
  try {
    const text = await readFile(path);
    if (text.byteLength <= LIMITS.sourceBytesMax) return { kind: "run", input: text.toString() };
    return fail(
      `${path} is longer than the ${LIMITS.sourceBytesMax} bytes that a snippet may have`,
    );
  } catch (error) {
    return fail(`${path} cannot be read: ${fileProblem(error, "read")}`);
  }
}

async function save(path: string, inputs: readonly string[]): Promise<DotAction> {
  try {
    await writeFile(path, inputs.map((input) => `${input}\n`).join(""));
    return {
      kind: "say",
      text: `Saved ${inputs.length} ${inputs.length === 1 ? "input" : "inputs"} to ${path}`,
    };
  } catch (error) {
    return fail(`${path} cannot be written: ${fileProblem(error, "written")}`);
  }
}

function helpText(): string {
  const rows = Object.entries(COMMANDS).map(([name, { argument, about }]) => {
    const spelled = `.${name}${argument ? ` ${argument}` : ""}`;
    return `${spelled.padEnd(14)}${about}`;
  });
  return [
    ...rows,
    "",
    "Tab completes. Up and Down go through the history, Ctrl-R searches it. Enter runs an input that is",
    "complete, Alt-Enter breaks the line. Ctrl-C cancels what runs and keeps the session; twice at an",
    "empty prompt, or Ctrl-D, leaves.",
  ].join("\n");
}

const fail = (text: string): DotAction => ({ kind: "fail", text });
