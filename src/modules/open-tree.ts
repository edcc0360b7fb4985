import { BeneathTree, kernelKeepsBeneath } from "./beneath-tree.ts";
import { CheckedTree } from "./checked-tree.ts";
import type { FileTree } from "./file-tree.ts";
import { GuardedTree } from "./guarded-tree.ts";
import { hasKeptFiles } from "./store-files.ts";

/** The files beneath an absolute path, kept by the kernel where it can (Linux 5.6), else by checks. */
export function openTree(worktreePath: string): FileTree {
  const tree = kernelKeepsBeneath() ? new BeneathTree(worktreePath) : new CheckedTree(worktreePath);
  return hasKeptFiles() ? new GuardedTree(tree) : tree;
}
