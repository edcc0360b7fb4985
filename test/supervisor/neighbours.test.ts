import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { tempFolder } from "../harness/temp-folder.ts";
import { FIXTURE_COMMAND, FixturePool, type Ran, until } from "./fixture-pool.ts";

/** What becomes of those who run short jobs when somebody else's runs long. */

interface Who {
  pid: number;
}

const who = async (fixture: FixturePool, sessionId: string): Promise<number> =>
  (await fixture.run({ do: "who" }, { sessionId }).json<Who>()).pid;

/** As many as show that a session is at work, and no passer-by. */
const AT_WORK_JOBS = 5;

/** Resolves when one session is at work and another one has a worker besides. */
async function settled(fixture: FixturePool, a: string, b: string): Promise<[number, number]> {
  const pids: [number, number] = [0, 0];
  const deadlineMs = performance.now() + 10_000;
  do {
    if (performance.now() > deadlineMs) throw new Error("never: a worker for each session");
    for (let i = 0; i < AT_WORK_JOBS; i++) pids[0] = await who(fixture, a);
    pids[1] = await who(fixture, b);
    if (pids[0] === pids[1]) {
      // A worker that was given away is not asked for again: b begins anew, as a new session would.
      fixture.pool.forget(b);
      await Bun.sleep(5);
    }
  } while (pids[0] === pids[1]);
  return pids;
}

/** User and system time, in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const total = (fixture: FixturePool): number => fixture.pool.summary().workers.total;

const groupNiceness = (pid: number): number =>
  Number(/nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, "utf8"))?.[1]);

async function ended(run: Ran): Promise<void> {
  run.cancel();
  await run.outcome;
}

test("a session at work keeps its worker when a new one comes that may run long", async () => {
  await using fixture = new FixturePool();
  const [own, other] = await settled(fixture, "at work", "new");
  const long = fixture.run({ do: "compute", ms: 60_000 }, { sessionId: "new" });
  await long.started;
  for (let i = 0; i < 20; i++) expect(await who(fixture, "at work")).toBe(own);
  expect(other).not.toBe(own);
  await ended(long);
});

test("sessions that have a job or two each take turns in one worker", async () => {
  await using fixture = new FixturePool();
  await settled(fixture, "at work", "elsewhere");
  fixture.pool.forget("at work");
  for (const session of ["a", "b", "c", "d"]) {
    const pid = await who(fixture, session);
    expect(await who(fixture, session)).toBe(pid);
  }
  const pids = new Set<number>();
  for (const session of ["e", "f", "g", "h"]) pids.add(await who(fixture, session));
  expect(pids.size).toBe(1);
});

test("while the spare is still starting, sessions share the worker there is", async () => {
  using folder = tempFolder();
  const [bun, worker] = FIXTURE_COMMAND;
  // The first to come is a worker; the others keep starting.
  const script = `if mkdir "$0"; then exec ${bun} ${worker}; else while :; do :; done; fi`;
  const command = ["/bin/sh", "-c", script, folder.join("first")];
  await using fixture = new FixturePool({ command });
  const own = await who(fixture, "a");
  await until(() => total(fixture) === 2, "a spare");
  // Long enough for any spare that gets a core.
  for (const endMs = performance.now() + 700; performance.now() < endMs; ) {
    expect(await who(fixture, "a")).toBe(own);
  }
  expect(await who(fixture, "b")).toBe(own);
});

test("without room for another worker, sessions share the ones there are", async () => {
  await using fixture = new FixturePool({ workers: 1, workersMax: 1 });
  const own = await who(fixture, "a");
  await until(() => total(fixture) === 2, "a spare");
  for (const session of ["b", "c", "a", "d"]) expect(await who(fixture, session)).toBe(own);
});

test("a spare is started when a long job ends, not while it runs beside others", async () => {
  await using fixture = new FixturePool();
  await settled(fixture, "at work", "long");
  await until(() => total(fixture) === 3, "two workers and a spare");
  const long = fixture.run({ do: "compute", ms: 1000 }, { sessionId: "long" });
  let runs = true;
  long.outcome.finally(() => {
    runs = false;
  });
  await long.started;
  // Another profile takes the spare.
  await fixture.outcome({ do: "who" }, { worktreePath: "/tmp", modules: ["fs"] });
  const totals = new Set<number>();
  while (runs) {
    totals.add(total(fixture));
    await who(fixture, "at work");
  }
  expect([...totals]).toEqual([3]);
  await until(() => total(fixture) === 4, "the next spare");
});

test("a spare is started at once when every worker has a long job", async () => {
  await using fixture = new FixturePool();
  const jobs = ["a", "b"].map((sessionId) =>
    fixture.run({ do: "compute", ms: 60_000 }, { sessionId }),
  );
  await Promise.all(jobs.map(({ started }) => started));
  await until(() => total(fixture) === 3, "two workers and a spare");
  await Promise.all(jobs.map(ended));
});

test("a spare is started at once when every worker has a long job or one that waits", async () => {
  await using fixture = new FixturePool();
  const first = fixture.run({ do: "stall" });
  await first.started;
  await until(() => total(fixture) === 2, "a worker and a spare");
  const long = fixture.run({ do: "compute", ms: 1800 });
  let runs = true;
  long.outcome.finally(() => {
    runs = false;
  });
  await long.started;
  await until(() => total(fixture) === 3, "two workers and a spare");
  const second = fixture.run({ do: "stall" });
  await second.started;
  await until(() => total(fixture) === 4, "three workers and a spare");
  expect(runs).toBe(true);
  await Promise.all([first, second, long].map(ended));
});

test("a spare is started at once when a long job's profile has no other worker", async () => {
  await using fixture = new FixturePool();
  await who(fixture, "at work");
  await until(() => total(fixture) === 2, "a worker and a spare");
  const long = fixture.run({ do: "compute", ms: 1800 }, { modules: ["fs"] });
  let runs = true;
  long.outcome.finally(() => {
    runs = false;
  });
  await until(() => total(fixture) === 3, "two workers and a spare");
  expect(runs).toBe(true);
  await ended(long);
});

test.skipIf(!existsSync("/proc/self/autogroup"))(
  "who computes for long stands back, and is served as usual again with its next job",
  async () => {
    await using fixture = new FixturePool({ workers: 1, workersMax: 1 });
    const pid = await who(fixture, "a");
    await until(() => groupNiceness(pid) === 5, "as usual");
    const long = fixture.run({ do: "compute", ms: 1000 }, { sessionId: "a" });
    await until(() => groupNiceness(pid) === 10, "in the background");
    await long.outcome;
    await until(() => {
      fixture.run({ do: "who" }, { sessionId: "a" });
      return groupNiceness(pid) === 5;
    }, "as usual again");
  },
);

test.skipIf(!existsSync("/proc/self/autogroup"))(
  "who gets little of a core stands back for a part of its time only, who gets it for all",
  async () => {
    await using fixture = new FixturePool({ workers: 1, workersMax: 1 });
    const pid = await who(fixture, "a");
    const limits = { cpu_ms: 60_000, wall_ms: 2000 };
    const starved = fixture.run({ do: "sleep", ms: 60_000 }, { sessionId: "a", limits });
    await until(() => groupNiceness(pid) === 10, "in the background");
    await until(() => groupNiceness(pid) === 5, "as usual");
    await ended(starved);

    const next = await who(fixture, "a");
    const cpuBeforeMs = cpuMs(next);
    const startedMs = performance.now();
    const busy = fixture.run({ do: "compute", ms: 60_000 }, { sessionId: "a", limits });
    await until(() => performance.now() - startedMs > 1200, "more than half of its time");
    const niceness = groupNiceness(next);
    const share = (cpuMs(next) - cpuBeforeMs) / (performance.now() - startedMs);
    await ended(busy);
    // A machine that is busy with other things does not let it have a core.
    if (share > 0.7) expect(niceness).toBe(10);
  },
);
