import { afterAll, beforeAll, expect, test } from "bun:test";
import { createClient } from "../../src/client/client.ts";
import { ApiError, UnreachableError } from "../../src/client/errors.ts";
import type { FollowMessage } from "../../src/client/follow.ts";
import { ENDLESS, makeWorld, NOWHERE, type World } from "../contract/api-world.ts";
import { urlTarget } from "../harness/target.ts";
import { type Serving, serving } from "../http/serving.ts";

let served: Serving;
let world: World;
beforeAll(async () => {
  served = serving();
  world = await makeWorld(urlTarget(served.url));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
});

const client = () => createClient(`${served.url}/`);

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "resolved",
    (error) => error,
  );

test("gives what the API gives", async () => {
  const created = await client().createTemplate({ name: "from the client" });
  expect((await client().getTemplate(created.id)).template).toEqual(created);
  expect(await client().addModule(created.id, "fs")).toEqual({
    template_id: created.id,
    name: "fs",
  });
  expect(await client().removeLibrary(created.id, "lodash@4.17.21")).toMatchObject({
    name: "lodash-4.17.21",
  });
  expect(await client().listSessions("closed")).toMatchObject([{ id: world.closed_session_id }]);
  const execution = await client().repl({
    session_id: world.session_id,
    input: "'2026-11-20T12:00:00Z'",
  });
  expect(execution.result?.json).toBe("2026-11-20T12:00:00Z");
  expect(await client().listEvents(execution.id, { afterSeq: 1 })).toEqual(
    execution.events!.slice(1),
  );
});

test("the same key gives the same answer", async () => {
  const body = { session_id: world.session_id, input: "Math.random()" };
  const first = await client().repl(body, { idempotencyKey: "once" });
  expect(await client().repl(body, { idempotencyKey: "once" })).toEqual(first);
});

test("a failure is an ApiError with all of the envelope", async () => {
  const error = await rejection(client().getSession(NOWHERE));
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    status: 404,
    code: "SESSION_NOT_FOUND",
    message: "Session not found",
    hint: expect.stringContaining("vm-system session list"),
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    details: { session_id: NOWHERE },
  });
});

test("nobody there, and somebody else there, are unreachable", async () => {
  expect(await rejection(createClient("http://127.0.0.1:1").health())).toMatchObject({
    name: "UnreachableError",
    url: "http://127.0.0.1:1",
  });
  using other = Bun.serve({ port: 0, fetch: () => new Response("<html>", { status: 502 }) });
  const error = await rejection(createClient(`http://127.0.0.1:${other.port}`).health());
  expect(error).toBeInstanceOf(UnreachableError);
});

test("follows a running execution to its end", async () => {
  const started = await client().repl({
    session_id: await world.session(world.template_id),
    input: ENDLESS,
    wait: false,
  });
  const seen: FollowMessage[] = [];
  for await (const message of client().followEvents(started.id)) {
    seen.push(message);
    if (message.type === "event" && message.event.seq === 1) {
      await client().cancelExecution(started.id);
    }
  }
  expect(seen[0]).toMatchObject({ type: "event", event: { seq: 1, type: "input_echo" } });
  expect(seen.at(-1)).toMatchObject({
    type: "end",
    execution: { id: started.id, status: "cancelled" },
  });
});

test("a stream that is cut is taken up where it was", async () => {
  const { id, events } = await client().repl({
    session_id: world.session_id,
    input: "for (let i = 0; i < 20; i++) console.log(i)",
  });
  let cuts = 3;
  const cutting = createClient(served.url, {
    async fetch(url, init) {
      const response = await fetch(url, init);
      if (cuts-- <= 0) return response;
      const frames = (await response.text()).split("\n\n").slice(0, 4);
      return new Response(`${frames.join("\n\n")}\n\nid: 99\nevent: cons`);
    },
  });
  const seen: FollowMessage[] = [];
  for await (const message of cutting.followEvents(id)) seen.push(message);
  expect(seen.slice(0, -1).map((message) => message.type === "event" && message.event)).toEqual(
    events!,
  );
  expect(seen.at(-1)?.type).toBe("end");
});

test("a signal ends a follow quietly, and a request with its reason", async () => {
  const stop = new AbortController();
  for await (const _ of client().followEvents(world.busy_execution_id, { signal: stop.signal })) {
    stop.abort();
  }
  expect(stop.signal.aborted).toBeTrue();
});

test("a loopback daemon is not asked for at a proxy", async () => {
  const { HTTP_PROXY, NO_PROXY } = process.env;
  try {
    process.env.HTTP_PROXY = "http://127.0.0.1:1";
    expect((await client().health()).status).toBe("ok");
  } finally {
    for (const [name, value] of Object.entries({ HTTP_PROXY, NO_PROXY })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});
