import { dlopen } from "bun:ffi";

/** linux/prctl.h */
const PR_SET_CHILD_SUBREAPER = 36;
/** sys/wait.h */
const WNOHANG = 1;

function open() {
  if (process.platform !== "linux") return undefined;
  for (const name of [
    "libc.so.6",
    `libc.musl-${process.arch === "x64" ? "x86_64" : "aarch64"}.so.1`,
  ]) {
    try {
      return dlopen(name, {
        prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
        waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
      }).symbols;
    } catch {
      // The other C library, then.
    }
  }
  return undefined;
}

let libc: ReturnType<typeof open>;
let tried = false;

/**
 * Orphans below this process become its children instead of init's, so that a program which outlives
 * a crashed worker can be found. A worker does the same for itself; this is for when it is gone.
 */
export function becomeSubreaper(): void {
  if (tried) return;
  tried = true;
  libc = open();
  libc?.prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n);
}

/** Takes the exit of an orphan that this process inherited; Bun reaps only what it started. */
export function reap(pid: number): void {
  libc?.waitpid(pid, null, WNOHANG);
}
