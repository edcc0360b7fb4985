import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileFailure } from "./file-failure.ts";
import type { ProgramEnd, ProgramStart } from "./program.ts";

/** Set before the program replaces the shell: no core files, no more descriptors than these. */
const LIMITED = 'ulimit -c 0 2>/dev/null; ulimit -n 1024 2>/dev/null; exec "$0" "$@"';

/**
 * `runProgram` for systems without Linux's calls. Output goes to files, so that a daemon that keeps
 * them open cannot make us wait; what it says too much is cut at the end instead of ending it.
 */
export function runPortably(start: ProgramStart): ProgramEnd {
  const folder = mkdtempSync(join(tmpdir(), "vm-system-exec-"));
  const stdout = openSync(join(folder, "stdout"), "wx+", 0o600);
  const stderr = openSync(join(folder, "stderr"), "wx+", 0o600);
  try {
    const child = Bun.spawnSync(["/bin/sh", "-c", LIMITED, start.file, ...start.args], {
      cwd: start.cwd,
      env: start.env,
      stdin: start.input,
      stdout,
      stderr,
      timeout: Math.max(1, Math.ceil(start.timeoutMs)),
      killSignal: "SIGKILL",
      // A process group of its own, so that what it left behind can be ended too.
      detached: true,
    });
    killGroup(child.pid);
    const out = readUpTo(stdout, start.outputBytesMax);
    const err = readUpTo(stderr, start.outputBytesMax - out.length);
    const cut = readUpTo(stdout, 1, out.length).length + readUpTo(stderr, 1, err.length).length > 0;
    return {
      cause: child.exitedDueToTimeout === true ? "timeout" : cut ? "output" : "exit",
      exitCode: child.signalCode === undefined ? child.exitCode : null,
      signal: child.signalCode === undefined ? null : 9,
      stdout: out,
      stderr: err,
      output: Buffer.concat([out, err]),
    };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw new FileFailure(typeof code === "string" ? code : "EACCES", { cause: error });
  } finally {
    closeSync(stdout);
    closeSync(stderr);
    rmSync(folder, { recursive: true, force: true });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}

function readUpTo(fd: number, bytesMax: number, from = 0): Buffer {
  const parts: Buffer[] = [];
  for (let left = bytesMax, at = from; left > 0; ) {
    const part = Buffer.allocUnsafe(Math.min(left, 64 * 1024));
    const bytes = readSync(fd, part, 0, part.length, at);
    if (bytes === 0) break;
    parts.push(part.subarray(0, bytes));
    left -= bytes;
    at += bytes;
  }
  return Buffer.concat(parts);
}
