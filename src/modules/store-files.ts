import { realpathSync, statSync } from "node:fs";
import { posix } from "node:path";
import { FileFailure } from "./file-failure.ts";
import type { FileTree } from "./file-tree.ts";

/** What SQLite and the lock keep beside a database; a journal that somebody laid there would be played. */
const SUFFIXES = ["", "-wal", "-shm", "-journal", "-lock"];

/** Names of the files, in lower case: some file systems make no difference. By their folder. */
const stores = new Map<string, ReadonlySet<string>>();

/**
 * Keeps the files of the daemon's own database from guests, whose worktree may be the folder that it
 * lies in. Said once in each process that opens files for guests.
 *
 * In the daemon they must not even be opened: POSIX takes all locks of a process on a file away as
 * soon as the process closes any descriptor of it, and then a second daemon could write the database.
 */
export function keepFromGuests(databasePath: string): void {
  if (!posix.isAbsolute(databasePath)) return; // In memory.
  // SQLite keeps its files where a link leads to, and the lock is beside the link.
  for (const path of [databasePath, realpathSync(databasePath)]) {
    const { dir, base } = posix.parse(path);
    const names = SUFFIXES.map((suffix) => `${base}${suffix}`.toLowerCase());
    stores.set(dir, new Set([...(stores.get(dir) ?? []), ...names]));
  }
}

export const hasKeptFiles = (): boolean => stores.size > 0;

/**
 * @param path  In the tree; a link at its end is meant itself.
 * @throws FileFailure EACCES
 */
export function assertForGuests(tree: FileTree, path: string): void {
  const { dir, base } = posix.parse(path);
  for (const [folder, names] of stores) {
    if (names.has(base.toLowerCase()) && isFolder(tree, dir === "" ? "." : dir, folder)) {
      throw new FileFailure("EACCES");
    }
  }
}

function isFolder(tree: FileTree, dir: string, folder: string): boolean {
  const kept = statSync(folder, { throwIfNoEntry: false });
  const { dev, ino } = tree.stat(dir, true);
  return kept?.dev === dev && kept.ino === ino;
}
