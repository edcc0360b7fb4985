import { expect, test } from "bun:test";
import { VmError } from "../../src/core/errors.ts";
import { ExecutionRunner } from "../../src/core/execution-runner.ts";
import { NO_METRICS } from "../../src/core/live-execution.ts";
import type { ExecutionCommit } from "../../src/core/ports/execution-store.ts";
import type { JobOutcome, Runner } from "../../src/core/ports/runner.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { aSession } from "../contract/store-suite.ts";
import { tempStore } from "../sqlite/temp-store.ts";

test("an end that the disk refused, and the store has, keeps no later end from it", async () => {
  using temp = tempStore();
  const store = temp.open();
  const { executions } = store;
  let refusals = 2;
  const written: string[] = [];
  /** Writes, then says for a while that the disk did not take it. */
  const commit = async (ended: ExecutionCommit) => {
    await executions.commit(ended);
    written.push(ended.execution.id);
    if (refusals-- > 0) throw new VmError("STORE_FULL");
  };
  const runs = runnerOver({ ...store, executions: { ...executions, commit } });
  const record = aSession();
  await store.sessions.insert(record);
  const run = async () => {
    const { live, ended } = runs.start({
      record,
      kind: "repl",
      action: { kind: "repl", input: "1" },
      fields: { input: "1", args: [], env: {} },
    });
    await runs.insertNow(live, undefined);
    return { id: live.execution.id, error: await ended.then(() => undefined, String) };
  };
  const first = await run();
  expect(first.error).toContain("full");
  expect(runs.unwrittenEnd(first.id)).toBeDefined();
  const second = await run();
  expect(runs.unwrittenEnd(first.id)).toBeUndefined();
  await runs.drain(0);
  expect(written).toContain(second.id);
  expect((await executions.get(first.id))?.status).toBe("ok");
  await store.close();
});

test("a store that can be neither written nor read keeps the daemon from no stop", async () => {
  using temp = tempStore();
  const store = temp.open();
  const broken = async () => {
    throw new Error("disk I/O error");
  };
  const executions = { ...store.executions, commit: broken, get: broken };
  const runs = runnerOver({ ...store, executions });
  const record = aSession();
  await store.sessions.insert(record);
  const { live, ended } = runs.start({
    record,
    kind: "repl",
    action: { kind: "repl", input: "1" },
    fields: { input: "1", args: [], env: {} },
  });
  await runs.insertNow(live, undefined);
  await expect(ended).rejects.toThrow("disk I/O error");
  await runs.drain(0);
  expect(runs.unwrittenEnd(live.execution.id)?.execution.status).toBe("error");
  await store.close();
});

function runnerOver(store: Store): ExecutionRunner {
  const outcome: JobOutcome = { status: "ok", rolledBack: false, metrics: NO_METRICS };
  const run: Runner["run"] = () => ({
    outcome: Promise.resolve(outcome),
    started: Promise.resolve(),
    cancel: () => {},
  });
  const log = () => {};
  return new ExecutionRunner(
    store,
    { run } as unknown as Runner,
    { nowMs: Date.now, monotonicMs: () => performance.now() },
    { debug: log, info: log, warn: log, error: log },
    { ended: () => {}, storeFull: () => {} },
  );
}
