import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  type Stats,
  statSync,
  unlinkSync,
} from "node:fs";
import { asFileFailure, FileFailure } from "./file-failure.ts";
import {
  assertRelative,
  type FileTree,
  kindOf,
  resolveInside,
  splitEntry,
  type TreeEntry,
} from "./file-tree.ts";

/**
 * A worktree whose border is kept by checks: for systems whose kernel does not offer to.
 *
 * Links are followed by hand, the last component is opened with O_NOFOLLOW, and afterwards the path is
 * resolved again and must name the same file. A reader cannot be led outside that way; what makes,
 * removes or renames an entry can be, by somebody who exchanges a folder at the right moment.
 */
export class CheckedTree implements FileTree {
  readonly #worktreePath: string;

  constructor(worktreePath: string) {
    this.#worktreePath = worktreePath;
    const stats = attempt(() => statSync(worktreePath));
    if (!stats.isDirectory()) throw new FileFailure("ENOTDIR");
  }

  open(path: string, flags: number, mode = 0): number {
    const safe = flags | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW;
    // Truncation waits until it is known which file this is.
    const truncate = (safe & constants.O_TRUNC) !== 0;
    const fd = attempt(() => openSync(this.#absolute(path), safe & ~constants.O_TRUNC, mode));
    try {
      this.#confirm(path, fstatSync(fd));
      if (truncate && fstatSync(fd).isFile()) ftruncateSync(fd, 0);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw asFileFailure(error);
    }
  }

  stat(path: string, follow: boolean): Stats {
    if (follow) return attempt(() => lstatSync(this.#absolute(path)));
    const { folder, name } = splitEntry(path);
    return attempt(() => lstatSync(`${this.#absolute(folder)}/${name}`));
  }

  list(path: string): TreeEntry[] {
    const folder = this.#absolute(path);
    return attempt(() => {
      const before = lstatSync(folder);
      const names = readdirSync(folder);
      this.#confirm(path, before);
      return names.map((name) => ({ name, kind: kindOf(lstatSync(`${folder}/${name}`)) }));
    });
  }

  mkdir(path: string, mode: number): void {
    this.#at(path, (entry) => mkdirSync(entry, mode));
  }

  unlink(path: string): void {
    this.#at(path, (entry) => unlinkSync(entry));
  }

  rmdir(path: string): void {
    this.#at(path, (entry) => rmdirSync(entry));
  }

  rename(from: string, to: string): void {
    this.#at(from, (source) => this.#at(to, (target) => renameSync(source, target)));
  }

  resolve(path: string): string {
    assertRelative(path);
    return resolveInside(this.#worktreePath, path);
  }

  [Symbol.dispose](): void {}

  #at(path: string, call: (entry: string) => void): void {
    assertRelative(path);
    const { folder, name } = splitEntry(path);
    attempt(() => call(`${this.#absolute(folder)}/${name}`));
  }

  #absolute(path: string): string {
    const resolved = this.resolve(path);
    return resolved === "." ? this.#worktreePath : `${this.#worktreePath}/${resolved}`;
  }

  #confirm(path: string, opened: Stats): void {
    const now = lstatSync(this.#absolute(path));
    if (now.dev !== opened.dev || now.ino !== opened.ino) throw new FileFailure("EACCES");
  }
}

function attempt<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw asFileFailure(error);
  }
}
