import { closeSync, openSync } from "node:fs";

/**
 * Makes a file that only this user reads, unless it is there: heaps and `__ENV__` hold secrets. SQLite
 * gives what it keeps beside a database the same mode. Failures are for SQLite to meet and to name.
 *
 * @returns Whether it was made.
 */
export function makePrivate(path: string): boolean {
  try {
    // Exclusively: a file that is there is not even opened, which would end its locks when closed.
    closeSync(openSync(path, "wx", 0o600));
    return true;
  } catch {
    return false;
  }
}
