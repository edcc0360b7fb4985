import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";
import { asFileFailure, FileFailure } from "./file-failure.ts";
import {
  assertRelative,
  type FileKind,
  type FileTree,
  kindOf,
  resolveInside,
  splitEntry,
  type TreeEntry,
} from "./file-tree.ts";
import { address, cString, errorCode, libc, O_CLOEXEC, syscall } from "./libc.ts";

const SYS_OPENAT2 = 437;
const SYS_GETDENTS64 = process.arch === "arm64" ? 61 : 217;
const O_PATH = 0o10000000;
const AT_FDCWD = -100;
const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_NO_SYMLINKS = 0x04;
const RESOLVE_BENEATH = 0x08;
const AT_REMOVEDIR = 0x200;
/** The kernel gives up a walk with `..` in it when anything is renamed meanwhile. */
const RENAME_RETRIES_MAX = 128;

let supported: boolean | undefined;

/** Whether openat2(2) is there; asked once. */
export function kernelKeepsBeneath(): boolean {
  supported ??= libc() !== undefined && probe();
  return supported;
}

function probe(): boolean {
  const root = openSync("/", O_PATH | constants.O_DIRECTORY);
  try {
    closeSync(openBeneath(root, ".", O_PATH | constants.O_DIRECTORY, 0));
    return true;
  } catch {
    return false;
  } finally {
    closeSync(root);
  }
}

/** A worktree whose border the kernel keeps: each walk is one openat2 with RESOLVE_BENEATH. */
export class BeneathTree implements FileTree {
  readonly #worktreePath: string;
  readonly #root: number;

  constructor(worktreePath: string) {
    this.#worktreePath = worktreePath;
    this.#root = openFolder(worktreePath);
  }

  open(path: string, flags: number, mode = 0): number {
    assertRelative(path);
    const safe = flags | constants.O_NONBLOCK | constants.O_NOCTTY;
    return this.#open(path, safe, mode);
  }

  #open(path: string, flags: number, mode = 0): number {
    try {
      return openBeneath(this.#root, path === "" ? "." : path, flags, mode);
    } catch (error) {
      if (asFileFailure(error).code !== "EXDEV") throw error;
    }
    // Outside, or an absolute link that points inside: follow by hand, then let the kernel confirm.
    const resolved = resolveInside(this.#worktreePath, path);
    try {
      return openBeneath(this.#root, resolved, flags, mode);
    } catch (error) {
      throw asFileFailure(error).code === "EXDEV" ? new FileFailure("EACCES") : error;
    }
  }

  stat(path: string, follow: boolean): Stats {
    assertRelative(path);
    const fd = this.#open(path, O_PATH | (follow ? 0 : constants.O_NOFOLLOW));
    try {
      return fstatSync(fd);
    } finally {
      closeSync(fd);
    }
  }

  list(path: string): TreeEntry[] {
    assertRelative(path);
    const fd = this.#open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      return [...readEntries(fd, (name) => this.stat(`${path}/${name}`, false))];
    } finally {
      closeSync(fd);
    }
  }

  mkdir(path: string, mode: number): void {
    this.#at(path, (folder, name) => libc()!.mkdirat(folder, name, mode));
  }

  unlink(path: string): void {
    this.#at(path, (folder, name) => libc()!.unlinkat(folder, name, 0));
  }

  rmdir(path: string): void {
    this.#at(path, (folder, name) => libc()!.unlinkat(folder, name, AT_REMOVEDIR));
  }

  rename(from: string, to: string): void {
    this.#at(from, (fromFolder, fromName) => {
      this.#at(to, (toFolder, toName) => libc()!.renameat(fromFolder, fromName, toFolder, toName));
      return 0;
    });
  }

  resolve(path: string): string {
    assertRelative(path);
    return resolveInside(this.#worktreePath, path);
  }

  [Symbol.dispose](): void {
    closeSync(this.#root);
  }

  /** Runs a call on the opened folder of `path` and its last name, which no call here follows. */
  #at(path: string, call: (folder: number, name: Buffer) => number): void {
    assertRelative(path);
    const { folder, name } = splitEntry(path);
    const fd = this.#open(folder, O_PATH | constants.O_DIRECTORY);
    try {
      if (call(fd, cString(name)) < 0) throw new FileFailure(errorCode());
    } finally {
      closeSync(fd);
    }
  }
}

/**
 * A worktree's folder, as a place and no more. No link is followed on the way: the path is one without,
 * and who can write a folder above may have put one there.
 *
 * @throws FileFailure ELOOP at a link
 */
export function openFolder(path: string): number {
  if (!kernelKeepsBeneath()) return openSync(path, O_PATH | constants.O_DIRECTORY | O_CLOEXEC);
  return open(AT_FDCWD, path, O_PATH | constants.O_DIRECTORY, 0, RESOLVE_NO_SYMLINKS);
}

function openBeneath(root: number, path: string, flags: number, mode: number): number {
  return open(root, path, flags, mode, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
}

function open(from: number, path: string, flags: number, mode: number, resolve: number): number {
  const name = cString(path);
  const how = new BigUint64Array([
    BigInt(flags | O_CLOEXEC),
    // openat2 refuses a mode where nothing can be made.
    BigInt((flags & constants.O_CREAT) === 0 ? 0 : mode),
    BigInt(resolve),
  ]);
  for (let tries = 0; ; tries += 1) {
    const fd = syscall(SYS_OPENAT2, from, address(name), address(how), how.byteLength);
    if (fd >= 0) return fd;
    const code = errorCode();
    if (code === "EAGAIN" && tries < RENAME_RETRIES_MAX) continue;
    throw new FileFailure(code === "EAGAIN" ? "EACCES" : code);
  }
}

/** DT_ values of a directory entry; 0 means that the file system does not say. */
const ENTRY_KINDS: Readonly<Record<number, FileKind>> = {
  1: "fifo",
  2: "device",
  4: "directory",
  6: "device",
  8: "file",
  10: "symlink",
  12: "socket",
};

/** struct linux_dirent64: u64 inode, i64 offset, u16 length, u8 type, the name up to a NUL. */
function* readEntries(fd: number, stat: (name: string) => Stats): Generator<TreeEntry> {
  const buffer = Buffer.alloc(64 * 1024);
  for (;;) {
    const bytes = syscall(SYS_GETDENTS64, fd, address(buffer), buffer.length);
    if (bytes < 0) throw new FileFailure(errorCode());
    if (bytes === 0) return;
    for (let at = 0; at < bytes; at += buffer.readUInt16LE(at + 16)) {
      const name = buffer.toString("utf8", at + 19, buffer.indexOf(0, at + 19));
      if (name === "." || name === "..") continue;
      const kind = ENTRY_KINDS[buffer[at + 18] ?? 0];
      yield { name, kind: kind ?? kindOf(stat(name)) };
    }
  }
}
