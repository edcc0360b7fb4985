import { heapStats } from "bun:jsc";
import { expect, test } from "bun:test";
import { LiveExecution, NO_METRICS } from "../../src/core/live-execution.ts";

const running = () =>
  new LiveExecution(
    {
      id: "1",
      session_id: "2",
      kind: "repl",
      args: [],
      env: {},
      status: "running",
      started_at: new Date(0).toISOString(),
      metrics: NO_METRICS,
    },
    0,
  );

test("nobody waits for a change on behalf of one who has hung up already", async () => {
  await running().changed({ signal: AbortSignal.abort() });
});

test("who waited in vain is forgotten", async () => {
  const live = running();
  const functions = () => {
    Bun.gc(true);
    return heapStats().objectTypeCounts.Function ?? 0;
  };
  await live.changed({ timeoutMs: 0 });
  const before = functions();
  for (let i = 0; i < 20; i++) {
    await Promise.all(Array.from({ length: 100 }, () => live.changed({ timeoutMs: 0 })));
  }
  expect(functions() - before).toBeLessThan(1000);
  live.notify();
});
