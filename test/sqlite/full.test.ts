import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { newId } from "../../src/core/ids.ts";
import { writeFailure } from "../../src/sqlite/failure.ts";
import type { SqliteStore } from "../../src/sqlite/store.ts";
import { aCheckpoint, anEvent, anExecution, aSession } from "../contract/store-suite.ts";
import { tempStore } from "./temp-store.ts";

const BUDGET_BYTES = 512 * 1024;

function commit(store: SqliteStore, sessionId: string, deltaBytes: number) {
  const execution = anExecution(sessionId, newId());
  const { data, ...checkpoint } = aCheckpoint(sessionId, execution.id);
  const delta = new Uint8Array(deltaBytes).fill(7);
  const done = store.executions.commit({
    execution,
    events: [anEvent(execution.id, 1)],
    checkpoint: { ...checkpoint, data: { ...data, delta } },
  });
  return { execution, done };
}

test("a full store refuses whole commits, keeps the others, and goes on", async () => {
  using temp = tempStore();
  const store = temp.open({ budgetBytes: BUDGET_BYTES });
  const { session, grants } = aSession();
  await store.sessions.insert({ session, grants });
  const before = await store.sessions.get(session.id);

  const big = commit(store, session.id, 2 * BUDGET_BYTES);
  await expect(big.done).rejects.toMatchObject({ code: "STORE_FULL" });
  expect(await store.executions.get(big.execution.id)).toBeUndefined();
  expect(await store.sessions.get(session.id)).toEqual(before);

  // In one group: those that fit are kept although a neighbour does not.
  const group = [1000, 2 * BUDGET_BYTES, 1000].map((bytes) => commit(store, session.id, bytes));
  const ends = await Promise.allSettled(group.map(({ done }) => done));
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(ends[1]).toMatchObject({ reason: { code: "STORE_FULL" } });

  await store.close();
  const roomy = temp.open();
  expect((await roomy.executions.list(session.id, 10)).map(({ id }) => id)).toEqual([
    group[2]!.execution.id,
    group[0]!.execution.id,
  ]);
  await commit(roomy, session.id, 2 * BUDGET_BYTES).done;
  await roomy.close();
});

test("filled to the brim, every answered commit is there afterwards", async () => {
  using temp = tempStore();
  const store = temp.open({ budgetBytes: BUDGET_BYTES });
  const record = aSession();
  const sessionId = record.session.id;
  await store.sessions.insert(record);
  const kept: string[] = [];
  let refused = 0;
  while (refused < 5) {
    const { execution, done } = commit(store, sessionId, 10_000);
    await done.then(
      () => kept.push(execution.id),
      (error) => {
        expect(error).toMatchObject({ code: "STORE_FULL" });
        refused++;
      },
    );
  }
  await store.close();
  const again = temp.open();
  expect(kept.length).toBeGreaterThan(10);
  expect((await again.executions.list(sessionId, 1000)).map(({ id }) => id)).toEqual(
    kept.toReversed(),
  );
  await again.close();
});

test("a state that is larger than a value may be is refused as what does not fit", () => {
  using database = new Database(":memory:");
  const write = () => database.query("SELECT zeroblob(1000000001)").get();
  let failure: unknown;
  try {
    write();
  } catch (error) {
    failure = writeFailure(error);
  }
  expect(failure).toMatchObject({ code: "STORE_FULL", message: expect.stringContaining("larger") });
});
