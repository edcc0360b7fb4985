import { libc } from "./libc.ts";

/** linux/prctl.h */
const PR_SET_CHILD_SUBREAPER = 36;
/** sys/wait.h */
const WNOHANG = 1;

let tried = false;

/**
 * Orphans below this process become its children instead of init's, so that a program which outlives
 * a crashed worker can be found. A worker does the same for itself; this is for when it is gone.
 */
export function becomeSubreaper(): void {
  if (tried) return;
  tried = true;
  libc()?.prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n);
}

/** Takes the exit of an orphan that this process inherited; Bun reaps only what it started. */
export function reap(pid: number): void {
  if (tried) libc()?.waitpid(pid, null, WNOHANG);
}
