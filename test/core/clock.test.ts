import { expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { fakeRunner } from "../harness/fake-runner.ts";
import { inProcessTarget } from "../harness/target.ts";

const HOUR_MS = 60 * 60 * 1000;

test("a clock that jumps back or forth changes no order, ends no wait, and undoes no key", async () => {
  let offsetMs = 0;
  let passedMs = 0;
  await using target = inProcessTarget(fakeRunner(), {
    nowMs: () => Date.now() + passedMs + offsetMs,
    monotonicMs: () => performance.now() + passedMs,
  });
  const { templates, sessions, executions } = target.core;
  const { id: template_id } = await templates.create({ name: "clock" });
  const fields = { workspace_id: "w", base_commit_oid: "0", worktree_path: tmpdir() };
  const { id: session_id } = await sessions.create({ template_id, ...fields });

  const first = await executions.repl({ session_id, input: "1" });
  const loop = await executions.repl({ session_id, input: "while(true){}", wait: false });
  offsetMs = -HOUR_MS;
  const waitedMs = performance.now();
  expect((await executions.get(loop.id, { waitMs: 30 })).status).toBe("running");
  expect(performance.now() - waitedMs).toBeLessThan(5000);
  const cancelled = await executions.cancel(loop.id);
  expect(cancelled.ended_at! >= cancelled.started_at).toBe(true);
  const key = { idempotencyKey: "key" };
  const third = await executions.repl({ session_id, input: "3" }, key);
  expect((await executions.list(session_id)).map(({ id }) => id)).toEqual([
    third.id,
    loop.id,
    first.id,
  ]);

  offsetMs = 0;
  expect((await executions.repl({ session_id, input: "3" }, key)).id).toBe(third.id);
  offsetMs = 400 * 24 * HOUR_MS;
  expect((await executions.repl({ session_id, input: "3" }, key)).id).toBe(third.id);
  await target.core.sweepKeys();
  expect((await executions.repl({ session_id, input: "3" }, key)).id).toBe(third.id);
  expect(target.core.uptimeMs()).toBeLessThan(HOUR_MS);
  offsetMs = 0;
  passedMs = 25 * HOUR_MS;
  expect((await executions.repl({ session_id, input: "3" }, key)).id).not.toBe(third.id);
});
