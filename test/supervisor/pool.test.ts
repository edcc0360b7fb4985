import { describe, expect, test } from "bun:test";
import {
  codeOf,
  FIXTURE_COMMAND,
  FixturePool,
  type JobWish,
  marked,
  type Order,
  until,
} from "./fixture-pool.ts";

interface Who {
  pid: number;
  profile: { kind: string; worktreePath?: string; exec?: boolean };
  runs: number;
  forgotten: string[];
  session: string;
}

test("a job runs, and its outcome has every field", async () => {
  await using fixture = new FixturePool();
  const outcome = await fixture.outcome({ do: "ok" });
  expect(outcome).toEqual({
    status: "ok",
    result: { type: "undefined", preview: "undefined", json: null },
    checkpoint: {
      engine: "fixture",
      base: "b".repeat(64),
      delta: new Uint8Array(3),
      heapBytes: 10,
      full: false,
    },
    rolledBack: false,
    metrics: {
      duration_ms: 0,
      cpu_ms: 0,
      queue_ms: expect.any(Number),
      heap_bytes: 0,
      checkpoint_bytes: 3,
    },
  });
});

test("events come in order, before the outcome", async () => {
  await using fixture = new FixturePool();
  const ran = fixture.run({ do: "events", batches: 5 });
  await ran.outcome;
  const texts = ran.events.map(({ payload }) => (payload as { text: string }).text);
  expect(texts).toEqual(["batch 0", "batch 1", "batch 2", "batch 3", "batch 4", "last"]);
});

test("a guest's error is an outcome", async () => {
  await using fixture = new FixturePool();
  const outcome = await fixture.outcome({ do: "error" });
  expect(outcome).toMatchObject({
    status: "error",
    error: { message: "Error: no", name: "Error", stack: "at x" },
    rolledBack: false,
  });
});

test("a worker has a deep stack, an empty environment and a session of its own", async () => {
  await using fixture = new FixturePool();
  const self = await fixture
    .run({ do: "self" })
    .json<{ env: string[]; cwd: string; stack: string; stat: string }>();
  expect(self.env.sort()).toEqual([
    "BUN_JSC_forceRAMSize",
    "BUN_JSC_largeHeapSize",
    "BUN_JSC_maxPerThreadStackUsage",
    "BUN_JSC_mediumHeapGrowthFactor",
    "BUN_JSC_smallHeapGrowthFactor",
    "PWD",
  ]);
  expect(self.cwd).toBe("/");
  expect(Number(self.stack)).toBe(65536 * 1024);
  const fields = self.stat.slice(self.stat.lastIndexOf(")") + 2).split(" ");
  expect([fields[2], fields[3]]).toEqual(Array(2).fill(`${Number.parseInt(self.stat, 10)}`));
});

test("a session goes back to the worker that had it, jobs of one profile share workers", async () => {
  await using fixture = new FixturePool();
  const who = (sessionId: string) => fixture.run({ do: "who" }, { sessionId }).json<Who>();
  const [a, b] = await Promise.all([who("a"), who("b")]);
  expect(a!.pid).not.toBe(b!.pid);
  for (let i = 0; i < 4; i++) {
    expect((await who("b")).pid).toBe(b!.pid);
    expect((await who("a")).pid).toBe(a!.pid);
  }
  expect(fixture.pool.summary()).toMatchObject({ resident_sessions: 2, queue_depth: 0 });
});

test("a worker serves one profile only", async () => {
  await using fixture = new FixturePool();
  const who = (worktreePath: string, modules: string[]) =>
    fixture.run({ do: "who" }, { worktreePath, modules }).json<Who>();
  const bare = await who("/tmp", []);
  const one = await who("/tmp", ["fs"]);
  const other = await who("/usr", ["fs"]);
  const programs = await who("/tmp", ["exec", "fs"]);
  expect([bare, one, other, programs].map(({ profile }) => profile)).toEqual([
    { kind: "bare" },
    { kind: "worktree", worktreePath: "/tmp", writable: true, exec: false, tcp: false },
    { kind: "worktree", worktreePath: "/usr", writable: true, exec: false, tcp: false },
    { kind: "worktree", worktreePath: "/tmp", writable: true, exec: true, tcp: false },
  ] as never);
  expect(new Set([bare.pid, one.pid, other.pid, programs.pid]).size).toBe(4);
  expect((await who("/tmp", ["fs"])).pid).toBe(one.pid);
});

test("more profiles than workers: all are served, the number of processes stays bounded", async () => {
  await using fixture = new FixturePool({ workers: 2, workersMax: 3 });
  const folders = ["/usr", "/etc", "/var", "/opt", "/bin", "/lib", "/usr", "/etc"];
  const served = await Promise.all(
    folders.map((worktreePath) =>
      fixture.run({ do: "who" }, { worktreePath, modules: ["fs"] }).json<Who>(),
    ),
  );
  expect(served.map(({ profile }) => profile.worktreePath)).toEqual(folders);
  expect(fixture.pool.summary().workers.total).toBeLessThanOrEqual(4);
});

test("jobs wait in order, then the queue is full", async () => {
  await using fixture = new FixturePool({ workers: 1, workersMax: 1, queueDepth: 2 });
  const first = fixture.run({ do: "compute", ms: 100 });
  const order: number[] = [];
  const waiting = [1, 2].map((i) =>
    fixture.run({ do: "ok" }, { worktreePath: "/usr", modules: i === 1 ? ["fs"] : [] }),
  );
  waiting.forEach((ran, i) => {
    ran.outcome.then(() => order.push(i));
  });
  expect(fixture.pool.summary()).toMatchObject({ queue_depth: 2 });
  const refused = fixture.run({ do: "ok" });
  expect(await codeOf(refused.outcome)).toBe("QUEUE_FULL");
  await refused.started;
  await Promise.all([first, ...waiting].map((ran) => ran.outcome));
  expect(order).toEqual([0, 1]);
});

test("a job that only waits lets another one run, up to the bound", async () => {
  await using fixture = new FixturePool({ workers: 1, workersMax: 2 });
  const sleeper = fixture.run({ do: "sleep", ms: 60_000 });
  await sleeper.started;
  expect((await fixture.outcome({ do: "ok" })).status).toBe("ok");
  sleeper.cancel();
  expect((await sleeper.outcome).status).toBe("cancelled");
});

test("a job that computes lets no other one pass", async () => {
  await using fixture = new FixturePool({ workers: 1, workersMax: 2 });
  const ended: string[] = [];
  const first = fixture.run({ do: "compute", ms: 300 });
  const second = fixture.run({ do: "ok" });
  first.outcome.then(() => ended.push("first"));
  second.outcome.then(() => ended.push("second"));
  await Promise.all([first.outcome, second.outcome]);
  expect(ended).toEqual(["first", "second"]);
});

test("forgetting reaches the worker that holds the session, and no other", async () => {
  await using fixture = new FixturePool();
  const first = await fixture.run({ do: "who" }, { sessionId: "a" }).json<Who>();
  fixture.pool.forget("a");
  fixture.pool.forget("unknown");
  expect(fixture.pool.summary().resident_sessions).toBe(0);
  const again = await fixture.run({ do: "who" }, { sessionId: "a" }).json<Who>();
  expect(again).toMatchObject({ pid: first.pid, forgotten: ["a"] });
});

test("a worker that asks to be retired is not used again", async () => {
  await using fixture = new FixturePool();
  const before = await fixture.run({ do: "who" }).json<Who>();
  await fixture.outcome({ do: "retire" });
  const after = await fixture.run({ do: "who" }).json<Who>();
  expect(after.pid).not.toBe(before.pid);
});

test("the engine is known without a job", async () => {
  await using fixture = new FixturePool();
  expect(await fixture.pool.engine()).toEqual({ fingerprint: "fixture", base: "b".repeat(64) });
  expect(await fixture.pool.confinement()).toBe("checks");
});

test("a worker that the kernel does not confine is not used where that is required", async () => {
  await using fixture = new FixturePool({ requireConfinement: true });
  expect(await codeOf(fixture.pool.engine())).toContain("does not confine");
});

test("cancelling: a waiting job, a running one, one that has ended", async () => {
  await using fixture = new FixturePool({ workers: 1, workersMax: 1 });
  const running = fixture.run({ do: "spinEvents" });
  await until(() => running.events.length === 1, "the event of the loop");
  const waiting = fixture.run({ do: "ok" });
  waiting.cancel();
  expect(await waiting.outcome).toMatchObject({ status: "cancelled", rolledBack: true });
  running.cancel();
  running.cancel();
  expect(await running.outcome).toMatchObject({
    status: "cancelled",
    error: { code: "CANCELLED" },
    rolledBack: true,
  });
  const after = fixture.run({ do: "ok" });
  expect((await after.outcome).status).toBe("ok");
  after.cancel();
  expect((await fixture.outcome({ do: "ok" })).status).toBe("ok");
});

test("cancelling: one whose worker has just died before it was ready", async () => {
  const mark = crypto.randomUUID();
  const command = [...FIXTURE_COMMAND, "lingers", mark];
  await using fixture = new FixturePool({ spares: 0, command });
  const ran = fixture.run({ do: "ok" });
  await until(() => marked(mark).length > 0, "a worker");
  await until(() => marked(mark).length === 0, "its end");
  await new Promise(setImmediate);
  ran.cancel();
  expect(await ran.outcome).toMatchObject({ status: "cancelled", rolledBack: true });
});

test("closing ends what runs, refuses what waits and what comes, and leaves no process", async () => {
  await using fixture = new FixturePool({ workers: 1, workersMax: 1 });
  const { pid } = await fixture.run({ do: "who" }).json<Who>();
  const running = fixture.run({ do: "spin" });
  const waiting = fixture.run({ do: "ok" });
  await fixture.pool.close();
  expect((await running.outcome).status).toBe("cancelled");
  expect(await codeOf(waiting.outcome)).toBe("SHUTTING_DOWN");
  expect(await codeOf(fixture.run({ do: "ok" }).outcome)).toBe("SHUTTING_DOWN");
  expect(() => process.kill(pid, 0)).toThrow();
  expect(fixture.pool.summary().workers).toEqual({ total: 0, busy: 0 });
});

const pidOf = async (fixture: FixturePool, order: Order, wish?: JobWish) =>
  (await fixture.run(order, wish).json<{ pid: number }>()).pid;

test("a session is not given a worker that holds more of another's heap than it may have itself", async () => {
  await using fixture = new FixturePool({ workers: 1 });
  const large = await pidOf(fixture, { do: "keep", mib: 200 }, { limits: { mem_mb: 256 } });
  expect(await pidOf(fixture, { do: "who" }, { limits: { mem_mb: 64 } })).not.toBe(large);
  const other = await pidOf(fixture, { do: "keep", mib: 50 }, { limits: { mem_mb: 64 } });
  expect(await pidOf(fixture, { do: "who" }, { limits: { mem_mb: 64 } })).toBe(other);
});

describe("a worker that had nothing to do for long", () => {
  test("goes when it is beyond the usual number", async () => {
    await using fixture = new FixturePool({ workers: 1, workersMax: 4, idleMs: 50 });
    const waits = [1, 2, 3].map(() => fixture.run({ do: "sleep", ms: 300 }));
    await until(() => fixture.pool.summary().workers.busy === 3, "three at once");
    await Promise.all(waits.map(({ outcome }) => outcome));
    await until(() => fixture.pool.summary().workers.total === 2, "one of them, and a spare");
    expect((await fixture.outcome({ do: "ok" })).status).toBe("ok");
  });

  test("goes when it holds much, and a small one stays", async () => {
    await using fixture = new FixturePool({ workers: 2, workersMax: 3, idleMs: 50 });
    const waits = fixture.run({ do: "sleep", ms: 200 });
    const large = await pidOf(fixture, { do: "keep", mib: 150 });
    await waits.outcome;
    const small = livingWorkers().filter((pid) => pid !== large);
    await until(() => !livingWorkers().includes(large), "its end");
    expect(small).toContain(await pidOf(fixture, { do: "who" }));
  });

  test("goes while others are at work", async () => {
    await using fixture = new FixturePool({ workers: 2, workersMax: 3, idleMs: 50 });
    const busy = fixture.run({ do: "sleep", ms: 60_000 });
    const large = await pidOf(fixture, { do: "keep", mib: 150 });
    await until(() => !livingWorkers().includes(large), "its end");
    busy.cancel();
    expect((await busy.outcome).status).toBe("cancelled");
  });
});

const livingWorkers = () => marked(FIXTURE_COMMAND[1]);
