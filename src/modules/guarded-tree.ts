import type { Stats } from "node:fs";
import type { FileTree, TreeEntry } from "./file-tree.ts";
import { assertForGuests, assertMovable } from "./store-files.ts";

/** A worktree without the files that are kept from guests: they are listed, and nothing else. */
export class GuardedTree implements FileTree {
  constructor(private readonly tree: FileTree) {}

  open(path: string, flags: number, mode?: number): number {
    this.#assertFollowed(path);
    return this.tree.open(path, flags, mode);
  }

  stat(path: string, follow: boolean): Stats {
    if (follow) this.#assertFollowed(path);
    else this.#assertEntry(path);
    return this.tree.stat(path, follow);
  }

  list(path: string): TreeEntry[] {
    return this.tree.list(path);
  }

  mkdir(path: string, mode: number): void {
    this.#assertEntry(path);
    this.tree.mkdir(path, mode);
  }

  unlink(path: string): void {
    this.#assertEntry(path);
    assertMovable(this.tree, path);
    this.tree.unlink(path);
  }

  rmdir(path: string): void {
    this.tree.rmdir(path);
  }

  rename(from: string, to: string): void {
    this.#assertEntry(from);
    this.#assertEntry(to);
    assertMovable(this.tree, from);
    this.tree.rename(from, to);
  }

  resolve(path: string): string {
    return this.tree.resolve(path);
  }

  [Symbol.dispose](): void {
    this.tree[Symbol.dispose]();
  }

  #assertFollowed(path: string): void {
    assertForGuests(this.tree, this.tree.resolve(path));
  }

  /** A link at the end is meant itself. */
  #assertEntry(path: string): void {
    assertForGuests(this.tree, path);
  }
}
