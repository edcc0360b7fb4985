import { expect, test } from "bun:test";
import type { Job, JobAction, Runner } from "../../src/core/ports/runner.ts";
import { forSoleRun } from "../../src/daemon/sole-run.ts";

test("what runs in a session that ends with it leaves nothing; what makes the session does", () => {
  const jobs: Job[] = [];
  const runner = { run: (job: Job) => void jobs.push(job) } as unknown as Runner;
  const sole = forSoleRun(runner);
  const actions: JobAction[] = [
    { kind: "prepare", libraries: [] },
    { kind: "startup", path: "start.js", source: "", args: {}, env: {} },
    { kind: "repl", input: "1" },
    { kind: "run_file", path: "main.js", source: "", args: {}, env: {} },
  ];
  for (const action of actions) sole.run({ action } as Job, () => {});
  expect(jobs.map(({ action, discard = false }) => [action.kind, discard])).toEqual([
    ["prepare", false],
    ["startup", false],
    ["repl", true],
    ["run_file", true],
  ]);
});
