import { emitKeypressEvents } from "node:readline";
import type { ReadStream } from "node:tty";

export interface Key {
  /** The characters typed; undefined for keys that type none. */
  readonly text: string | undefined;
  /** `c-a` with Ctrl, `m-b` with Alt, else the name alone: `up`, `return`, `a`. */
  readonly name: string;
}

/** A keyboard, in raw mode from `open` to `close`: keys wait until somebody takes them. */
export class Keys {
  /** Whether an input is being typed: Ctrl-C is then a key like others. */
  isTyping = false;
  private readonly waiting: Key[] = [];
  private taker: ((key: Key | undefined) => void) | undefined;
  private ended = false;

  /** @param onInterrupt  Ctrl-C while nothing is being typed: something runs. */
  constructor(
    private readonly stdin: ReadStream,
    private readonly write: (text: string) => void,
    private readonly onInterrupt: () => void,
  ) {}

  open(): void {
    emitKeypressEvents(this.stdin);
    this.stdin.setRawMode(true);
    this.write(BRACKETED_PASTE_ON);
    this.stdin.on("keypress", (text, key) => this.receive(text, key));
    this.stdin.on("end", () => this.end());
    process.on("exit", this.restore);
    // Without these the process would end as it is: in raw mode.
    process.on("SIGINT", ignore);
    process.on("SIGTERM", leave);
    process.on("SIGHUP", leave);
  }

  close(): void {
    this.restore();
    process.off("exit", this.restore);
    process.off("SIGINT", ignore);
    process.off("SIGTERM", leave);
    process.off("SIGHUP", leave);
    this.stdin.pause();
  }

  /** Whether more keys have come already. */
  get hasMore(): boolean {
    return this.waiting.length > 0;
  }

  /** The next key; undefined when there will be none. */
  next(): Promise<Key | undefined> {
    const key = this.waiting.shift();
    if (key || this.ended) return Promise.resolve(key);
    return new Promise((resolve) => {
      this.taker = resolve;
    });
  }

  private receive(text: string | undefined, raw: RawKey): void {
    const key = { text: raw.meta || raw.ctrl ? undefined : text, name: nameOf(raw) };
    if (!this.isTyping && key.name === "c-c") {
      this.waiting.length = 0;
      this.onInterrupt();
    } else if (this.taker) this.give(key);
    else if (this.waiting.length < WAITING_MAX) this.waiting.push(key);
  }

  private end(): void {
    this.ended = true;
    this.give(undefined);
  }

  private give(key: Key | undefined): void {
    const { taker } = this;
    this.taker = undefined;
    taker?.(key);
  }

  private readonly restore = (): void => {
    this.write(BRACKETED_PASTE_OFF);
    this.stdin.setRawMode(false);
  };
}

const ignore = () => {};
const leave = (_: string, number: number) => process.exit(128 + number);

interface RawKey {
  readonly name?: string;
  readonly sequence?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
}

function nameOf({ name, ctrl, meta }: RawKey): string {
  if (!name) return "";
  return `${ctrl ? "c-" : ""}${meta && name !== "escape" ? "m-" : ""}${name}`;
}

/** What is typed or pasted ahead while something runs. */
const WAITING_MAX = 1024 * 1024;

const BRACKETED_PASTE_ON = "\x1b[?2004h";
const BRACKETED_PASTE_OFF = "\x1b[?2004l";
