import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import type { RetentionStore, StoreUsage } from "../core/ports/retention-store.ts";
import { isInMemory } from "./database.ts";
import { IMPORTING } from "./sessions.ts";
import type { Statements } from "./statements.ts";

/** What takes the room in the file. It looks at every session: for a person who asks. */
export function storeUsage(
  db: Database,
  statements: Statements,
  options: { readonly path: string; readonly budgetBytes?: number },
): RetentionStore["usage"] {
  const sql = {
    sums: statements.prepare<{ checkpoints: number; history: number }>(
      `SELECT coalesce(sum(stored_bytes), 0) AS checkpoints, coalesce(sum(history_bytes), 0) AS history
       FROM vm_session`,
    ),
    prepared: statements.prepare<{ bytes: number }>(
      "SELECT coalesce(sum(stored_bytes), 0) AS bytes FROM checkpoint WHERE kind = 'prepared'",
    ),
    bases: statements.prepare<{ bytes: number }>(
      "SELECT coalesce(sum(length(bytes)), 0) AS bytes FROM base_image",
    ),
    largest: statements.prepare<StoreUsage["sessions"][number]>(
      `SELECT id AS session_id, status, stored_bytes AS checkpoint_bytes, history_bytes,
         (SELECT count(*) FROM checkpoint c WHERE c.session_id = s.id) AS checkpoints,
         (SELECT count(*) FROM execution e WHERE e.session_id = s.id) AS executions
       FROM vm_session s WHERE stored_bytes + history_bytes > 0 AND status <> '${IMPORTING}'
       ORDER BY stored_bytes + history_bytes DESC LIMIT ?1`,
    ),
  };
  const pragma = (name: string) =>
    Object.values(db.query<Record<string, number>, []>(`PRAGMA ${name}`).get() ?? {})[0] ?? 0;
  const pageBytes = pragma("page_size");
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

  return async (sessionsMax) => {
    const { checkpoints, history } = sql.sums.get()!;
    const memory = isInMemory(options.path);
    return {
      fileBytes: memory ? pragma("page_count") * pageBytes : size(options.path),
      logBytes: memory ? 0 : size(`${options.path}-wal`),
      freeBytes: pragma("freelist_count") * pageBytes,
      ...(options.budgetBytes === undefined ? {} : { budgetBytes: options.budgetBytes }),
      checkpointBytes: checkpoints,
      historyBytes: history,
      preparedBytes: sql.prepared.get()!.bytes,
      baseBytes: sql.bases.get()!.bytes,
      sessions: sql.largest.all(sessionsMax),
    };
  };
}
