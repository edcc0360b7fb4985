import { heapStats } from "bun:jsc";
import { test } from "bun:test";
import { FixturePool, until } from "./fixture-pool.ts";

function processesHeld(): number {
  Bun.gc(true);
  return heapStats().objectTypeCounts.Subprocess ?? 0;
}

test("a worker that has gone is not kept for the sessions that it had", async () => {
  await using fixture = new FixturePool({ workers: 1, workersMax: 1, spares: 0 });
  for (let i = 0; i < 20; i++) {
    await fixture.outcome({ do: "exit", code: 3 }, { sessionId: `session ${i}` });
  }
  await until(() => processesHeld() < 6, "the end of those that have gone");
});
