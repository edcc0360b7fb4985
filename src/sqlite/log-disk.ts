import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";

/** Brings to the disk what is in the write-ahead log. */
export interface LogDisk {
  /** Waits for the disk on this thread: the quicker way when nobody else wants anything of it. */
  syncNow(): void;
  /** Waits for it on another one. */
  sync(): Promise<void>;
  /** Used again, it is of the log that is there then. */
  close(): void;
}

/**
 * The log of the database at `path`, which has one when this is first used.
 *
 * A commit that waits for the disk inside SQLite keeps the daemon from everything else meanwhile.
 * With `synchronous=NORMAL` SQLite itself keeps the order of log and file that a power cut must not
 * upset; what a commit lacks then is that its part of the log is on the disk, and that is this.
 */
export function openLogDisk(path: string): LogDisk {
  let opened: number | undefined;
  const log = () => {
    opened ??= openSync(`${path}-wal`, "r+");
    return opened;
  };
  return {
    syncNow: () => fdatasyncSync(log()),
    sync: () =>
      new Promise((resolve, reject) => {
        fdatasync(log(), (error) => (error ? reject(error) : resolve()));
      }),
    close() {
      if (opened !== undefined) closeSync(opened);
      opened = undefined;
    },
  };
}

/** Elsewhere SQLite knows better how a disk is made to keep what it was given. */
export const canSyncLog = process.platform === "linux";
