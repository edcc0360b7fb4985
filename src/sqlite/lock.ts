import { Database } from "bun:sqlite";
import { existsSync, rmSync } from "node:fs";
import { StartError } from "../core/start-error.ts";
import { isBusy, isReadOnly } from "./failure.ts";
import { makePrivate } from "./private-file.ts";

/** Who has a database open. */
export interface Holder {
  readonly pid: number;
  /** `127.0.0.1:3210`; absent until it listens. */
  readonly listen?: string;
}

/**
 * Keeps a second process out of a database for as long as this one lives.
 *
 * The lock is an exclusive SQLite transaction, never ended, on the empty file `<db>-lock`: the kernel
 * drops it with the process, however that ends, so it cannot go stale, and it works wherever SQLite
 * does. The file itself stays: removing it would let two processes hold two files of one name. Where
 * somebody else removed it, the database is asked whether anybody has it open.
 *
 * @throws StartError that names the holder
 */
export function lockDatabase(path: string): Disposable {
  const lockPath = `${path}-lock`;
  let lock: Database | undefined;
  let isNew = false;
  let isHeld = false;
  try {
    isNew = makePrivate(lockPath);
    lock = new Database(lockPath, { create: true, readwrite: true });
    lock.run("PRAGMA journal_mode = MEMORY"); // Nothing is ever written: no second file for it.
    lock.run("BEGIN EXCLUSIVE");
    isHeld = true;
    if (isNew && existsSync(path)) assertUnused(path);
  } catch (error) {
    // So that the next start asks too. What another process was quicker to lock is that one's, though
    // it was made here: without the file, the next would lock one of its own.
    if (isBusy(error) && isNew && isHeld) rmSync(lockPath, { force: true });
    lock?.close();
    if (isBusy(error)) throw heldBy(path, readHolder(path));
    throw isReadOnly(error) ? notWritable(path, error) : cannotOpen(path, error);
  }
  const held = lock;
  return { [Symbol.dispose]: () => held.close() };
}

/** Whatever else is wrong with the file, its opening finds. @throws SQLiteError that it is busy */
function assertUnused(path: string): void {
  let db: Database | undefined;
  try {
    db = new Database(path, { readwrite: true, create: false });
    db.run("PRAGMA locking_mode = EXCLUSIVE");
    db.query("SELECT 1 FROM sqlite_schema LIMIT 1").get();
  } catch (error) {
    if (isBusy(error)) throw error;
  } finally {
    db?.close();
  }
}

export function notWritable(path: string, cause: unknown): StartError {
  return new StartError(
    `The database ${path} cannot be opened for writing`,
    "Check that its folder exists and that this user may write the file and the folder, or give another one with `--db PATH`.",
    { cause },
  );
}

/** For whatever else SQLite or the system says against it. */
export function cannotOpen(path: string, cause: unknown): StartError {
  return new StartError(
    `The database ${path} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
    "Check that it is a regular file on a disk that works, or give another one with `--db PATH`.",
    { cause },
  );
}

function heldBy(path: string, holder: Holder | undefined): StartError {
  const who =
    holder === undefined
      ? "another vm-system"
      : `the vm-system with process id ${holder.pid}${holder.listen === undefined ? "" : `, which listens on ${holder.listen}`}`;
  return new StartError(
    `The database ${path} is in use by ${who}`,
    "Use that one, stop it first, or give this one its own file with `--db PATH`.",
  );
}

/** Undefined when the holder has not written it yet. */
function readHolder(path: string): Holder | undefined {
  let db: Database | undefined;
  try {
    db = new Database(path, { readonly: true });
    const row = db
      .query<{ pid: number; listen: string | null }, []>("SELECT pid, listen FROM holder")
      .get();
    return row
      ? { pid: row.pid, ...(row.listen === null ? {} : { listen: row.listen }) }
      : undefined;
  } catch {
    return undefined; // It is being made or changed at this moment: the name is a courtesy.
  } finally {
    db?.close();
  }
}
