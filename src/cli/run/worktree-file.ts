import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileProblem } from "../file-problem.ts";
import { UsageError } from "../usage-error.ts";

/** The folder, absolute. @throws UsageError when there is none */
export function worktreeFolder(folder: string | undefined): string {
  const path = resolve(folder ?? ".");
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new UsageError(`--worktree: there is no folder ${path}`);
}

/**
 * A file as the shell names it, relative to the worktree.
 *
 * @throws UsageError when there is none, or it lies outside: a guest sees files of its worktree alone
 */
export function worktreeFile(worktree: string, file: string): string {
  const path = resolve(file);
  if (!existsSync(path)) {
    const inside = join(worktree, file);
    const hint =
      !isAbsolute(file) && existsSync(inside)
        ? `Did you mean ${relative(process.cwd(), inside)}? FILE is relative to the current folder.`
        : undefined;
    throw new UsageError(`there is no file ${file}`, hint);
  }
  if (statSync(path).isDirectory()) throw new UsageError(`${file} is a folder`);
  assertReadable(path, file);
  const within = insideOf(worktree, path) ?? insideOf(realpathSync(worktree), realpathSync(path));
  if (within !== undefined) return within;
  throw new UsageError(
    `${file} lies outside the worktree ${worktree}`,
    "Give the folder that holds it, and everything it imports, with --worktree DIR.",
  );
}

/** The daemon's side says of such a file only that it is not to be had. */
function assertReadable(path: string, file: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${fileProblem(error, "read")}`);
  }
}

function insideOf(folder: string, path: string): string | undefined {
  const within = relative(folder, path);
  const isOutside = within === ".." || within.startsWith(`..${sep}`) || isAbsolute(within);
  return isOutside ? undefined : within;
}
