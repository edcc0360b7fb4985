import { renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * For link-swaps.test.ts: has `way` lead inside and outside in turn, until it is killed; makes a file
 * when it has done so often enough.
 */
const [, , worktree = "", enough = "", file = ""] = process.argv;
const [way, next] = [join(worktree, "way"), join(worktree, "next")];

for (let swaps = 1; ; swaps++) {
  symlinkSync(swaps % 2 === 0 ? "inside" : "../outside", next);
  renameSync(next, way);
  if (swaps === Number(enough)) writeFileSync(file, "");
}
