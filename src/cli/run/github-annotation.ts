import { relative, resolve } from "node:path";
import type { Position } from "./code-frame.ts";

/**
 * An error as a workflow command, which GitHub shows at the line that it names.
 *
 * @param worktree  The folder that the position's file is in.
 * @param env  GITHUB_WORKSPACE says what paths are relative to.
 */
export function githubAnnotation(
  message: string,
  position: Position | undefined,
  worktree: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (!position || position.file.startsWith("<")) return `::error::${data(message)}`;
  const path = resolve(worktree, position.file);
  const within = relative(env.GITHUB_WORKSPACE || process.cwd(), path);
  const file = within.startsWith("..") ? path : within;
  const { line, column } = position;
  return `::error file=${property(file)},line=${line},col=${column}::${data(message)}`;
}

const data = (text: string) =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string) => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
