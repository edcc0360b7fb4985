import { openSync, readSync } from "node:fs";

/** Linux reports sizes in pages of 4 KiB on every machine that this program is built for but some arm64. */
const PAGE_BYTES = 4096;

/**
 * This process's resident memory, bytes. The file is opened before the profile closes /proc; where
 * there is none, the runtime is asked.
 */
export class ResidentMemory {
  private readonly text = Buffer.alloc(128);
  private readonly statm = open("/proc/self/statm");

  bytes(): number {
    if (this.statm === undefined) return process.memoryUsage.rss();
    const length = readSync(this.statm, this.text, 0, this.text.length, 0);
    return Number(this.text.toString("latin1", 0, length).split(" ")[1]) * PAGE_BYTES;
  }
}

function open(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined;
  }
}
