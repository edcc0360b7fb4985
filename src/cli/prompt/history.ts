import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Inputs that are kept; a longer one than a few screens is not. */
const ENTRIES_MAX = 1000;
const ENTRY_CHARS_MAX = 16 * 1024;

/** Where the history is kept; undefined: the environment names no folder. */
export function historyPath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const state = env.XDG_STATE_HOME || (env.HOME ? join(env.HOME, ".local", "state") : "");
  return state.startsWith("/") ? join(state, "vm-system", "history") : undefined;
}

/**
 * Inputs of this and earlier prompts, oldest first; in the file a JSON string a line, readable by its
 * owner alone. One that begins with a blank is not kept. A file that cannot be read or written is no
 * reason to fail: the history is then of this prompt alone.
 */
export class History {
  private readonly entries: string[];

  constructor(private readonly path: string | undefined) {
    this.entries = path === undefined ? [] : read(path);
  }

  /** @param back  1: the latest. */
  at(back: number): string | undefined {
    return this.entries.at(-back);
  }

  add(input: string): void {
    if (/^\s|^$/.test(input) || input === this.entries.at(-1)) return;
    this.entries.push(input);
    if (this.path === undefined || input.length > ENTRY_CHARS_MAX) return;
    try {
      appendFileSync(this.path, `${JSON.stringify(input)}\n`, { mode: 0o600 });
    } catch {
      // Kept in memory.
    }
  }
}

function read(path: string): string[] {
  let lines: string[] = [];
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
    if (lines.length > 2 * ENTRIES_MAX) shorten(path, lines.slice(-ENTRIES_MAX));
  } catch {
    // There is none yet, or it is out of reach.
  }
  return lines.slice(-ENTRIES_MAX).flatMap(entryOf);
}

/** Another prompt that adds to it at this moment loses that entry, and nothing else. */
function shorten(path: string, lines: readonly string[]): void {
  const next = `${path}.${process.pid}`;
  writeFileSync(next, `${lines.join("\n")}\n`, { mode: 0o600 });
  renameSync(next, path);
}

function entryOf(line: string): string[] {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "string" ? [entry] : [];
  } catch {
    return [];
  }
}
