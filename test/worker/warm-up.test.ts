import { expect, test } from "bun:test";
import { baseImage } from "../../src/engine/base-source.ts";
import { EngineHost } from "../../src/engine/engine-host.ts";
import { WarmUp } from "../../src/worker/warm-up.ts";

/** An engine that tells what it was asked for. */
async function watchedEngine() {
  const base = await baseImage();
  const host = new EngineHost(base, () => undefined);
  const seen: string[] = [];
  const engine = new Proxy(host, {
    get(target, name) {
      if (name === "run") {
        return async (...args: Parameters<EngineHost["run"]>) => {
          seen.push(args[0].sessionId);
          const result = await target.run(...args);
          expect(result.outcome.status).toBe("ok");
          return result;
        };
      }
      if (name === "forget") {
        return (sessionId: string) => {
          target.forget(sessionId);
          seen.push(`forget ${sessionId}`);
        };
      }
      return Reflect.get(target, name).bind(target);
    },
  });
  const names = { engine: base.engine.fingerprint, base: base.digest };
  return { engine, names, seen };
}

test("its steps run sessions of their own, and at the end these are forgotten", async () => {
  const { engine, names, seen } = await watchedEngine();
  const warmUp = new WarmUp(engine, names);
  while (!warmUp.isDone) await warmUp.step();
  expect(seen.slice(0, 2)).toEqual(["warm-up 1", "warm-up 2"]);
  expect(seen.slice(-2)).toEqual(["forget warm-up 1", "forget warm-up 2"]);
  const count = seen.length;
  await warmUp.step();
  warmUp.end();
  expect(seen.length).toBe(count);
});

test("where work comes there is no more of it", async () => {
  const { engine, names, seen } = await watchedEngine();
  const warmUp = new WarmUp(engine, names);
  await warmUp.step();
  warmUp.end();
  expect(warmUp.isDone).toBe(true);
  await warmUp.step();
  expect(seen).toEqual(["warm-up 1", "forget warm-up 1", "forget warm-up 2"]);
});
