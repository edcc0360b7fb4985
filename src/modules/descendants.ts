import { openSync, readSync } from "node:fs";
import { libc } from "./libc.ts";

const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;
const SIGKILL = 9;
/** A killed process is gone within microseconds, unless the machine is busy or its disk hangs. */
const KILL_MS_MAX = 2000;
const EAGER_ROUNDS = 100;

let childrenFd: number | undefined;
const buffer = Buffer.alloc(64 * 1024);

/**
 * Makes orphans of guest programs children of this process, also those that made themselves daemons,
 * and opens the kernel's list of children while /proc can still be opened.
 */
export function adoptDescendants(): void {
  const symbols = libc();
  if (symbols === undefined || childrenFd !== undefined) return;
  symbols.prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n);
  try {
    childrenFd = openSync("/proc/thread-self/children", "r");
  } catch {
    // No /proc, or a kernel without the list: what left its process group is not found.
  }
}

/** Children of this process now, dead ones that nobody has reaped included. */
export function listChildren(): Set<number> {
  if (childrenFd === undefined) return new Set();
  const bytes = readSync(childrenFd, buffer, 0, buffer.length, 0);
  const ids = buffer.toString("latin1", 0, bytes).split(" ").map(Number);
  return new Set(ids.filter((pid) => pid > 0));
}

/** Kills every child of this process but those that `spare` names, until none appears any more. */
export function killDescendants(spare: ReadonlySet<number>): void {
  const symbols = libc();
  if (symbols === undefined) return;
  const deadlineMs = performance.now() + KILL_MS_MAX;
  for (let round = 0; performance.now() < deadlineMs; round += 1) {
    const left = [...listChildren()].filter((pid) => !spare.has(pid));
    if (left.length === 0) return;
    for (const pid of left) {
      symbols.kill(pid, SIGKILL);
      symbols.waitpid(pid, null, WNOHANG);
    }
    // The first rounds race with a fork bomb; later ones only wait for the dying.
    if (round >= EAGER_ROUNDS) symbols.poll(null, 0n, 1);
  }
}
