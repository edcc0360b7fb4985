import type { Execution } from "../../core/execution.ts";
import { hasColours, printable, printableLines, printError, styled } from "../output.ts";
import { codeFrame, positionOf } from "./code-frame.ts";
import { failureHint } from "./failure-hint.ts";
import { githubAnnotation } from "./github-annotation.ts";

export interface Surroundings {
  readonly worktree: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a session file says what the session may do. */
  readonly isFromFile: boolean;
  /** The text of a file of the worktree or of the snippet, as a stack names it. */
  source(file: string): Promise<string | undefined>;
}

/**
 * Tells why an execution did not end well: position, code frame, message and stack, on stderr. These
 * are our words about the program, not its output: nothing in them moves a terminal's cursor.
 */
export async function showFailure(
  execution: Execution,
  { worktree, env, isFromFile, source }: Surroundings,
): Promise<void> {
  const { status, error } = execution;
  if (!error) return;
  const colours = hasColours("stderr");
  const { message, stack } = error;
  const position = status === "error" ? positionOf(stack) : undefined;
  const text = position && (await source(position.file));
  if (position && text !== undefined) {
    const { file, line, column } = position;
    printError(styled(printable(`${file}:${line}:${column}`), "cyan", colours));
    const frame = codeFrame(text, position, colours);
    if (frame !== "") printError(`${frame}\n`);
  }
  const said = stack?.startsWith(message) ? stack : stack ? `${message}\n${stack}` : message;
  const shown = printableLines(said);
  const [, head = shown, frames = ""] = /^([\s\S]*?)(\n {4}at [\s\S]*)?$/.exec(shown) ?? [];
  printError(styled(head, "red", colours) + styled(frames, "dim", colours && frames !== ""));
  const hint = failureHint(execution, isFromFile);
  if (hint) printError(hint);
  if (env.GITHUB_ACTIONS === "true") printError(githubAnnotation(message, position, worktree, env));
}
