import type { Subprocess } from "bun";
import { CLEAN_ENV } from "./binary.ts";

const PATIENCE_MS = 10_000;
/** Colours, cursor movements and modes. */
const SEQUENCES = /\x1b\[[?\d;]*[A-Za-z]/g;

/** A program on a terminal of its own. */
export class TerminalProgram implements AsyncDisposable {
  private shown = "";
  private readonly child: Subprocess;
  private wake: () => void = () => {};

  constructor(
    command: readonly string[],
    options: { cwd: string; env?: Record<string, string>; columns?: number },
  ) {
    const decoder = new TextDecoder();
    this.child = Bun.spawn([...command], {
      cwd: options.cwd,
      env: { ...CLEAN_ENV, TERM: "xterm-256color", ...options.env },
      terminal: {
        cols: options.columns ?? 80,
        rows: 24,
        data: (_, piece) => {
          this.shown += decoder.decode(piece, { stream: true });
          this.wake();
        },
      },
    });
    void this.child.exited.then(() => this.wake());
  }

  type(keys: string): void {
    this.child.terminal?.write(keys);
  }

  /**
   * Waits until this is seen, of what came since the last call; escape sequences are left out.
   *
   * @returns All of it, escape sequences included. @throws Error with what was seen instead
   */
  async see(what: string | RegExp): Promise<string> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (!this.plain.match(what)) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new Error(`${what} is not seen in ${JSON.stringify(this.shown)}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, Math.min(leftMs, 100));
      });
    }
    const { shown } = this;
    this.shown = "";
    return shown;
  }

  get exited(): Promise<number> {
    return this.child.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.child.exited;
    this.child.terminal?.close();
  }

  private get plain(): string {
    return this.shown.replace(SEQUENCES, "").replaceAll("\r", "");
  }
}

export const KEY = {
  enter: "\r",
  tab: "\t",
  up: "\x1b[A",
  down: "\x1b[B",
  home: "\x1b[H",
  ctrlC: "\x03",
  ctrlD: "\x04",
  ctrlU: "\x15",
  altEnter: "\x1b\r",
} as const;
