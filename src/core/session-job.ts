import { worktreeOf } from "./bound-worktree.ts";
import { newId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import type { CheckpointStore } from "./ports/checkpoint-store.ts";
import type { SessionPoint } from "./ports/history-store.ts";
import type { Job, JobAction } from "./ports/runner.ts";
import type { ChainSize, SessionRecord } from "./ports/session-store.ts";

/** What is to run, and on what. */
export interface JobRequest {
  readonly record: SessionRecord;
  readonly action: JobAction;
  /** What it leaves in the session is not kept. `at`: it starts from a past state. */
  readonly dryRun?: { readonly at?: SessionPoint };
}

/** The job that starts from the session's present state, or a past one, and would be followed by a new one. */
export function sessionJob(
  checkpoints: CheckpointStore,
  id: string,
  { record, action, dryRun }: JobRequest,
): Job {
  const head = (dryRun?.at ?? { checkpointId: record.headCheckpointId }).checkpointId;
  return {
    id,
    sessionId: record.session.id,
    grants: record.grants,
    worktreePath: worktreeOf(record),
    headCheckpointId: head,
    // Of a past state it is a guess: most sessions are of about one size all their life.
    headHeapBytes: record.session.heap_bytes,
    nextCheckpointId: newId(),
    wantFull: dryRun === undefined && isLong(record.headChain),
    ...(dryRun === undefined ? {} : { discard: true }),
    loadImage: async () => {
      const chain = head === undefined ? undefined : await checkpoints.chain(head);
      if (!chain) throw new Error(`checkpoint ${head} is not in the store`);
      return chain;
    },
    action,
  };
}

/**
 * Whether the next state is to be stored whole. When the deltas beside the largest add up to it, a
 * whole state costs about as much as they do, and shortens what taking up reads. While there are few
 * of them, only where they are large: a state that changes in most places with each execution is soon
 * outweighed by its own deltas.
 */
function isLong({ depth, bytes, largestBytes }: ChainSize): boolean {
  const besides = bytes - largestBytes;
  if (depth >= LIMITS.chainDepthFree)
    return besides >= largestBytes || depth >= LIMITS.chainDepthMax;
  return bytes >= LIMITS.chainBytesFree && besides >= 2 * largestBytes;
}
