import { expect, test } from "bun:test";
import { Random } from "./random.ts";
import { runRounds } from "./rounds.ts";
import { runStreams } from "./streams.ts";
import { runSweep, type SweepCase } from "./sweep.ts";

// The long form is scripts/crash-test.

test("kills at random instants lose nothing that was answered", async () => {
  const seed = Date.now() % 2 ** 31;
  const wrong = await runRounds(4, new Random(seed), () => {});
  expect({ seed, wrong }).toEqual({ seed, wrong: [] });
}, 60_000);

test("kills inside a commit, a migration and a start lose nothing either", async () => {
  const cases: SweepCase[] = [
    { point: "commit.execution", pass: 3, action: "kill" },
    { point: "commit.checkpoint", pass: 3, action: "throw" },
    { point: "migrate.run", pass: 1, action: "kill" },
    { point: "recover.run", pass: 1, action: "kill" },
  ];
  const swept = await runSweep(cases, () => {});
  expect(swept).toEqual({ wrong: [], missed: [] });
}, 60_000);

test("event streams that are cut off lose and repeat nothing, and have an end", async () => {
  const seed = Date.now() % 2 ** 31;
  const wrong = await runStreams(60, new Random(seed), () => {});
  expect({ seed, wrong }).toEqual({ seed, wrong: [] });
}, 60_000);
