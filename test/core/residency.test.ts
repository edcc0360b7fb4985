import { expect, test } from "bun:test";
import type { Runner } from "../../src/core/ports/runner.ts";
import { Residency } from "../../src/core/residency.ts";

test("a session that comes back to memory has its time there from then on", async () => {
  const resident = new Set<string>();
  const slept: string[] = [];
  /** What had been put to sleep at each look. */
  const looks: string[][] = [];
  const runner: Pick<Runner, "residents" | "forget"> = {
    residents() {
      looks.push([...slept]);
      return resident;
    },
    forget(id) {
      slept.push(id);
      resident.delete(id);
    },
  };
  const residency = new Residency(runner as Runner, 5);
  const afterLooks = async (count: number) => {
    const until = looks.length + count;
    while (looks.length < until) await Bun.sleep(1);
  };
  residency.used("a");
  residency.start();
  await afterLooks(3);
  // Its place had been needed; a look at its state brings it back.
  resident.add("a");
  const first = looks.length;
  while (slept.length === 0) await Bun.sleep(1);
  residency.stop();
  expect(slept).toEqual(["a"]);
  expect(looks[first + 1]).toEqual([]);
});
