import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { VmError } from "../core/errors.ts";

/**
 * Looks whether the database and its log still are what was opened.
 *
 * A file that was removed, renamed or replaced takes every write all the same, and what was written is
 * gone with this process: nothing that is answered may go there.
 */
export class FilesInPlace {
  private readonly path: string;
  private readonly logPath: string;
  private readonly file: number | undefined;
  /** Undefined: it is made by what is written next. */
  private log: number | undefined;

  constructor(private readonly db: Database) {
    this.path = db.filename;
    this.logPath = `${this.path}-wal`;
    this.file = inodeOf(this.path, undefined);
    this.log = inodeOf(this.logPath, undefined);
  }

  /**
   * To be called outside of a transaction.
   *
   * @returns Whether the log was begun anew: it had been removed, and what it held is in the database.
   * @throws VmError STORE_GONE
   */
  check(): boolean {
    if (inodeOf(this.path, this.file) !== this.file) throw gone(this.path);
    const log = inodeOf(this.logPath, this.log);
    this.log ??= log;
    if (log === this.log) return false;
    // Somebody else's, who may be using it.
    if (log !== undefined) throw gone(this.logPath);
    this.beginLog();
    return true;
  }

  /** What was in a removed log can be read for as long as it is open: leaving the mode copies it. */
  private beginLog(): void {
    try {
      this.db.run("PRAGMA journal_mode = DELETE");
      this.db.run("PRAGMA journal_mode = WAL");
      this.log = undefined;
    } catch (cause) {
      throw gone(this.logPath, cause);
    }
  }
}

/** @param unseen  For a folder that must not be searched any more, which does not remove what is in it. */
function inodeOf(path: string, unseen: number | undefined): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOTDIR" ? undefined : unseen;
  }
}

const gone = (path: string, cause?: unknown) =>
  new VmError("STORE_GONE", {
    message: `The file ${path} is not the one that was opened: nothing of this request was kept`,
    cause,
  });
