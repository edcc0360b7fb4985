import type { Database } from "bun:sqlite";
import { BUSY_MS } from "./database.ts";

/**
 * Copies the write-ahead log into the database and cuts it off.
 *
 * Where a reader from outside, such as a backup, still needs it, it stays: SQLite would wait for that one,
 * and nobody would be answered meanwhile.
 */
export function emptyLog(db: Database): void {
  db.run("PRAGMA busy_timeout = 0");
  try {
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    db.run(`PRAGMA busy_timeout = ${BUSY_MS}`);
  }
}
