import { runCommand } from "citty";
import { check } from "./check.ts";
import { flagsOf, isNegatable } from "./command.ts";
import { createContext } from "./context.ts";
import { EXIT_CODES } from "./exit-code.ts";
import { type Globals, readGlobals } from "./globals.ts";
import { print, printJson } from "./output.ts";
import { type Invocation, parse } from "./parse.ts";
import { ROOT } from "./tree.ts";

/**
 * Runs one command line.
 *
 * @param words  What follows the program's name.
 * @returns The exit code. Everything printed has been written when this resolves.
 */
export async function runCli(words: readonly string[]): Promise<number> {
  try {
    if (words[0] === "__complete") {
      const { complete } = await import("./complete.ts");
      print((await complete(words.slice(1), ROOT)).join("\n"));
      return EXIT_CODES.ok.code;
    }
    return await run(await parse(words, ROOT));
  } catch (error) {
    // The reader of our results has gone (`| head`): nothing is left to say, to nobody.
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return EXIT_CODES.ok.code;
    const { reportError } = await import("./report-error.ts");
    return reportError(error, { json: asksForJson(words) });
  }
}

async function run(invocation: Invocation): Promise<number> {
  const last = (name: string) => invocation.values.get(name)?.at(-1);
  const globals = readGlobals(last, process.env);
  if (last("help") === "true") return showUsage(invocation, globals);
  if (last("version") === "true") return showVersion(globals);
  check(invocation);
  const { result } = await runCommand(invocation.command, {
    rawArgs: cittyArguments(invocation),
    data: createContext(globals, process.env, invocation),
  });
  return typeof result === "number" ? result : EXIT_CODES.ok.code;
}

async function showUsage({ command, path }: Invocation, { json }: Globals): Promise<number> {
  const { usageText } = await import("./usage.ts");
  const usage = await usageText(command, path);
  if (json) printJson({ command: path.join(" "), usage });
  else print(usage);
  return EXIT_CODES.ok.code;
}

async function showVersion(globals: Globals): Promise<number> {
  const { VERSION } = await import("./version.ts");
  if (globals.json) printJson({ version: VERSION });
  else print(`vm-system ${VERSION}`);
  return EXIT_CODES.ok.code;
}

/** The line again in the one spelling that citty cannot misread. */
function cittyArguments({ command, values, positionals }: Invocation): string[] {
  const words: string[] = [];
  for (const [name, flag] of Object.entries(flagsOf(command))) {
    // The last counts; all values of a flag that may be repeated are the context's to give.
    for (const value of values.get(name)?.slice(-1) ?? []) {
      if (flag.type !== "boolean") words.push(`--${name}=${value}`);
      else if (value === "true") words.push(`--${name}`);
      else if (isNegatable(flag)) words.push(`--no-${name}`);
    }
  }
  return [...words, "--", ...positionals];
}

/** Also for a line that was not understood. */
function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  const given = words.slice(0, end < 0 ? undefined : end).filter((word) => JSON_FLAG.test(word));
  return given.length > 0 && given.at(-1) !== "--json=false";
}

const JSON_FLAG = /^--json(?:=true|=false)?$/;
