import { afterEach, beforeEach, expect, test } from "bun:test";
import { LIMITS } from "../../src/core/limits.ts";
import type { Runner } from "../../src/core/ports/runner.ts";
import { Retention } from "../../src/core/retention.ts";
import type { SqliteStore } from "../../src/sqlite/store.ts";
import { aCheckpoint, anExecution, aSession } from "../contract/store-suite.ts";
import { tempStore } from "../sqlite/temp-store.ts";

const KEPT = 10;
const CHAIN = 20;

let temp: ReturnType<typeof tempStore>;
let store: SqliteStore;
let retention: Retention;
let busy = 1;
let merges = 0;
beforeEach(() => {
  temp = tempStore();
  store = temp.open();
  const runner = {
    summary: () => ({ workers: { total: 1, busy }, queue_depth: 0, resident_sessions: 0 }),
  } as Runner;
  // biome-ignore lint/correctness/useYield: what is merged is of no interest here
  const mergeDeltas = function* () {
    merges++;
    return new Uint8Array([1]);
  };
  const policy = { checkpoints: KEPT, executions: 1000 };
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  retention = new Retention(
    store.retention,
    runner,
    mergeDeltas,
    policy,
    { nowMs: Date.now, monotonicMs: () => performance.now() },
    logger,
  );
  busy = 1;
  merges = 0;
});
afterEach(async () => {
  await retention.stop();
  await store.close();
  temp[Symbol.dispose]();
});

/** A state is stored whole now and then, as sessions that run do. */
async function run(sessionId: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const { headCheckpointId } = (await store.sessions.get(sessionId))!;
    const execution = anExecution(sessionId);
    const parent = i % CHAIN === 0 ? undefined : headCheckpointId;
    const checkpoint = aCheckpoint(sessionId, execution.id, parent);
    await store.executions.commit({ execution, events: [], checkpoint });
    retention.used(sessionId);
  }
}

const countOf = async (sessionId: string) =>
  (await store.history.checkpoints(sessionId, 1000)).length;

/** Waits until the session has at most so many checkpoints. */
async function until(sessionId: string, max: number): Promise<void> {
  while ((await countOf(sessionId)) > max) await new Promise((done) => setTimeout(done, 1));
}

test("under load chains are removed and none is merged; in quiet times the rest becomes one", async () => {
  const { session, grants } = aSession();
  await store.sessions.insert({ session, grants });
  await run(session.id, 7 * LIMITS.retentionSlack);
  await until(session.id, KEPT + CHAIN + LIMITS.retentionSlack);
  expect(merges).toBe(0);
  busy = 0;
  await until(session.id, KEPT + 1);
  expect(merges).toBeGreaterThan(0);
});

test("a store that stays full is looked through once for all that ask meanwhile", async () => {
  const { session, grants } = aSession();
  await store.sessions.insert({ session, grants });
  const { sessionIds } = store.retention;
  let looks = 0;
  store.retention.sessionIds = (before, limit) => {
    looks++;
    return sessionIds(before, limit);
  };
  await Promise.all(Array.from({ length: 50 }, () => retention.makeRoom()));
  expect(looks).toBe(1);
  await retention.makeRoom();
  expect(looks).toBe(2);
});
