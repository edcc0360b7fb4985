import { expect, test } from "bun:test";
import { FixturePool, type Order, until } from "./fixture-pool.ts";

type Lie = [string, Order];
const HAS_IPC = process.platform !== "linux";

const LIES: Lie[] = [
  ["a job that is not its own", { do: "otherJob" }],
  ["ready a second time", { do: "readyAgain" }],
  ["no object", { do: "lie", message: 5 }],
  ["null", { do: "lie", message: null }],
  ["a list", { do: "lie", message: [] }],
  ["an unknown type", { do: "lie", message: { type: "obey" } }],
  ["a status that is none", { do: "raw", done: { status: "perfect" } }],
  ["an error that is ok", { do: "raw", done: { error: { message: "x" } } }],
  ["a failure without an error", { do: "raw", done: { status: "error" } }],
  ["a result of no type", { do: "raw", done: { result: { type: "host", preview: "" } } }],
  ["a message that is no text", { do: "raw", done: { status: "error", error: { message: {} } } }],
  ["a time that is no number", { do: "raw", done: { cpuMs: "1" } }],
  ["a size below zero", { do: "raw", done: { heapBytes: -1 } }],
  ["half a byte", { do: "raw", done: { heapBytes: 0.5 } }],
  ["a size that no store holds", { do: "raw", done: { heapBytes: 1e300 } }],
  ["a time without end", { do: "raw", done: { durationMs: null } }],
  ["events that are no list", { do: "raw", done: { events: { length: 1 } } }],
  [
    "an event of the core's own",
    { do: "raw", done: { events: [{ type: "value", payload: {}, atMs: 1 }] } },
  ],
  ["a checkpoint of no engine", { do: "raw", done: { checkpoint: { full: true } } }],
  ["a deep nest", { do: "deep" }],
  ["a nest without end", { do: "abyss" }],
  ["half a message", { do: "noJson" }],
  ["a header without end", { do: "longHeader" }],
  ["a body that nobody asked for", { do: "body" }],
  ["events without end", { do: "flood" }],
  ["one huge event", { do: "floodOnce", chars: 8 << 20 }],
  ["a delta beyond the memory limit", { do: "bigDelta", bytes: 24 << 20 }],
  ["a delta that it did not send", { do: "noDelta" }],
  ["a delta without end", { do: "deltaForever" }],
  ["empty pieces of a delta without end", { do: "crumbs", bytes: 0 }],
  ["pieces of a delta, a byte each, without end", { do: "crumbs", bytes: 1 }],
  ["noise on its channel", { do: "garbageData" }],
  ...(HAS_IPC ? [["a word where nothing is said", { do: "garbageControl" }] as Lie] : []),
  ["a guest that begins unasked", { do: "guest", runs: [true] }],
  ["a guest that ends twice", { do: "guest", runs: [false, false] }],
  ["a guest that goes on after its end", { do: "guest", runs: [false, true] }],
  ["a guest that ends before it begins", { do: "guestEndsEarly" }],
  ["a guest of no truth", { do: "guest", runs: ["yes"] }],
  ["a request for another job", { do: "otherFile", candidates: ["x"] }],
  ["a path that is no text", { do: "file", candidates: [5] }],
  ["a path that is too long", { do: "file", candidates: ["x".repeat(5000)] }],
  ["a base that is no digest", { do: "base", digest: "../../etc/passwd" }],
  ["events that are none, without end", { do: "noEvents" }],
  ["requests that do not wait", { do: "impatient" }],
];

test.each(LIES)("a worker that sends %s is killed", async (_, order) => {
  await using fixture = new FixturePool({ spares: 0 });
  const limits = { mem_mb: 16, max_events: 10, max_output_kb: 8 };
  const outcome = await fixture.outcome(order, { limits });
  expect(outcome).toMatchObject({
    status: "error",
    error: { code: "WORKER_CRASHED" },
    rolledBack: true,
  });
  expect(outcome.checkpoint).toBeUndefined();
  expect(fixture.logged).toMatchObject([{ message: "a worker ended" }]);
});

test("a worker that asks and does not read is killed before its answers fill the daemon", async () => {
  const bytes = new Uint8Array(4 << 20);
  let reads = 0;
  await using fixture = new FixturePool({
    readFile: async () => {
      reads++;
      return { path: "a", bytes };
    },
  });
  const outcome = await fixture.outcome({ do: "deaf" }, { limits: { wall_ms: 2000 } });
  expect(outcome).toMatchObject({ status: "error", error: { code: "WORKER_CRASHED" } });
  expect(reads).toBe(1);
});

test("a worker has no channel beside its own where the kernel ends it with its daemon", async () => {
  await using fixture = new FixturePool();
  expect(await fixture.run({ do: "hasIpc" }).json<boolean>()).toBe(HAS_IPC);
});

test("a second end of a job changes nothing but the worker's life", async () => {
  await using fixture = new FixturePool();
  expect((await fixture.outcome({ do: "doneTwice" })).status).toBe("ok");
  await until(() => fixture.logged.length === 1, "the end of the worker");
  expect((await fixture.outcome({ do: "ok" })).status).toBe("ok");
});

test("an event of the future happened now", async () => {
  await using fixture = new FixturePool();
  const ran = fixture.run({ do: "future" });
  await ran.outcome;
  expect(ran.events[0]!.atMs).toBeLessThanOrEqual(Date.now());
});
