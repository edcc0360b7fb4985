import type { Execution } from "../../core/execution.ts";
import { MODULE_CATALOG } from "../../modules/catalog.ts";
import { hasColours, printError, styled } from "../output.ts";
import { codeFrame, positionOf } from "./code-frame.ts";
import { githubAnnotation } from "./github-annotation.ts";

export interface Surroundings {
  readonly worktree: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file of the worktree or of the snippet, as a stack names it. */
  source(file: string): Promise<string | undefined>;
}

/** Tells why an execution did not end well: position, code frame, message and stack, on stderr. */
export async function showFailure(
  { status, error }: Execution,
  { worktree, env, source }: Surroundings,
): Promise<void> {
  if (!error) return;
  const colours = hasColours("stderr");
  const { message, stack } = error;
  const position = status === "error" ? positionOf(stack) : undefined;
  const text = position && (await source(position.file));
  if (position && text !== undefined) {
    const { file, line, column } = position;
    printError(styled(`${file}:${line}:${column}`, "cyan", colours));
    const frame = codeFrame(text, position, colours);
    if (frame !== "") printError(`${frame}\n`);
  }
  const shown = stack?.startsWith(message) ? stack : stack ? `${message}\n${stack}` : message;
  const [, head = shown, frames = ""] = /^([\s\S]*?)(\n {4}at [\s\S]*)?$/.exec(shown) ?? [];
  printError(styled(head, "red", colours) + styled(frames, "dim", colours && frames !== ""));
  const hint = status === "timeout" ? TIMEOUT_HINT : moduleHint(message);
  if (hint) printError(hint);
  if (env.GITHUB_ACTIONS === "true") printError(githubAnnotation(message, position, worktree, env));
}

const TIMEOUT_HINT = "Give it longer with --timeout, as --timeout 2m.";

/** `require` of a native module that was not asked for on the command line. */
function moduleHint(message: string): string | undefined {
  const [, name] = /^Error: Invalid module '([^']+)'/.exec(message) ?? [];
  const isNative = MODULE_CATALOG.some((module) => module.name === name);
  return isNative ? `Give it with --module ${name}.` : undefined;
}
