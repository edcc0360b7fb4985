import { VmError } from "./errors.ts";
import type { SessionRecord } from "./ports/session-store.ts";
import type { Worktrees } from "./ports/worktrees.ts";

type Bound = Pick<SessionRecord, "session" | "grants">;

/** The folder that the session's files are in. */
export const worktreeOf = ({ session, grants }: Bound): string =>
  grants.worktree ?? session.worktree_path;

/**
 * The same, looked at: it is there, and its path still leads to it.
 *
 * @throws VmError INVALID_WORKTREE
 */
export async function checkBoundWorktree(worktrees: Worktrees, record: Bound): Promise<string> {
  const worktree = worktreeOf(record);
  const found = await worktrees.check(worktree);
  if (record.grants.worktree === undefined || found === worktree) return found;
  throw new VmError("INVALID_WORKTREE", { details: { worktree_path: worktree } });
}
