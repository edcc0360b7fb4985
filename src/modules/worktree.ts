import { closeSync, constants, fstatSync, realpathSync, statSync } from "node:fs";
import { posix } from "node:path";
import { VmError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Worktrees } from "../core/ports/worktrees.ts";
import { asFileFailure } from "./file-failure.ts";
import type { FileTree } from "./file-tree.ts";
import { openTree } from "./open-tree.ts";
import { readRegular } from "./read-regular.ts";

/**
 * Files of worktrees as the daemon reads them: startup files, run-file, and the modules that a guest
 * requires. Reads are the kernel's own and local, so they are not worth a thread.
 */
export const worktrees: Worktrees = {
  async check(worktreePath) {
    const fault = faultOf(worktreePath);
    if (fault === undefined) return realpathSync(worktreePath);
    throw new VmError("INVALID_WORKTREE", {
      message: `The worktree path ${fault}: ${shown(worktreePath)}`,
      details: { worktree_path: worktreePath },
    });
  },

  cleanPath(path) {
    const cleaned = posix.normalize(path).replace(/\/+$/, "");
    const outside =
      path === "" ||
      cleaned === "" ||
      cleaned === "." ||
      cleaned === ".." ||
      cleaned.startsWith("../") ||
      path.startsWith("/") ||
      path.includes("\0") ||
      Buffer.byteLength(path) > LIMITS.pathBytesMax;
    if (outside) throw invalidPath(path);
    return cleaned;
  },

  async readSource(worktreePath, path) {
    const file = firstFile(worktreePath, [worktrees.cleanPath(path)], LIMITS.sourceBytesMax);
    if (file === undefined) throw new VmError("FILE_NOT_FOUND", { details: { path } });
    return { path: file.path, source: new TextDecoder().decode(file.bytes) };
  },

  async openFirst(worktreePath, candidates) {
    const cleaned = candidates.map((path) => worktrees.cleanPath(path));
    return firstFile(worktreePath, cleaned, LIMITS.fileBytesMax);
  },
};

/** What keeps a path from being a worktree. */
function faultOf(path: string): string | undefined {
  if (!path.startsWith("/")) return "is not absolute";
  if (path.includes("\0")) return "contains a NUL character";
  try {
    return statSync(path).isDirectory() ? undefined : "is not a folder";
  } catch (error) {
    const { code } = asFileFailure(error);
    const isMissing = code === "ENOENT" || code === "ENOTDIR";
    return isMissing ? "does not exist" : `cannot be looked at (${code})`;
  }
}

/** What clients are shown of a path: all of it, unless it is absurdly long. */
const shown = (path: string) => (path.length > 256 ? `${path.slice(0, 256)}…` : path);

const invalidPath = (path: string) =>
  new VmError("INVALID_PATH", { details: { path: shown(path) } });

function firstFile(
  worktreePath: string,
  candidates: readonly string[],
  bytesMax: number,
): { path: string; bytes: Uint8Array } | undefined {
  using tree = treeOf(worktreePath);
  for (const path of candidates) {
    const file = tree === undefined ? undefined : regularFile(tree, path, bytesMax);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** A worktree that has vanished holds no file. */
function treeOf(worktreePath: string): FileTree | undefined {
  try {
    return openTree(worktreePath);
  } catch {
    return undefined;
  }
}

/** Undefined: nothing there, or no regular file. */
function regularFile(
  tree: FileTree,
  path: string,
  bytesMax: number,
): { path: string; bytes: Uint8Array } | undefined {
  let fd: number | undefined;
  try {
    fd = tree.open(path, constants.O_RDONLY);
    const opened = fstatSync(fd);
    if (!opened.isFile()) return undefined;
    const resolved = tree.resolve(path);
    const named = tree.stat(resolved, false);
    // Somebody exchanges links while we look: what was opened has no path that could be told.
    if (named.ino !== opened.ino || named.dev !== opened.dev) throw invalidPath(path);
    return { path: resolved, bytes: readRegular(fd, bytesMax) };
  } catch (error) {
    if (error instanceof VmError) throw error;
    switch (asFileFailure(error).code) {
      case "EFBIG":
        throw new VmError("BODY_TOO_LARGE", {
          message: `File is larger than ${bytesMax} bytes: ${shown(path)}`,
          hint: "Split it into modules that it requires, or have it read its data with the module `fs`.",
          details: { path: shown(path), max: bytesMax },
        });
      case "EACCES":
      case "ELOOP":
        throw invalidPath(path);
      default:
        return undefined;
    }
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
