import { openSync, readSync } from "node:fs";

/** Linux reports sizes in pages of 4 KiB on every machine that this program is built for but some arm64. */
const PAGE_BYTES = 4096;

/**
 * This process's resident memory without the pages of files, bytes, as the daemon looks at it. The file
 * is opened before the profile closes /proc; where there is none, the runtime is asked.
 */
export class ResidentMemory {
  private readonly text = Buffer.alloc(128);
  private readonly statm = open("/proc/self/statm");

  bytes(): number {
    if (this.statm === undefined) return process.memoryUsage.rss();
    const length = readSync(this.statm, this.text, 0, this.text.length, 0);
    const [, resident, shared] = this.text.toString("latin1", 0, length).split(" ", 3).map(Number);
    return ((resident ?? 0) - (shared ?? 0)) * PAGE_BYTES;
  }
}

function open(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined;
  }
}
