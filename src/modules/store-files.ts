import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { posix } from "node:path";
import { FileFailure } from "./file-failure.ts";
import type { FileTree } from "./file-tree.ts";

/** What SQLite and the lock keep beside a database; a journal that somebody laid there would be played. */
const SUFFIXES = ["", "-wal", "-shm", "-journal", "-lock"];

/** Linux's own bound on links in one path. */
const LINKS_MAX = 40;

/**
 * Names of the files, in lower case: some file systems make no difference. By their folder, which is
 * known as itself and not by its path: somebody may give it, or one above it, another name.
 */
const stores = new Map<string, ReadonlySet<string>>();

/** The folders and links on the way to them. */
const ways = new Set<string>();

/**
 * Keeps the files of the daemon's own database from guests, whose worktree may be the folder that it
 * lies in, or one above it. Said once in each process that opens files for guests.
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
    const folder = identityOf(statSync(dir));
    stores.set(folder, new Set([...(stores.get(folder) ?? []), ...names]));
    rememberWay(dir, LINKS_MAX);
  }
}

function rememberWay(path: string, linksMax: number): void {
  for (let at = path; at !== posix.dirname(at); at = posix.dirname(at)) {
    const stats = lstatSync(at);
    ways.add(identityOf(stats));
    if (!stats.isSymbolicLink() || linksMax === 0) continue;
    rememberWay(posix.resolve(posix.dirname(at), readlinkSync(at)), linksMax - 1);
  }
}

const identityOf = ({ dev, ino }: Stats): string => `${dev}:${ino}`;

export const hasKeptFiles = (): boolean => stores.size > 0;

/**
 * @param path  In the tree; a link at its end is meant itself.
 * @throws FileFailure EACCES
 */
export function assertForGuests(tree: FileTree, path: string): void {
  const { dir, base } = posix.parse(path);
  const name = base.toLowerCase();
  if (![...stores.values()].some((names) => names.has(name))) return;
  const folder = identityOf(tree.stat(dir === "" ? "." : dir, true));
  if (stores.get(folder)?.has(name)) throw new FileFailure("EACCES");
}

/**
 * Whether the entry may be removed or get another name: not where the database would not be found any
 * more at the daemon's next start.
 *
 * @throws FileFailure EACCES
 */
export function assertMovable(tree: FileTree, path: string): void {
  if (ways.has(identityOf(tree.stat(path, false)))) throw new FileFailure("EACCES");
}
