import { readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { StartError } from "../core/start-error.ts";

/** What Linux follows of links in one path. */
const LINKS_MAX = 40;

/**
 * The file that a path leads to, absolute, whether it is there or not.
 *
 * SQLite keeps a database's log beside the file itself, not beside a link to it. So is its lock to be:
 * by whatever path two processes come to one file, they must meet.
 */
export function databaseFile(path: string): string {
  let file = resolve(path);
  for (let links = 0; links < LINKS_MAX; links++) {
    try {
      file = join(realpathSync(dirname(file)), basename(file));
      file = resolve(dirname(file), readlinkSync(file));
    } catch {
      return file; // No link, or nothing there yet.
    }
  }
  return file;
}

/**
 * Before a lock is made beside it: SQLite takes a device or a pipe for a file, and fails as if a disk were
 * full, or waits.
 *
 * @throws StartError
 */
export function assertNoDevice(path: string): void {
  const file = look(path);
  if (file === undefined || file.isFile() || file.isDirectory()) return;
  throw new StartError(
    `The database ${path} cannot be opened: it is a device, a pipe or a socket`,
    "Give a file on a disk with `--db PATH`; it is made where there is none.",
  );
}

/**
 * Looks whether the file can be the database that its log belongs to, and changes nothing. SQLite would
 * take a missing or empty file for a new database, and drop the log with all that it holds.
 *
 * @throws StartError
 */
export function assertWhole(path: string): void {
  const file = look(path);
  const logBytes = look(`${path}-wal`)?.size ?? 0;
  if (logBytes > 0 && (file === undefined || file.size === 0)) {
    throw new StartError(
      `The database ${path} is ${file === undefined ? "missing" : "empty"}, and its log ${path}-wal is there`,
      `Put the database back beside its log; to begin a new one in its place, move ${path}-wal away.`,
    );
  }
  if (file?.isFile() && file.nlink > 1) {
    throw new StartError(
      `The database ${path} has ${file.nlink} names (hard links), and each would have a log of its own`,
      `Leave it one name, or make a copy: \`cp ${path} ${path}.copy && mv ${path}.copy ${path}\`, with no daemon on any of them.`,
    );
  }
}

/** Undefined: it is not there, or cannot be seen. Why not is for SQLite to meet and to name. */
function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
