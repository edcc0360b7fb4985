import type { Checkpoint, CheckpointStore } from "../core/ports/checkpoint-store.ts";
import { toMs } from "./columns.ts";
import {
  assertIntact,
  crc32Of,
  damagedCheckpoint,
  readFailure,
  type StoredDelta,
} from "./delta-check.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { Statements } from "./statements.ts";

interface LinkRow extends StoredDelta {
  id: string;
  parent_id: string | null;
  engine: string;
  base: string;
  heap_bytes: number;
}

type ChainRow = Record<"depth" | "chain_bytes" | "largest_bytes", number>;

export interface SqliteCheckpoints extends CheckpointStore {
  /** Inside a transaction of the caller's. */
  put(checkpoint: Checkpoint): void;
  /** Inside a transaction of the caller's. The same digest twice changes nothing. */
  addBase(base: { digest: string; engine: string; bytes: Uint8Array }): void;
  hasBase(digest: string): boolean;
}

/** The tables checkpoint and base_image. */
export function checkpointStore(statements: Statements, writer: GroupWriter): SqliteCheckpoints {
  const sql = {
    chain: statements.prepare<ChainRow>(
      "SELECT depth, chain_bytes, largest_bytes FROM checkpoint WHERE id = ?1",
    ),
    insert: statements.prepare<{ no: number }>(
      `INSERT INTO checkpoint (id, parent_id, session_id, execution_id, kind, created_at, heap_bytes,
         stored_bytes, depth, chain_bytes, largest_bytes, engine, base)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) RETURNING no`,
    ),
    insertDelta: statements.prepare(
      "INSERT INTO checkpoint_delta (no, delta, crc32) VALUES (?1, ?2, ?3)",
    ),
    link: statements.prepare<LinkRow>(
      // As a join this would take several times as long.
      `SELECT id, parent_id, engine, base, heap_bytes,
         (SELECT delta FROM checkpoint_delta d WHERE d.no = c.no) AS delta,
         (SELECT crc32 FROM checkpoint_delta d WHERE d.no = c.no) AS crc32
       FROM checkpoint c WHERE id = ?1`,
    ),
    putBase: statements.prepare(
      "INSERT INTO base_image (digest, engine, bytes) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    ),
    getBase: statements.prepare<{ bytes: Uint8Array }>(
      "SELECT bytes FROM base_image WHERE digest = ?1",
    ),
    hasBase: statements.prepare("SELECT 1 FROM base_image WHERE digest = ?1"),
  };

  const EMPTY: ChainRow = { depth: 0, chain_bytes: 0, largest_bytes: 0 };

  /** What its delta is relative to. */
  function before({ id, parentId, data }: Checkpoint): ChainRow {
    if (data.full) return EMPTY;
    const parent = parentId === undefined ? null : sql.chain.get(parentId);
    if (parent) return parent;
    throw new Error(`checkpoint ${id} is relative to ${parentId}, which is not in the store`);
  }

  function put(checkpoint: Checkpoint): void {
    const { data } = checkpoint;
    const bytes = data.delta.byteLength;
    const { depth, chain_bytes, largest_bytes } = before(checkpoint);
    const row = sql.insert.get(
      checkpoint.id,
      data.full ? null : (checkpoint.parentId ?? null),
      checkpoint.sessionId ?? null,
      checkpoint.executionId ?? null,
      checkpoint.kind,
      toMs(checkpoint.createdAt),
      data.heapBytes,
      bytes,
      depth + 1,
      chain_bytes + bytes,
      Math.max(largest_bytes, bytes),
      data.engine,
      data.base,
    );
    sql.insertDelta.run(row!.no, data.delta, crc32Of(data.delta));
  }

  /** @throws VmError CHECKPOINT_DAMAGED */
  function readLink(id: string): LinkRow | null {
    try {
      const link = sql.link.get(id);
      if (link) assertIntact(id, link);
      return link;
    } catch (error) {
      throw readFailure(id, error);
    }
  }

  const addBase: SqliteCheckpoints["addBase"] = ({ digest, engine, bytes }) =>
    void sql.putBase.run(digest, engine, bytes);

  return {
    put,
    addBase,
    hasBase: (digest) => sql.hasBase.get(digest) !== null,

    insert: (checkpoint) =>
      writer.write(() => {
        if (!sql.chain.get(checkpoint.id)) put(checkpoint);
      }, checkpoint.data.delta.byteLength),

    async has(id) {
      return sql.chain.get(id) !== null;
    },

    async chain(id) {
      const links: LinkRow[] = [];
      for (let next: string | null = id; next !== null; next = links.at(-1)!.parent_id) {
        const link = readLink(next);
        if (!link && next === id) return undefined;
        if (!link) throw damagedCheckpoint(next);
        links.push(link);
      }
      const { engine, base, heap_bytes: heapBytes } = links[0]!;
      return {
        engine,
        base,
        heapBytes,
        links: links.reverse().map(({ id, delta }) => ({ id, delta })),
      };
    },

    async putBase(base) {
      if (sql.hasBase.get(base.digest)) return;
      await writer.write(() => addBase(base));
    },

    async getBase(digest) {
      return sql.getBase.get(digest)?.bytes;
    },
  };
}
