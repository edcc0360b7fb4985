import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { tempFolder } from "../harness/temp-folder.ts";
import { FixturePool, marked, until } from "./fixture-pool.ts";

const program = (name: string) => new URL(`../fixtures/programs/${name}`, import.meta.url).pathname;
const PROGRAMS = ["daemonise.sh", "brood.sh", "comet.sh"];
const MODULES = ["exec"];

const marks = () => `mark-${crypto.randomUUID()}`;
const isLinux = process.platform === "linux";

test.skipIf(!isLinux).each(PROGRAMS)("%s ends with its execution", async (name) => {
  await using fixture = new FixturePool();
  const mark = marks();
  const command = ["/bin/sh", program(name), mark];
  const outcome = await fixture.outcome({ do: "start", command }, { modules: MODULES });
  expect(outcome.status).toBe("ok");
  expect(marked(mark)).toEqual([]);
});

test.skipIf(!isLinux).each(PROGRAMS)("%s ends with a killed worker", async (name) => {
  using folder = tempFolder();
  await using fixture = new FixturePool();
  const mark = marks();
  const begun = folder.join("begun");
  // One that is never the same process twice may not be met in /proc at all.
  const script = `touch "$0"; exec /bin/sh "$1" "$2"`;
  const command = ["/bin/sh", "-c", script, begun, program(name), mark];
  const ran = fixture.run(
    { do: "start", command, after: "wait" },
    { modules: MODULES, limits: { wall_ms: 400 } },
  );
  await until(() => existsSync(begun), "the program");
  expect(await ran.outcome).toMatchObject({ status: "timeout", rolledBack: true });
  expect(marked(mark)).toEqual([]);
});

test.skipIf(!isLinux).each(PROGRAMS)("%s ends with a worker that died", async (name) => {
  await using fixture = new FixturePool();
  const mark = marks();
  const command = ["/bin/sh", program(name), mark];
  const ran = fixture.run({ do: "start", command, after: "exit" }, { modules: MODULES });
  expect(await ran.outcome).toMatchObject({ error: { code: "WORKER_CRASHED" } });
  expect(marked(mark)).toEqual([]);
});

test.skipIf(!isLinux)("closing the pool ends programs too", async () => {
  const mark = marks();
  {
    await using fixture = new FixturePool();
    const command = ["/bin/sh", program("daemonise.sh"), mark];
    fixture.run({ do: "start", command, after: "wait" }, { modules: MODULES });
    await until(() => marked(mark).length > 0, "the program");
  }
  expect(marked(mark)).toEqual([]);
});

test.skipIf(!isLinux)("processes of others are left alone", async () => {
  await using fixture = new FixturePool();
  const mine = Bun.spawn(["sleep", "60"], { detached: true });
  const command = ["/bin/sh", program("daemonise.sh"), marks()];
  await fixture.outcome({ do: "start", command }, { modules: MODULES });
  await fixture.outcome(
    { do: "start", command, after: "wait" },
    {
      modules: MODULES,
      limits: { wall_ms: 200 },
    },
  );
  expect(mine.exitCode).toBeNull();
  mine.kill();
  await mine.exited;
});
