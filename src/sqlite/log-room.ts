import type { Database } from "bun:sqlite";
import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isInMemory } from "./database.ts";
import type { Statements } from "./statements.ts";

/** What the log grows by between two looks at the disk. */
const LOOK_BYTES = 64 * 1024;
/** A log of this size is not worth emptying. */
const SMALL_LOG_BYTES = 256 * 1024;

/**
 * Keeps room on the disk for what is in the write-ahead log.
 *
 * The log's content must be copied into the file before the log's own room can be had again. A log
 * that fills the disk could never be copied, and the room that somebody makes would go to a copy that
 * does not fit. So on a small disk it is emptied early, and on a full one when its content fits.
 */
export class LogRoom {
  /** The disk was full when something was written last. */
  tight = false;
  private seenBytes = 0;
  private readonly emptyLog;

  constructor(
    private readonly db: Database,
    statements: Statements,
  ) {
    this.emptyLog = statements.prepare<{ busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /** To be called before a transaction. */
  keep(): void {
    const { filename } = this.db;
    if (isInMemory(filename)) return;
    try {
      const logBytes = statSync(`${filename}-wal`).size;
      if (!this.tight && Math.abs(logBytes - this.seenBytes) < LOOK_BYTES) return;
      this.seenBytes = logBytes;
      const { bavail, bsize } = statfsSync(dirname(filename));
      const freeBytes = bavail * bsize;
      const isRoomy = freeBytes >= 2 * logBytes;
      if ((isRoomy && !this.tight) || freeBytes < logBytes || logBytes < SMALL_LOG_BYTES) return;
      if (this.emptyLog.get()?.busy === 0) this.seenBytes = 0;
    } catch {
      // No log yet, or a disk that does not say: the transaction finds out.
    }
  }
}
