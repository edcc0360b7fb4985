import { dlopen } from "bun:ffi";

/** The calls of the C library that Bun has no door to. Opened at first use. */
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
        syscall: { args: ["i64", "i64", "ptr", "i64"], returns: "i64" },
      }).symbols;
    } catch {
      // The other C library, then.
    }
  }
  return undefined;
}

let opened: ReturnType<typeof open> | null = null;

/** Undefined: not Linux, or an unknown C library. Whoever asks does without. */
export function libc(): ReturnType<typeof open> {
  if (opened === null) opened = open();
  return opened;
}
