import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { fakeRunner } from "../harness/fake-runner.ts";
import { inProcessTarget } from "../harness/target.ts";
import { type Serving, serving } from "./serving.ts";

interface Failure {
  readonly error: { readonly code: string; readonly request_id: string };
}

describe("request ids", () => {
  test.each(["a", "Run_7.retry-2", "x".repeat(128)])("%s is kept, also in the log", async (id) => {
    await using target = inProcessTarget(fakeRunner());
    const response = await target.fetch("/api/v1/nope", { headers: { "x-request-id": id } });
    expect(response.headers.get("x-request-id")).toBe(id);
    expect(((await response.json()) as Failure).error.request_id).toBe(id);
    expect(target.log).toMatchObject([
      { level: "info", message: "request", fields: { request_id: id, status: 404 } },
    ]);
  });

  test.each(["", "x".repeat(129), "a b", "a/b", "é"])("%p is replaced", async (id) => {
    await using target = inProcessTarget(fakeRunner());
    const response = await target.fetch("/api/v1/health", { headers: { "x-request-id": id } });
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });
});

test("a bug is INTERNAL: nothing of it in the answer, all of it in the log", async () => {
  await using target = inProcessTarget(fakeRunner());
  target.core.templates.list = () => Promise.reject(new Error("secret cause"));
  const response = await target.fetch("/api/v1/templates", { headers: { "x-request-id": "r1" } });
  const text = await response.text();
  expect([response.status, JSON.parse(text).error.code]).toEqual([500, "INTERNAL"]);
  expect(text).not.toContain("secret");
  const line = target.log.find(({ level }) => level === "error");
  expect(line?.fields.request_id).toBe("r1");
  expect(line?.fields.error).toContain("secret cause");
});

test("a drained daemon answers SHUTTING_DOWN with Retry-After", async () => {
  await using target = inProcessTarget(fakeRunner());
  const session_id = "00000000-0000-4000-8000-000000000000";
  void target.core.close(0);
  const response = await target.fetch("/api/v1/executions/repl", {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ session_id, input: "1" }),
  });
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(((await response.json()) as Failure).error.code).toBe("SHUTTING_DOWN");
});

test("a page of an allowed origin may ask first, and read what comes", async () => {
  await using target = inProcessTarget(fakeRunner(), { allowedOrigins: ["https://app.example"] });
  const headers = { origin: "https://app.example", "sec-fetch-site": "cross-site" };
  const preflight = await target.fetch("/api/v1/executions/repl", { method: "OPTIONS", headers });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
  expect(preflight.headers.get("access-control-allow-headers")).toContain("content-type");
  const answer = await target.fetch("/api/v1/health", { headers });
  expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example");
});

describe("on the wire", () => {
  let served: Serving;
  beforeAll(() => {
    served = serving({ bodyBytesMax: 1000 });
  });
  afterAll(() => served[Symbol.asyncDispose]());

  test("compact JSON", async () => {
    const text = await (await fetch(`${served.url}/api/v1/health`)).text();
    expect(text).toStartWith('{"status":"ok","version":"0.0.0-test","uptime_ms":');
  });

  test("HEAD has the length and no body", async () => {
    const answer = await served.raw(
      "HEAD /api/v1/templates HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    expect(answer.toLowerCase()).toContain("content-length: 2\r\n");
    expect(answer).toEndWith("\r\n\r\n");
  });

  test.each([
    ["no Host at all", "GET /api/v1/health HTTP/1.0\r\n\r\n"],
    [
      "a Host that is no name",
      "GET /api/v1/health HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
    ],
    [
      "two Hosts",
      "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
  ])("%s is forbidden", async (_, text) => {
    expect(await served.raw(text)).toContain('"code":"FORBIDDEN_HOST"');
  });

  test("a chunked body is counted while it comes", async () => {
    const chunk = "400\r\n".concat(" ".repeat(0x400), "\r\n");
    const answer = await served.raw(
      `POST /api/v1/templates HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunk}0\r\n\r\n`,
    );
    expect(answer).toContain(" 413 ");
    expect(answer).toContain('"code":"BODY_TOO_LARGE"');
  });

  test("a chunked body that fits is read", async () => {
    const body = '{"name":"chunked"}';
    const answer = await served.raw(
      `POST /api/v1/templates HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    );
    expect(answer).toContain('"name":"chunked"');
  });

  test("a declared length over the limit is refused before it comes", async () => {
    const answer = await served.raw(
      "POST /api/v1/templates HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1001\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toContain('"code":"BODY_TOO_LARGE"');
  });

  test("a POST without a body needs no type", async () => {
    const answer = await served.raw(
      "POST /api/v1/sessions/00000000-0000-4000-8000-000000000000/close HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toContain('"code":"SESSION_NOT_FOUND"');
  });
});

test.each([
  ["Content-Length: 100", "{"],
  ["Transfer-Encoding: chunked", "5\r\nabc"],
])("a client that goes in the midst of its body (%s) is no bug of ours", async (header, part) => {
  await using served = serving();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: served.port,
    socket: { data() {} },
  });
  socket.write(
    `POST /api/v1/executions/repl HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\nContent-Type: application/json\r\n${header}\r\n\r\n${part}`,
  );
  socket.end();
  while (!served.target.log.some(({ message }) => message === "request")) await Bun.sleep(2);
  const found = served.target.log.map(({ message, fields }) => [message, fields?.code]);
  expect(found).toEqual([["request", "INVALID_REQUEST"]]);
});
