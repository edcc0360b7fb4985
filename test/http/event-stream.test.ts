import { expect, test } from "bun:test";
import type { FollowItem } from "../../src/core/execution-service.ts";
import { eventStream } from "../../src/http/event-stream.ts";

const event = (seq: number): FollowItem => ({
  type: "event",
  event: {
    execution_id: "e",
    seq,
    ts: "2026-11-20T12:00:00.000Z",
    type: "console",
    payload: { level: "log", text: "a\nb" },
  },
});

const end = { type: "end", execution: { id: "e", status: "ok" } } as unknown as FollowItem;

const describeFailure = (thrown: unknown) => ({ error: { message: String(thrown) } });

test("events carry their seq as id, and the end closes the stream", async () => {
  const response = eventStream(async function* () {
    yield event(1);
    yield end;
    yield event(2);
  }, describeFailure);
  expect(response.headers.get("content-type")).toStartWith("text/event-stream");
  expect(await response.text()).toBe(
    'id: 1\nevent: console\ndata: {"execution_id":"e","seq":1,"ts":"2026-11-20T12:00:00.000Z","type":"console","payload":{"level":"log","text":"a\\nb"}}\n\n' +
      'event: end\ndata: {"id":"e","status":"ok"}\n\n',
  );
});

test("a silent execution shows a heartbeat, and nothing is lost by it", async () => {
  const gate = Promise.withResolvers<void>();
  const response = eventStream(
    async function* () {
      await gate.promise;
      yield end;
    },
    describeFailure,
    1,
  );
  const reader = response.body!.getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  expect(first).toBe(": heartbeat\n\n");
  gate.resolve();
  let rest = "";
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    rest += new TextDecoder().decode(step.value);
  }
  expect(rest.replaceAll(": heartbeat\n\n", "")).toStartWith("event: end\n");
});

test("a stream that breaks midway ends with an error event", async () => {
  const response = eventStream(async function* () {
    yield event(1);
    throw new Error("store gone");
  }, describeFailure);
  expect(await response.text()).toEndWith(
    'event: error\ndata: {"error":{"message":"Error: store gone"}}\n\n',
  );
});

test("a reader that hangs up ends the following", async () => {
  const hungUp = Promise.withResolvers<void>();
  const response = eventStream(async function* (signal) {
    signal.addEventListener("abort", () => hungUp.resolve());
    yield event(1);
    await hungUp.promise;
  }, describeFailure);
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  await hungUp.promise;
});

test("a reader that hangs up while nothing comes is no failure", async () => {
  const failures: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  const response = eventStream(
    async function* (signal) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      ended.resolve();
    },
    (thrown) => failures.push(thrown),
  );
  const reader = response.body!.getReader();
  const read = reader.read();
  await reader.cancel();
  await Promise.all([read, ended.promise]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(failures).toEqual([]);
});
