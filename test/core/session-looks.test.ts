import { expect, test } from "bun:test";
import type { ExecutionRunner } from "../../src/core/execution-runner.ts";
import { newId } from "../../src/core/ids.ts";
import { NO_METRICS } from "../../src/core/live-execution.ts";
import type { Checkpoint } from "../../src/core/ports/checkpoint-store.ts";
import type { JobOutcome, Runner } from "../../src/core/ports/runner.ts";
import type { SessionRecord } from "../../src/core/ports/session-store.ts";
import { SessionLooks } from "../../src/core/session-looks.ts";
import { aSession, NOW } from "../contract/store-suite.ts";
import { tempStore } from "../sqlite/temp-store.ts";

test("a state is kept while somebody waits for a look at it, and no longer", async () => {
  using temp = tempStore();
  const store = temp.open();
  const record: SessionRecord = { ...aSession(), headCheckpointId: newId() };
  const { headCheckpointId: head = "", ...fresh } = record;
  await store.sessions.insert(fresh);
  const execution: Checkpoint = {
    id: head,
    sessionId: record.session.id,
    kind: "execution",
    createdAt: NOW,
    data: { engine: "e", base: "b", delta: new Uint8Array(3), heapBytes: 10, full: true },
  };
  // Of the session, which has moved on since.
  await store.checkpoints.insert(execution);
  const remove = async () => (await store.retention.removeCheckpoints([head])).count;

  let waiting = Promise.withResolvers<JobOutcome>();
  const run: Runner["run"] = () => ({
    outcome: waiting.promise,
    started: Promise.resolve(),
    cancel: () => {},
  });
  const runs = { assertOpen: () => {} } as unknown as ExecutionRunner;
  const looks = new SessionLooks(store, runs, { run } as unknown as Runner);
  const outcome: JobOutcome = { status: "ok", rolledBack: true, metrics: NO_METRICS };
  for (const look of [
    () => looks.complete(record, "a"),
    () => looks.look(record, { checkpointId: head }, record.grants, "1"),
  ]) {
    waiting = Promise.withResolvers();
    const looked = look();
    expect(await remove()).toBe(0);
    waiting.resolve(outcome);
    await looked;
  }
  expect(await remove()).toBe(1);
  await expect(looks.complete(record, "a")).rejects.toMatchObject({ code: "CHECKPOINT_GONE" });
  await store.close();
});
