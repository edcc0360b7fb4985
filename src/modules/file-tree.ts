import { constants, readlinkSync, realpathSync, type Stats } from "node:fs";
import { LIMITS } from "../core/limits.ts";
import { FileFailure } from "./file-failure.ts";

export type FileKind = "file" | "directory" | "symlink" | "fifo" | "socket" | "device";

export interface TreeEntry {
  readonly name: string;
  readonly kind: FileKind;
}

/**
 * The files of one worktree. Paths are relative to it; links are followed as long as they stay inside.
 *
 * Every method throws FileFailure; `EACCES` for whatever leads outside, also when a component is
 * exchanged while the call runs. Descriptors that are returned belong to the caller.
 */
export interface FileTree extends Disposable {
  /** Flags as open(2), without following a magic link; never waits for the other end of a FIFO. */
  open(path: string, flags: number, mode?: number): number;
  /** `follow` false: a link at the end is described itself. */
  stat(path: string, follow: boolean): Stats;
  list(path: string): TreeEntry[];
  mkdir(path: string, mode: number): void;
  unlink(path: string): void;
  rmdir(path: string): void;
  rename(from: string, to: string): void;
  /** The path without links that `path` leads to; "." for the worktree itself. Touches nothing. */
  resolve(path: string): string;
}

/** Linux's own bound on links in one path. */
const LINKS_MAX = 40;

/**
 * Follows links by hand, so that absolute links that point inside count as inside.
 * What it returns was true a moment ago: whoever opens it has the kernel or a second look confirm it.
 *
 * @throws FileFailure EACCES outside, ELOOP
 */
export function resolveInside(worktreePath: string, path: string): string {
  const roots = [worktreePath];
  const inside: string[] = [];
  let todo = splitPath(path);
  for (let links = 0; todo.length > 0; ) {
    const [component = "", ...rest] = todo;
    todo = rest;
    if (component === "..") {
      if (inside.length === 0) throw new FileFailure("EACCES");
      inside.pop();
      continue;
    }
    const target = linkTarget([worktreePath, ...inside, component].join("/"));
    if (target === undefined) {
      inside.push(component);
      continue;
    }
    links += 1;
    if (links > LINKS_MAX) throw new FileFailure("ELOOP");
    if (!target.startsWith("/")) {
      todo = [...splitPath(target), ...todo];
      continue;
    }
    if (roots.length === 1) roots.push(realpathSync(worktreePath));
    const root = roots.find((root) => target === root || target.startsWith(`${root}/`));
    if (root === undefined) throw new FileFailure("EACCES");
    inside.length = 0;
    todo = [...splitPath(target.slice(root.length)), ...todo];
  }
  return inside.length === 0 ? "." : inside.join("/");
}

const splitPath = (path: string): string[] =>
  path.split("/").filter((component) => component !== "" && component !== ".");

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // No link, or nothing there: the open says which.
  }
}

/** Folder and last name of a path, for calls that make or remove an entry. */
export function splitEntry(path: string): { folder: string; name: string } {
  const trimmed = path.replace(/\/+$/, "");
  const slash = trimmed.lastIndexOf("/");
  const name = trimmed.slice(slash + 1);
  // The worktree itself and entries that are no names cannot be made, removed or renamed.
  if (name === "" || name === "." || name === "..") throw new FileFailure("EACCES");
  return { folder: slash < 0 ? "." : trimmed.slice(0, slash), name };
}

/** What every path must be before any file is touched. @throws FileFailure EACCES */
export function assertRelative(path: string): void {
  const outside =
    path.startsWith("/") || path.includes("\0") || Buffer.byteLength(path) > LIMITS.pathBytesMax;
  if (outside) throw new FileFailure("EACCES");
}

export function kindOf(stats: Stats): FileKind {
  switch (stats.mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return "file";
    case constants.S_IFDIR:
      return "directory";
    case constants.S_IFLNK:
      return "symlink";
    case constants.S_IFIFO:
      return "fifo";
    case constants.S_IFSOCK:
      return "socket";
    default:
      return "device";
  }
}
