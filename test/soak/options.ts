import { DEFAULT_RETENTION } from "../../src/core/retention.ts";
import { SNIPPETS } from "./load.ts";

const USAGE = `usage: scripts/soak [--executions N] [--sessions N] [--clients N]
                    [--snippets N] [-- FLAGS OF SERVE]

Runs N short executions (default 100000) over N sessions (default 200) from N connections (default 8),
with what \`serve\` keeps by default unless flags for it follow. Seven snippets take turns, or the first
N of them, of which the shortest come first. Exit 0: nothing grew that must not.`;

export interface SoakOptions {
  readonly executions: number;
  readonly sessions: number;
  readonly clients: number;
  /** How many of them take turns. */
  readonly snippets: number;
  readonly serve: readonly string[];
  /** What the daemon is to keep of each session. */
  readonly keepCheckpoints: number;
  readonly keepExecutions: number;
}

/** Ends the process where they are wrong. */
export function readOptions(words: readonly string[]): SoakOptions {
  const end = words.indexOf("--");
  const own = end < 0 ? words : words.slice(0, end);
  const serve = end < 0 ? [] : words.slice(end + 1);
  const counts = { executions: 100_000, sessions: 200, clients: 8, snippets: SNIPPETS.length };
  for (let i = 0; i < own.length; i += 2) {
    const name = own[i]?.replace(/^--/, "") as keyof typeof counts;
    const value = Number(own[i + 1]);
    if (!Object.hasOwn(counts, name) || !Number.isInteger(value) || value < 1) {
      console.error(USAGE);
      process.exit(2);
    }
    counts[name] = value;
  }
  const kept = (flag: string, usual: number): number => {
    const at = serve.indexOf(flag);
    return at < 0 ? usual : Number(serve[at + 1]);
  };
  return {
    ...counts,
    clients: Math.min(counts.clients, counts.sessions),
    serve,
    keepCheckpoints: kept("--keep-checkpoints", DEFAULT_RETENTION.checkpoints),
    keepExecutions: kept("--keep-executions", DEFAULT_RETENTION.executions),
  };
}
