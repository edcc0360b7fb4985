import { isatty } from "node:tty";
import { bytesText, printErrorRaw } from "./output.ts";

const WIDTH = 30;
const STDERR = 2;
/** As often as an eye can follow. */
const REDRAW_MS = 50;

/** One line on stderr that shows how far several downloads together are; nothing without a terminal. */
export class ProgressBar {
  private readonly received = new Map<string, { bytes: number; totalBytes: number | undefined }>();
  private drawnAtMs = 0;

  constructor(
    private readonly count: number,
    private readonly shown: boolean = isatty(STDERR) && process.env.TERM !== "dumb",
  ) {}

  advance(progress: { library: string; receivedBytes: number; totalBytes?: number }): void {
    this.received.set(progress.library, {
      bytes: progress.receivedBytes,
      totalBytes: progress.totalBytes,
    });
    const nowMs = performance.now();
    if (!this.shown || nowMs - this.drawnAtMs < REDRAW_MS) return;
    this.drawnAtMs = nowMs;
    printErrorRaw(`\r${this.line()}\x1b[K`);
  }

  /** Leaves the line as if nothing had been there. */
  clear(): void {
    if (this.shown && this.drawnAtMs > 0) printErrorRaw("\r\x1b[K");
  }

  /** A download whose size is not known counts as half done until it ends. */
  line(): string {
    const parts = [...this.received.values()];
    const done = parts.reduce(
      (sum, { bytes, totalBytes }) => sum + (totalBytes ? bytes / totalBytes : 0.5),
      0,
    );
    const filled = Math.min(WIDTH, Math.round((done / this.count) * WIDTH));
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    return `[${"#".repeat(filled)}${"-".repeat(WIDTH - filled)}] ${bytesText(bytes)}`;
  }
}
