import { BeneathTree, kernelKeepsBeneath } from "./beneath-tree.ts";
import { CheckedTree } from "./checked-tree.ts";
import type { FileTree } from "./file-tree.ts";

/** The files beneath an absolute path, kept by the kernel where it can (Linux 5.6), else by checks. */
export function openTree(worktreePath: string): FileTree {
  return kernelKeepsBeneath() ? new BeneathTree(worktreePath) : new CheckedTree(worktreePath);
}
