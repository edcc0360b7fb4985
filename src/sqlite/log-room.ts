import type { Database } from "bun:sqlite";
import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isInMemory } from "./database.ts";
import { emptyLog } from "./empty-log.ts";

/** Between two looks at the disk: it may fill up through others, or by what is written here. */
const LOOK_MS = 100;
const LOOK_BYTES_MIN = 64 * 1024;
/** What one write adds to the log beside its payload: the pages it touches. */
const WRITE_BYTES = 64 * 1024;

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
  /** What may be written before the next look. */
  private leftBytes = 0;
  private lookedMs = 0;

  constructor(private readonly db: Database) {}

  /**
   * To be called before a transaction.
   *
   * @param writes  Its members.
   * @param bytes  Of payload, all of them together.
   */
  keep(writes: number, bytes: number): void {
    const { filename } = this.db;
    if (isInMemory(filename)) return;
    this.leftBytes -= writes * WRITE_BYTES + bytes;
    const nowMs = performance.now();
    if (!this.tight && this.leftBytes > 0 && nowMs - this.lookedMs < LOOK_MS) return;
    this.lookedMs = nowMs;
    try {
      const logBytes = statSync(`${filename}-wal`).size;
      const { bavail, bsize } = statfsSync(dirname(filename));
      const freeBytes = bavail * bsize;
      const roomBytes = freeBytes - 2 * logBytes;
      this.leftBytes = Math.max(LOOK_BYTES_MIN, roomBytes / 4);
      if ((roomBytes >= 0 && !this.tight) || freeBytes < logBytes || logBytes < SMALL_LOG_BYTES) {
        return;
      }
      emptyLog(this.db);
    } catch {
      // No log yet, or a disk that does not say: the transaction finds out.
    }
  }
}
