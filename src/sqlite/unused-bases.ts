import type { RetentionStore } from "../core/ports/retention-store.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { Statements } from "./statements.ts";

/** Checkpoints looked at with one statement: about a millisecond. */
const ROWS_AT_ONCE = 2000;

/**
 * Removes base images that no checkpoint is relative to any more: those of other programs, which came
 * with imported sessions or with an older version of this one.
 */
export function unusedBases(
  statements: Statements,
  writer: GroupWriter,
): RetentionStore["removeBases"] {
  const sql = {
    others: statements.prepare<{ digest: string }>(
      "SELECT digest FROM base_image WHERE digest <> ?1",
    ),
    look: statements.prepare<{ last: number | null; is_used: number | null; rows: number }>(
      `SELECT max(no) AS last, max(base = ?1) AS is_used, count(*) AS rows
       FROM (SELECT no, base FROM checkpoint WHERE no > ?2 ORDER BY no LIMIT ${ROWS_AT_ONCE})`,
    ),
    drop: statements.prepare("DELETE FROM base_image WHERE digest = ?1"),
  };

  /** What comes new while it looks comes at the end: there it looks and removes in one. */
  async function removeUnused(digest: string, rest: () => Promise<void>): Promise<number> {
    for (let after = 0; ; ) {
      const { last, is_used, rows } = sql.look.get(digest, after)!;
      if (is_used === 1) return 0;
      if (rows < ROWS_AT_ONCE) {
        return writer.write(() => {
          const isUsed = sql.look.get(digest, after)!.is_used === 1;
          return isUsed ? 0 : sql.drop.run(digest).changes;
        });
      }
      after = last!;
      await rest();
    }
  }

  return async (own, rest) => {
    let count = 0;
    for (const { digest } of sql.others.all(own)) count += await removeUnused(digest, rest);
    return count;
  };
}
