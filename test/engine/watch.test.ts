import { expect, test } from "bun:test";
import { DEFAULT_SETTINGS } from "../../src/core/settings.ts";
import type { Instance } from "../../src/engine/instance.ts";
import { Watch } from "../../src/engine/watch.ts";

test("what was stopped within a time of its own has no result, whatever it returned", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = { memory, refusals: 0, onRefusal() {} } as unknown as Instance;
  const watch = new Watch(instance, 0, DEFAULT_SETTINGS.limits);
  const asked = (ms: number) =>
    watch.within(ms, () => {
      watch.poll();
      return "out of a catch";
    });
  expect(asked(-1)).toBeUndefined();
  expect(asked(60_000)).toBe("out of a catch");
  expect(watch.tripped).toBeUndefined();
});
