import { join } from "node:path";

export const ENTRY = join(import.meta.dir, "../../src/main.ts");

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface CliOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly stdin?: string;
}

/** Starts the program as a user does: the whole process, with nothing of this one's environment. */
export function startCli(words: readonly string[], options: CliOptions = {}) {
  return Bun.spawn([process.execPath, ENTRY, ...words], {
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    stdin: options.stdin === undefined ? "ignore" : new Blob([options.stdin]),
    stdout: "pipe",
    stderr: "pipe",
  });
}

export async function runCli(
  words: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const child = startCli(words, options);
  const [stdout, stderr, exitCode] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { stdout, stderr, exitCode };
}
