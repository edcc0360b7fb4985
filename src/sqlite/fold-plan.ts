import { LIMITS } from "../core/limits.ts";
import type { CheckpointSize, FoldPlan } from "../core/ports/retention-store.ts";

/** A checkpoint that may go. */
export interface Candidate extends CheckpointSize {
  readonly no: number;
  readonly parent: string | null;
}

export type CandidateRow = Omit<Candidate, "parent"> & { readonly parent_id: string | null };

/**
 * An accumulated delta is rewritten only when what comes to it is about as large: else every fold
 * would write again all that was folded before.
 */
const REWRITE_RATIO = 2;

/** Up to two that are relative to it. */
export type Children = (id: string) => readonly CheckpointSize[];

/** @param going  In the order of their making. */
export function planOf(going: readonly Candidate[], childrenOf: Children): FoldPlan {
  const left = new Map(going.map((candidate) => [candidate.id, candidate]));
  const children = new Map(going.map(({ id }) => [id, childrenOf(id)]));
  const remove: CheckpointSize[] = [];
  // The newest first: when it goes, its parent may have become one that nothing is relative to.
  for (const { id, bytes } of going.toReversed()) {
    const staying = children
      .get(id)!
      .filter((child) => left.has(child.id) || !children.has(child.id));
    if (staying.length > 0) continue;
    left.delete(id);
    remove.push({ id, bytes });
  }
  // From the newest to the oldest: a line ends where it branches, or where merging would not pay.
  const merge: CheckpointSize[][] = [];
  const taken = new Set<string>();
  for (const last of [...left.values()].toReversed()) {
    if (taken.has(last.id)) continue;
    const [child, other] = children.get(last.id)!;
    if (!child || other || child.bytes > LIMITS.mergeBytesMax) continue;
    const line: CheckpointSize[] = [child];
    let sum = child.bytes;
    for (let at: Candidate | undefined = last; at; at = left.get(at.parent ?? "")) {
      const isOnly = children.get(at.id)!.length === 1;
      if (!isOnly || at.bytes > REWRITE_RATIO * sum || sum + at.bytes > LIMITS.mergeBytesMax) break;
      line.unshift({ id: at.id, bytes: at.bytes });
      taken.add(at.id);
      sum += at.bytes;
    }
    if (line.length > 1) merge.push(line);
  }
  return { remove, merge };
}

/** Whether each is there, relative to the one before, and alone in that. */
export function isLine(
  line: readonly (CandidateRow | null)[],
  childrenOf: Children,
): line is readonly CandidateRow[] {
  return line.every((row, at) => {
    if (!row) return false;
    const next = line[at + 1];
    if (at === line.length - 1) return true;
    const [child, other] = childrenOf(row.id);
    return next?.parent_id === row.id && child?.id === next.id && other === undefined;
  });
}
