import { expect, test } from "bun:test";
import { readChildren } from "../../src/supervisor/process-table.ts";
import { FixturePool, until } from "./fixture-pool.ts";

/** The contract's grace, and the time that a busy machine takes to do it. */
const LATE_MS_MAX = 500;

test.each(["spin", "stall"])("%s: killed past the wall limit", async (what) => {
  await using fixture = new FixturePool();
  await fixture.outcome({ do: "ok" });
  const outcome = await fixture.outcome({ do: what }, { limits: { wall_ms: 200 } });
  expect(outcome).toMatchObject({
    status: "timeout",
    error: { code: "TIMEOUT", limit: "wall_ms" },
    rolledBack: true,
    metrics: { heap_bytes: 0, checkpoint_bytes: 0 },
  });
  expect(outcome.metrics.duration_ms).toBeGreaterThan(200);
  expect(outcome.metrics.duration_ms).toBeLessThan(200 + LATE_MS_MAX);
});

test("killed past the cpu limit, which waiting does not use up", async () => {
  await using fixture = new FixturePool();
  const limits = { cpu_ms: 100, wall_ms: 20_000 };
  const [spinning, waiting] = await Promise.all([
    fixture.outcome({ do: "spin" }, { limits }),
    fixture.outcome({ do: "sleep", ms: 600 }, { limits }),
  ]);
  expect(spinning).toMatchObject({
    status: "timeout",
    error: { code: "TIMEOUT", limit: "cpu_ms" },
    rolledBack: true,
  });
  expect(spinning.metrics.cpu_ms).toBeGreaterThan(100);
  // CPU time, which a busy machine gives slowly: elapsed time would say nothing here.
  expect(spinning.metrics.cpu_ms).toBeLessThan(100 + 2 * LATE_MS_MAX);
  expect(waiting.status).toBe("ok");
});

const loadImage = async () => ({ engine: "fixture", base: "b".repeat(64), links: [] });

test.each(["settle", "takeUp"])(
  "%s: what the host does is not under the cpu limit",
  async (what) => {
    await using fixture = new FixturePool();
    const limits = { cpu_ms: 50, wall_ms: 20_000 };
    expect((await fixture.outcome({ do: what, cpuMs: 250 }, { limits, loadImage })).status).toBe(
      "ok",
    );
  },
);

test("a guest that begins late is stopped as others are", async () => {
  await using fixture = new FixturePool();
  const limits = { cpu_ms: 50, wall_ms: 20_000 };
  const outcome = await fixture.outcome(
    { do: "takeUp", cpuMs: 200, spins: true },
    { limits, loadImage },
  );
  expect(outcome).toMatchObject({ status: "timeout", error: { limit: "cpu_ms" } });
});

test("killed past the memory limit", async () => {
  await using fixture = new FixturePool();
  const outcome = await fixture.outcome({ do: "hog" }, { limits: { mem_mb: 16 } });
  expect(outcome).toMatchObject({
    status: "error",
    error: { code: "OUT_OF_MEMORY" },
    rolledBack: true,
  });
});

test.each([
  ["exit", { do: "exit", code: 0 }],
  ["a crash", { do: "segfault" }],
  ["a closed channel", { do: "disconnect" }],
])("%s: the execution failed, the next one runs", async (_, order) => {
  await using fixture = new FixturePool();
  expect(await fixture.outcome(order)).toMatchObject({
    status: "error",
    error: { code: "WORKER_CRASHED" },
    rolledBack: true,
  });
  expect((await fixture.outcome({ do: "ok" })).status).toBe("ok");
});

test("the last of what a dying worker wrote is in the log, and bounded", async () => {
  await using fixture = new FixturePool();
  await fixture.outcome({ do: "complain" });
  await until(() => fixture.logged.length > 0, "the log line");
  const { message, fields } = fixture.logged[0]!;
  expect(message).toBe("a worker ended");
  expect(fields).toMatchObject({ reason: "exited with 3" });
  expect(String(fields?.stderr).length).toBeLessThanOrEqual(8192);
});

test("after a kill the next job finds a spare ready", async () => {
  await using fixture = new FixturePool({ workers: 1, workersMax: 2 });
  await fixture.outcome({ do: "ok" });
  await fixture.outcome({ do: "spin" }, { limits: { wall_ms: 300 } });
  const next = await fixture.outcome({ do: "ok" });
  expect(next.metrics.queue_ms).toBeLessThan(100);
});

test("another session is served while one is stuck", async () => {
  await using fixture = new FixturePool();
  const stuck = fixture.run({ do: "spin" }, { limits: { wall_ms: 500 } });
  for (let i = 0; i < 50; i++) expect((await fixture.outcome({ do: "ok" })).status).toBe("ok");
  expect((await stuck.outcome).status).toBe("timeout");
});

test("workers that do not start fail their jobs, and the log says why", async () => {
  await using fixture = new FixturePool({ start: "dies" });
  await expect(fixture.outcome({ do: "ok" })).rejects.toMatchObject({ code: "INTERNAL" });
  await expect(fixture.pool.engine()).rejects.toThrow("cannot be started");
  expect(fixture.logged[0]?.fields).toMatchObject({
    reason: "exited with 7",
    stderr: "cannot go on: no reason\n",
  });
});

test("what a worker wrote last is in the log, also when it comes after the worker's end", async () => {
  const script = "(sleep 0.03; echo late words >&2) & exit 7";
  await using fixture = new FixturePool({ command: ["/bin/sh", "-c", script, "sh"] });
  await expect(fixture.outcome({ do: "ok" })).rejects.toMatchObject({ code: "INTERNAL" });
  expect(fixture.logged[0]?.fields).toMatchObject({
    reason: "exited with 7",
    stderr: "late words\n",
  });
});

test("a job whose worker is never ready can be cancelled", async () => {
  await using fixture = new FixturePool({ start: "mute" });
  const ran = fixture.run({ do: "ok" });
  ran.cancel();
  expect(await ran.outcome).toMatchObject({ status: "cancelled", rolledBack: true });
});

test.skipIf(process.platform !== "linux")(
  "a worker that somebody stops under way is ended as crashed, long before a limit",
  async () => {
    await using fixture = new FixturePool();
    const { pid } = await fixture.run({ do: "who" }).json<{ pid: number }>();
    const run = fixture.run({ do: "sleep", ms: 60_000 }, { limits: { wall_ms: 120_000 } });
    await run.started;
    process.kill(pid, "SIGSTOP");
    expect(await run.outcome).toMatchObject({
      status: "error",
      error: { code: "WORKER_CRASHED" },
      rolledBack: true,
    });
    expect(fixture.logged.map(({ fields }) => fields?.reason)).toContain(
      "was stopped by a signal, and did not go on",
    );
  },
);

test.skipIf(process.platform !== "linux")(
  "workers that somebody stops while they have nothing to do are replaced, and no job is lost",
  async () => {
    await using fixture = new FixturePool({ workers: 1, workersMax: 1 });
    const { pid } = await fixture.run({ do: "who" }).json<{ pid: number }>();
    await until(() => readChildren(process.pid).length > 1, "a spare");
    for (const each of readChildren(process.pid)) process.kill(each, "SIGSTOP");
    await Bun.sleep(1100); // It is looked at when it has been idle for a second.
    const after = await fixture.run({ do: "who" }).json<{ pid: number }>();
    expect(after.pid).not.toBe(pid);
  },
);
