import { expect, test } from "bun:test";
import { fakeRunner } from "../harness/fake-runner.ts";
import { inProcessTarget } from "../harness/target.ts";

test("of two changes at the same time neither takes the other back", async () => {
  await using target = inProcessTarget(fakeRunner());
  const { templates } = target.core;
  const { id } = await templates.create({ name: "shared" });
  await Promise.all([
    templates.update(id, { settings: { limits: { cpu_ms: 1000 } } }),
    templates.update(id, { settings: { limits: { wall_ms: 2000 } } }),
    templates.update(id, { settings: { runtime: { esm: true } } }),
  ]);
  expect((await templates.get(id)).settings).toMatchObject({
    limits: { cpu_ms: 1000, wall_ms: 2000 },
    runtime: { esm: true },
  });
});
