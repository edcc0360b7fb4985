import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import initial from "../../src/sqlite/migrations/0001-initial.sql" with { type: "text" };
import { tempStore } from "./temp-store.ts";

const APPLICATION_ID = 0x766d7379;

test("a database of the first schema comes with its sessions, states and history", async () => {
  using temp = tempStore();
  {
    using db = new Database(temp.path, { create: true, strict: true });
    db.run(initial);
    db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.run("PRAGMA user_version = 1");
    db.run(`INSERT INTO vm_session (id, status, head_checkpoint_id, head_depth, vm_id, workspace_id,
      base_commit_oid, worktree_path, created_at, grants)
      VALUES ('s', 'ready', NULL, 0, 'v', 'w', 'c', '/', 1000, '{}')`);
    const checkpoint = (id: string, parent: string | null, execution: string) =>
      db.run(
        `INSERT INTO checkpoint (id, parent_id, depth, session_id, execution_id, kind, created_at,
          heap_bytes, engine, base, delta) VALUES (?, ?, 1, 's', ?, 'execution', 1, 7, 'e', 'b', x'0102')`,
        [id, parent, execution],
      );
    checkpoint("c1", null, "e1");
    checkpoint("c2", "c1", "e3");
    const execution = (id: string, status: string, checkpointId: string | null) =>
      db.run(
        `INSERT INTO execution (id, session_id, kind, status, started_at, ended_at, checkpoint_id, args,
          env, metrics) VALUES (?, 's', 'repl', ?, 2000, 3000, ?, '[]', '{}', '{}')`,
        [id, status, checkpointId],
      );
    execution("e1", "ok", "c1");
    execution("e2", "timeout", null);
    execution("e3", "ok", "c2");
    db.run("UPDATE vm_session SET head_checkpoint_id = 'c2', head_depth = 2");
  }
  const store = temp.open();
  expect(await store.sessions.get("s")).toMatchObject({
    headCheckpointId: "c2",
    session: {
      head_execution_id: "e3",
      heap_bytes: 7,
      stored_bytes: 4,
      last_used_at: "1970-01-01T00:00:02.000Z",
    },
  });
  expect((await store.checkpoints.chain("c2"))?.links.map(({ delta }) => [...delta])).toEqual([
    [1, 2],
    [1, 2],
  ]);
  expect(await store.executions.get("e3")).toMatchObject({ parent_execution_id: "e2" });
  expect(await store.history.stateAfter("e2")).toMatchObject({ checkpointId: "c1", isKept: true });
  await store.close();
  // What came before checks were kept is taken as it is.
  using db = new Database(temp.path);
  expect(db.query("SELECT DISTINCT crc32 FROM checkpoint_delta").values()).toEqual([[null]]);
});
