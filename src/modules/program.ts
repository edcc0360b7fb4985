import { closeSync, readSync, writeSync } from "node:fs";
import { adoptDescendants, killDescendants, listChildren } from "./descendants.ts";
import { FileFailure } from "./file-failure.ts";
import { cString, errorCode, libc, O_CLOEXEC, syscall } from "./libc.ts";
import { outliveParent, parentDescriptor } from "./parent-death.ts";
import { runPortably } from "./program-portable.ts";
import { limitChildTasks } from "./resource-limits.ts";

export interface ProgramStart {
  /** Absolute. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input: Uint8Array;
  readonly timeoutMs: number;
  /** Stdout and stderr together. */
  readonly outputBytesMax: number;
}

export interface ProgramEnd {
  /** What ended it: the first cause wins. */
  readonly cause: "exit" | "timeout" | "output";
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Both, in the order they came. */
  readonly output: Buffer;
}

const SYS_PIDFD_OPEN = 434;
const MFD_CLOEXEC = 1;
const P_PIDFD = 3;
const WEXITED = 4;
const WNOWAIT = 0x01000000;
const CLD_EXITED = 1;
const POLLIN = 1;
const SIGKILL = 9;
const READ_BYTES = 64 * 1024;

/**
 * Runs a program and blocks until it has exited, which is when its output counts: a daemon that it
 * left behind and that still holds the pipe is killed, not waited for.
 *
 * Bun starts it (and reaps it later, when its event loop turns); waiting is done here, with poll(2) on
 * the pipes and the process, because the guest's call is synchronous.
 *
 * @throws FileFailure when it cannot be started
 */
export function runProgram(start: ProgramStart): ProgramEnd {
  if (libc() === undefined) return runPortably(start);
  adoptDescendants();
  const spare = listChildren();
  using _ = outliveParent();
  using descriptors = new Descriptors();
  const stdin = inputFile(start.input, descriptors);
  const [stdout, stdoutEnd] = pipe(descriptors);
  const [stderr, stderrEnd] = pipe(descriptors);
  const pid = spawn(start, [stdin, stdoutEnd, stderrEnd]);
  // The program itself stays in the list until Bun reaps it.
  spare.add(pid);
  descriptors.close(stdoutEnd);
  descriptors.close(stderrEnd);
  try {
    const pidfd = descriptors.add(syscall(SYS_PIDFD_OPEN, pid, 0));
    const output = new Output(stdout, stderr, start.outputBytesMax);
    const cause = follow(pidfd, output, performance.now() + start.timeoutMs);
    if (cause !== "exit") killAll(pid, spare);
    const { exitCode, signal } = exitOf(pidfd);
    return { cause, exitCode, signal, ...output.result() };
  } finally {
    killAll(pid, spare);
  }
}

function killAll(pid: number, spare: ReadonlySet<number>): void {
  libc()!.kill(-pid, SIGKILL);
  killDescendants(spare);
}

function spawn(start: ProgramStart, stdio: [number, number, number]): number {
  try {
    using _limit = limitChildTasks();
    const child = Bun.spawn([start.file, ...start.args], {
      cwd: start.cwd,
      env: start.env,
      stdio,
      // A session and process group of its own, so that one kill reaches the group.
      detached: true,
    });
    child.unref();
    return child.pid;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw new FileFailure(typeof code === "string" ? code : "EACCES", { cause: error });
  }
}

/** Reads until the process exits, its time is up, or it has said too much. */
function follow(pidfd: number, output: Output, deadlineMs: number): ProgramEnd["cause"] {
  const parent = parentDescriptor();
  const watched = parent === undefined ? [pidfd] : [pidfd, parent];
  for (;;) {
    const leftMs = Math.ceil(deadlineMs - performance.now());
    if (leftMs <= 0) return "timeout";
    const ready = waitReadable([...watched, ...output.descriptors], leftMs);
    // Nobody waits for it any more: it is ended, and this process after it.
    if (parent !== undefined && ready.has(parent)) return "timeout";
    const exited = ready.has(pidfd);
    if (!output.read(ready)) return "output";
    if (!exited) continue;
    // What was written before the exit is in the pipes by now.
    for (;;) {
      const rest = waitReadable(output.descriptors, 0);
      if (rest.size === 0) return "exit";
      if (!output.read(rest)) return "output";
    }
  }
}

/** struct pollfd: i32 descriptor, i16 events, i16 what happened. */
function waitReadable(fds: readonly number[], timeoutMs: number): Set<number> {
  const words = new Int16Array(fds.length * 4);
  const view = new DataView(words.buffer);
  fds.forEach((fd, index) => {
    view.setInt32(index * 8, fd, true);
    view.setInt16(index * 8 + 4, POLLIN, true);
  });
  if (fds.length > 0) libc()!.poll(words, BigInt(fds.length), Math.min(timeoutMs, 2 ** 31 - 1));
  return new Set(fds.filter((_, index) => view.getInt16(index * 8 + 6, true) !== 0));
}

class Output {
  readonly #open: Map<number, Buffer[]>;
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];
  readonly #both: Buffer[] = [];
  #bytesLeft: number;

  constructor(stdout: number, stderr: number, bytesMax: number) {
    this.#open = new Map([
      [stdout, this.#stdout],
      [stderr, this.#stderr],
    ]);
    this.#bytesLeft = bytesMax;
  }

  get descriptors(): number[] {
    return [...this.#open.keys()];
  }

  /** False: it is more than the bound; what fits is kept. */
  read(ready: ReadonlySet<number>): boolean {
    for (const [fd, parts] of this.#open) {
      if (!ready.has(fd)) continue;
      const buffer = Buffer.allocUnsafe(READ_BYTES);
      const bytes = readSync(fd, buffer, 0, buffer.length, null);
      if (bytes === 0) this.#open.delete(fd);
      const part = Buffer.from(buffer.subarray(0, Math.min(bytes, this.#bytesLeft)));
      parts.push(part);
      this.#both.push(part);
      this.#bytesLeft -= part.length;
      if (part.length < bytes) return false;
    }
    return true;
  }

  result(): Pick<ProgramEnd, "stdout" | "stderr" | "output"> {
    return {
      stdout: Buffer.concat(this.#stdout),
      stderr: Buffer.concat(this.#stderr),
      output: Buffer.concat(this.#both),
    };
  }
}

/** siginfo_t: i32 signal, errno, code, padding, pid, uid, status. Leaves the process to Bun. */
function exitOf(pidfd: number): { exitCode: number | null; signal: number | null } {
  const info = new Int32Array(32);
  if (libc()!.waitid(P_PIDFD, pidfd, info, WEXITED | WNOWAIT) < 0) {
    throw new FileFailure(errorCode());
  }
  const status = info[6] ?? 0;
  return info[2] === CLD_EXITED
    ? { exitCode: status, signal: null }
    : { exitCode: null, signal: status };
}

/** An unnamed file with the input, so that nobody has to feed a pipe meanwhile. */
function inputFile(input: Uint8Array, descriptors: Descriptors): number {
  const fd = descriptors.add(libc()!.memfd_create(cString("stdin"), MFD_CLOEXEC));
  // Written at positions, so that the program reads from the start.
  for (let at = 0; at < input.length; ) at += writeSync(fd, input, at, input.length - at, at);
  return fd;
}

function pipe(descriptors: Descriptors): [read: number, write: number] {
  const ends = new Int32Array(2);
  if (libc()!.pipe2(ends, O_CLOEXEC) < 0) throw new FileFailure(errorCode());
  const [read = -1, write = -1] = ends;
  return [descriptors.add(read), descriptors.add(write)];
}

class Descriptors implements Disposable {
  readonly #open = new Set<number>();

  add(fd: number): number {
    if (fd < 0) throw new FileFailure(errorCode());
    this.#open.add(fd);
    return fd;
  }

  close(fd: number): void {
    if (this.#open.delete(fd)) closeSync(fd);
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open) closeSync(fd);
  }
}
