import { SQLiteError } from "bun:sqlite";
import { VmError } from "../core/errors.ts";

/** No room, or the disk refuses to write: the same request may well succeed later. */
const FULL: ReadonlySet<string> = new Set([
  "SQLITE_FULL",
  "SQLITE_IOERR_WRITE",
  "SQLITE_IOERR_FSYNC",
  "SQLITE_IOERR_TRUNCATE",
  "SQLITE_IOERR_SHMSIZE",
  "SQLITE_IOERR_SHMMAP",
]);

const DAMAGED: ReadonlySet<string> = new Set(["SQLITE_NOTADB", "SQLITE_CORRUPT"]);

const READ_ONLY: ReadonlySet<string> = new Set([
  "SQLITE_READONLY",
  "SQLITE_PERM",
  "SQLITE_CANTOPEN",
]);

export const isFull = (error: unknown): boolean => FULL.has(codeOf(error));
export const isDamaged = (error: unknown): boolean => DAMAGED.has(primaryCode(error));
export const isReadOnly = (error: unknown): boolean => READ_ONLY.has(primaryCode(error));
export const isBusy = (error: unknown): boolean => primaryCode(error) === "SQLITE_BUSY";

/** What the core is told of a failed write: STORE_FULL where it is that, else the error itself. */
export function writeFailure(error: unknown): unknown {
  if (codeOf(error) === "SQLITE_TOOBIG") return tooLarge(error);
  return isFull(error) ? new VmError("STORE_FULL", { cause: error }) : error;
}

/** SQLite holds a billion bytes in one value: heaps of that size which do not compress have more. */
function tooLarge(cause: unknown): VmError {
  return new VmError("STORE_FULL", {
    message:
      "The session's state is larger than the store can hold: nothing of this request was kept",
    hint: "Let the code hold less at its end, or run it in a session with a smaller `mem_mb`.",
    cause,
  });
}

/** What the disk's refusal of the log is to those who wait for it. */
export function syncFailure(error: unknown): VmError {
  return new VmError("STORE_FULL", { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof SQLiteError ? (error.code ?? "") : "";
}

/** `SQLITE_CORRUPT` of `SQLITE_CORRUPT_INDEX`. */
function primaryCode(error: unknown): string {
  return codeOf(error).split("_").slice(0, 2).join("_");
}
