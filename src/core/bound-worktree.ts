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

/**
 * The record with the folder that it is bound to. One of an older version says only a path, which may
 * lead by way of links: it is bound to where that leads now, for this run.
 *
 * @throws VmError INVALID_WORKTREE where a session with modules has lost it: no worker could enter it
 */
export async function boundRecord(
  worktrees: Worktrees,
  record: SessionRecord,
): Promise<SessionRecord> {
  const { grants } = record;
  const isNeeded = grants.modules.length > 0;
  if (!isNeeded && grants.worktree !== undefined) return record;
  try {
    const worktree = await checkBoundWorktree(worktrees, record);
    return { ...record, grants: { ...grants, worktree } };
  } catch (error) {
    if (isNeeded) throw error;
    return record;
  }
}
