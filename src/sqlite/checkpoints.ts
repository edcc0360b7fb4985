import type { Checkpoint, CheckpointStore } from "../core/ports.ts";
import { toMs } from "./columns.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { Statements } from "./statements.ts";

interface LinkRow {
  id: string;
  parent_id: string | null;
  depth: number;
  engine: string;
  base: string;
  delta: Uint8Array;
}

export interface SqliteCheckpoints extends CheckpointStore {
  /** Inside a transaction of the caller's. */
  put(checkpoint: Checkpoint): void;
}

/** The tables checkpoint and base_image. */
export function checkpointStore(statements: Statements, writer: GroupWriter): SqliteCheckpoints {
  const sql = {
    depth: statements.prepare<{ depth: number }>("SELECT depth FROM checkpoint WHERE id = ?1"),
    insert: statements.prepare(
      `INSERT INTO checkpoint (id, parent_id, depth, session_id, execution_id, kind, created_at,
         heap_bytes, engine, base, delta)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`,
    ),
    link: statements.prepare<LinkRow>(
      "SELECT id, parent_id, depth, engine, base, delta FROM checkpoint WHERE id = ?1",
    ),
    putBase: statements.prepare(
      "INSERT INTO base_image (digest, engine, bytes) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    ),
    getBase: statements.prepare<{ bytes: Uint8Array }>(
      "SELECT bytes FROM base_image WHERE digest = ?1",
    ),
    hasBase: statements.prepare("SELECT 1 FROM base_image WHERE digest = ?1"),
  };

  function depthOf({ id, parentId, data }: Checkpoint): number {
    if (data.full) return 1;
    const parent = parentId === undefined ? null : sql.depth.get(parentId);
    if (!parent) {
      throw new Error(`checkpoint ${id} is relative to ${parentId}, which is not in the store`);
    }
    return parent.depth + 1;
  }

  function put(checkpoint: Checkpoint): void {
    const { data } = checkpoint;
    sql.insert.run(
      checkpoint.id,
      data.full ? null : (checkpoint.parentId ?? null),
      depthOf(checkpoint),
      checkpoint.sessionId ?? null,
      checkpoint.executionId ?? null,
      checkpoint.kind,
      toMs(checkpoint.createdAt),
      data.heapBytes,
      data.engine,
      data.base,
      data.delta,
    );
  }

  return {
    put,

    insert: (checkpoint) =>
      writer.write(() => {
        if (!sql.depth.get(checkpoint.id)) put(checkpoint);
      }),

    async has(id) {
      return sql.depth.get(id) !== null;
    },

    async chain(id) {
      const links: LinkRow[] = [];
      for (let next: string | null = id; next !== null; next = links.at(-1)!.parent_id) {
        const link = sql.link.get(next);
        if (!link && next === id) return undefined;
        if (!link)
          throw new Error(`checkpoint ${next}, which ${id} builds on, is not in the store`);
        links.push(link);
      }
      const { engine, base } = links[0]!;
      return { engine, base, links: links.reverse().map(({ id, delta }) => ({ id, delta })) };
    },

    async putBase({ digest, engine, bytes }) {
      if (sql.hasBase.get(digest)) return;
      await writer.write(() => void sql.putBase.run(digest, engine, bytes));
    },

    async getBase(digest) {
      return sql.getBase.get(digest)?.bytes;
    },
  };
}
