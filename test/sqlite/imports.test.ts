import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { ImportedSession } from "../../src/core/ports/import-store.ts";
import type { SqliteStore } from "../../src/sqlite/store.ts";
import { aCheckpoint, anEvent, anExecution, aSession } from "../contract/store-suite.ts";
import { tempStore } from "./temp-store.ts";

let temp: ReturnType<typeof tempStore>;
let store: SqliteStore;
beforeEach(() => {
  temp = tempStore();
  store = temp.open();
});
afterEach(async () => {
  await store.close();
  temp[Symbol.dispose]();
});

/** With so long a history, and executions of more events than are written at once. */
function imported(executions: number, events: number): ImportedSession {
  const { session, grants } = aSession();
  const history = Array.from({ length: executions }, () => {
    const execution = anExecution(session.id);
    return {
      ...execution,
      events: Array.from({ length: events }, (_, at) => anEvent(execution.id, at + 1)),
    };
  });
  const headExecutionId = history.at(-1)!.id;
  const checkpoint = aCheckpoint(session.id, headExecutionId);
  return {
    session: { session, grants, headCheckpointId: checkpoint.id, headExecutionId },
    checkpoint,
    executions: history,
  };
}

function rows(): Record<string, number> {
  using db = new Database(temp.path, { readonly: true });
  const tables = ["vm_session", "execution", "execution_event", "checkpoint", "base_image"];
  return Object.fromEntries(
    tables.map((table) => [table, db.query(`SELECT count(*) FROM ${table}`).values()[0]![0]]),
  ) as Record<string, number>;
}

test("a long history is written in steps, and nothing is seen of it before the last", async () => {
  const session = imported(200, 300);
  const { id } = session.session.session;
  let isDone = false;
  const done = store.imports.insert(session).then(() => {
    isDone = true;
  });
  let looks = 0;
  while (!isDone) {
    const list = await store.sessions.list(undefined);
    if (list.length > 0) break;
    if (rows().execution! > 0) looks++;
    await new Promise((resume) => setImmediate(resume));
  }
  await done;
  expect(looks).toBeGreaterThan(1);
  expect((await store.sessions.list(undefined)).map((one) => one.id)).toEqual([id]);
  expect((await store.sessions.get(id))?.session.status).toBe("ready");
  expect(await store.executions.list(id, 1000)).toHaveLength(200);
  const { executions } = session;
  expect(await store.executions.events(executions[7]!.id, 0, 1000)).toEqual([
    ...executions[7]!.events!,
  ]);
  const report = await store.retention.usage(10);
  expect(report.sessions[0]).toMatchObject({ session_id: id, executions: 200, checkpoints: 1 });
  expect(report.historyBytes).toBeGreaterThan(200 * 300 * 40);
});

test("one whose base went meanwhile is refused, and nothing of it stays", async () => {
  const before = rows();
  const session = {
    ...imported(100, 200),
    base: { digest: "e".repeat(64), engine: "engine-1" },
  };
  await expect(store.imports.insert(session)).rejects.toMatchObject({ code: "IMAGE_UNSUPPORTED" });
  expect(rows()).toEqual(before);
});

test("what was unfinished when the process ended is gone after the next start", async () => {
  const before = rows();
  const writing = store.imports.insert(imported(400, 300)).catch(() => "cut off");
  while (rows().execution === 0) await new Promise((resume) => setImmediate(resume));
  await store.close();
  expect(await writing).toBe("cut off");
  store = temp.open();
  await store.recover("2026-11-20T12:00:00.000Z");
  expect(rows()).toEqual(before);
});
