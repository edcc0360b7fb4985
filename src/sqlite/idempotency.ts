import type { IdempotencyRecord, IdempotencyStore } from "../core/ports/idempotency-store.ts";
import { toMs, toTimestamp } from "./columns.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { Statements } from "./statements.ts";

interface Row {
  key: string;
  digest: string;
  subject_id: string;
  created_at: number;
}

export interface SqliteIdempotency extends IdempotencyStore {
  /** Inside a transaction of the caller's. A record whose time has passed is replaced. */
  record(record: IdempotencyRecord): void;
}

/** The table idempotency_key. */
export function idempotencyStore(statements: Statements, writer: GroupWriter): SqliteIdempotency {
  const sql = {
    put: statements.prepare(
      `INSERT OR REPLACE INTO idempotency_key (key, digest, subject_id, created_at)
       VALUES (?1, ?2, ?3, ?4)`,
    ),
    find: statements.prepare<Row>(
      "SELECT * FROM idempotency_key WHERE key = ?1 AND created_at >= ?2",
    ),
    sweep: statements.prepare("DELETE FROM idempotency_key WHERE created_at < ?1"),
  };
  return {
    record({ key, digest, subjectId, createdAt }) {
      sql.put.run(key, digest, subjectId, toMs(createdAt));
    },

    async find(key, since) {
      const row = sql.find.get(key, toMs(since));
      if (!row) return undefined;
      return {
        key,
        digest: row.digest,
        subjectId: row.subject_id,
        createdAt: toTimestamp(row.created_at),
      };
    },

    sweep: (before) => writer.write(() => void sql.sweep.run(toMs(before))),
  };
}
