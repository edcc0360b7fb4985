import { dlopen, type Pointer, ptr, read } from "bun:ffi";
import { constants } from "node:os";

/** fcntl.h; the same on every machine that this program is built for. */
export const O_CLOEXEC = 0o2000000;

/**
 * The few calls of the C library that Bun has no door to. Loaded at first use, so that a process that
 * never touches a guest's files pays nothing.
 *
 * Every function returns what the call returned; on -1 the reason is `errorCode()`, read at once.
 */
const open = (name: string) =>
  dlopen(name, {
    syscall: {
      args: ["i64", "i64", "i64", "i64", "i64", "i64", "i64"],
      returns: "i64",
    },
    __errno_location: { args: [], returns: "ptr" },
    mkdirat: { args: ["i32", "ptr", "u32"], returns: "i32" },
    unlinkat: { args: ["i32", "ptr", "i32"], returns: "i32" },
    renameat: { args: ["i32", "ptr", "i32", "ptr"], returns: "i32" },
    prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
    prlimit: { args: ["i32", "i32", "ptr", "ptr"], returns: "i32" },
    pipe2: { args: ["ptr", "i32"], returns: "i32" },
    poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
    waitid: { args: ["i32", "i32", "ptr", "i32"], returns: "i32" },
    waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
    kill: { args: ["i32", "i32"], returns: "i32" },
    signal: { args: ["i32", "u64"], returns: "u64" },
    madvise: { args: ["u64", "u64", "i32"], returns: "i32" },
    ioctl: { args: ["i32", "u64", "ptr"], returns: "i32" },
    memfd_create: { args: ["ptr", "u32"], returns: "i32" },
  }).symbols;

export type LibcSymbols = ReturnType<typeof open>;

/** glibc, then musl as its loaders name it. */
const NAMES = [
  "libc.so.6",
  process.arch === "arm64" ? "libc.musl-aarch64.so.1" : "libc.musl-x86_64.so.1",
  "libc.so",
];

let loaded: LibcSymbols | null | undefined;
let errnoAt: Pointer | null = null;

/** Undefined where there is none that we know: not Linux, or an unknown C library. */
export function libc(): LibcSymbols | undefined {
  if (loaded === undefined) loaded = process.platform === "linux" ? load() : null;
  return loaded ?? undefined;
}

function load(): LibcSymbols | null {
  for (const name of NAMES) {
    try {
      const symbols = open(name);
      errnoAt = symbols.__errno_location() as Pointer;
      return symbols;
    } catch {
      // The next name; without any, callers take their portable way.
    }
  }
  return null;
}

/** The system call `number`, arguments as integers or addresses; unused ones are 0. */
export function syscall(number: number, ...args: number[]): number {
  const symbols = libc();
  if (symbols === undefined) throw new Error("no C library is loaded");
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
  return Number(symbols.syscall(number, a, b, c, d, e, f));
}

const CODES = new Map<number, string>(
  Object.entries(constants.errno).map(([code, number]) => [number, code]),
);
// Two names share a number; these are the ones that people know.
CODES.set(constants.errno.EAGAIN, "EAGAIN");
CODES.set(constants.errno.EOPNOTSUPP, "EOPNOTSUPP");

/** `ENOENT` …: why the last call of this thread returned -1. */
export function errorCode(): string {
  const number = errnoAt === null ? 0 : read.i32(errnoAt, 0);
  return CODES.get(number) ?? `E${number}`;
}

/** NUL-terminated UTF-8. The caller keeps it alive across the call. */
export const cString = (text: string): Buffer => Buffer.from(`${text}\0`, "utf8");

export const address = (bytes: NodeJS.TypedArray): number => ptr(bytes) as number;
