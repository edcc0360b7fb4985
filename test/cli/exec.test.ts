import { expect, test } from "bun:test";
import { event, events, execution, fakeApi, ID, OTHER_ID, refusal } from "./fake-api.ts";
import { runCli, startCli } from "./run-cli.ts";

const ended = (status: string, error?: object) => {
  const { result, ...rest } = execution;
  return { ...rest, status, ...(error ? { error } : { result }), events };
};

test("an execution is printed with its events", async () => {
  using api = fakeApi({ "POST /executions/repl": ended("ok") });
  const result = await runCli(["exec", "repl", OTHER_ID, "6 * 7", "--server-url", api.url]);
  expect(result).toEqual({
    stdout: `Execution ID: ${ID}
Status: ok
Result: {"type":"number","preview":"42","json":42}

Events:
[1] input_echo: {"text":"6 * 7"}
[2] value: {"type":"number","preview":"42","json":42}
`,
    stderr: "",
    exitCode: 0,
  });
  expect(api.seen).toEqual([
    { route: "POST /executions/repl", body: { session_id: OTHER_ID, input: "6 * 7" } },
  ]);
});

test.each([
  ["error", 1],
  ["timeout", 124],
  ["cancelled", 130],
])("an execution that ended %s exits %d", async (status, exitCode) => {
  using api = fakeApi({ "POST /executions/repl": ended(status, { message: "Error: x" }) });
  const words = ["exec", "repl", OTHER_ID, "x", "--server-url", api.url];
  const result = await runCli(words);
  expect(result.stdout).toContain(`Status: ${status}\nError: {"message":"Error: x"}\n\nEvents:\n`);
  expect(result.exitCode).toBe(exitCode);
  const asJson = await runCli([...words, "--json"]);
  expect(JSON.parse(asJson.stdout)).toEqual(ended(status, { message: "Error: x" }));
  expect(asJson.exitCode).toBe(exitCode);
});

test("arguments that look like flags, numbers and stdin reach the session as code", async () => {
  using api = fakeApi({ "POST /executions/repl": ended("ok") });
  const sent = async (words: string[], stdin?: string) => {
    const options = stdin === undefined ? {} : { stdin };
    await runCli(["--server-url", api.url, "exec", "repl", OTHER_ID, ...words], options);
    return api.seen.at(-1)?.body;
  };
  const code = (input: string) => ({ session_id: OTHER_ID, input });
  expect(await sent(["-1"])).toEqual(code("-1"));
  expect(await sent(["--", "--x"])).toEqual(code("--x"));
  expect(await sent(["--", "--no-x"])).toEqual(code("--no-x"));
  expect(await sent([""])).toEqual(code(""));
  expect(await sent(["-"], "1 +\n1\n")).toEqual(code("1 +\n1\n"));
});

test("run-file sends its objects", async () => {
  using api = fakeApi({ "POST /executions/run-file": ended("ok") });
  const words = ["run-file", OTHER_ID, "a.js", "--args", '{"n":1}', '--env={"STAGE":"x"}'];
  await runCli(["exec", ...words, "--server-url", api.url]);
  expect(api.seen.at(-1)?.body).toEqual({
    session_id: OTHER_ID,
    path: "a.js",
    args: { n: 1 },
    env: { STAGE: "x" },
  });
});

test("--detach prints what runs and does not wait", async () => {
  using api = fakeApi({
    "POST /executions/repl": { ...execution, status: "running", result: undefined },
  });
  const words = ["exec", "repl", OTHER_ID, "x", "--detach", "--server-url", api.url];
  expect(await runCli(words)).toEqual({
    stdout: `Execution ID: ${ID}\nStatus: running\n`,
    stderr: "",
    exitCode: 0,
  });
  expect(api.seen[0]?.body).toEqual({ session_id: OTHER_ID, input: "x", wait: false });
});

test("what the API refuses is printed with hint and request id", async () => {
  using api = fakeApi({
    "POST /executions/repl": () =>
      refusal(422, "OUTPUT_LIMIT_EXCEEDED", "Execution exceeded configured output/event limits", {
        execution_id: ID,
        issues: [{ path: "/input", message: "is odd" }],
      }),
  });
  const words = ["exec", "repl", OTHER_ID, "x", "--server-url", api.url];
  expect(await runCli(words)).toEqual({
    stdout: "",
    stderr: `Error: OUTPUT_LIMIT_EXCEEDED (422): Execution exceeded configured output/event limits
Do something else.
request id: req-1
execution id: ${ID}
  /input: is odd
`,
    exitCode: 3,
  });
  const asJson = await runCli([...words, "--json"]);
  expect(JSON.parse(asJson.stderr).error).toMatchObject({
    code: "OUTPUT_LIMIT_EXCEEDED",
    request_id: "req-1",
    details: { execution_id: ID },
  });
  expect([asJson.stdout, asJson.exitCode]).toEqual(["", 3]);
});

const frame = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

/** A session in which something runs until the test ends it. */
function slowApi() {
  const line = event(2, "console", { level: "log", text: "still here" });
  const answer = Promise.withResolvers<object>();
  const stream = (last: Promise<object>) =>
    new Response(
      (async function* () {
        yield frame("input_echo", events[0]!);
        yield frame("console", line);
        yield frame("end", await last);
      })(),
      { headers: { "content-type": "text/event-stream" } },
    );
  const asked = Promise.withResolvers<void>();
  const api = fakeApi({
    "POST /executions/repl": () => {
      asked.resolve();
      return answer.promise;
    },
    "GET /executions": [{ ...execution, status: "running" }],
    [`GET /executions/${ID}/events`]: () => stream(answer.promise),
    [`POST /executions/${ID}/cancel`]: () => {
      answer.resolve(ended("cancelled", { message: "cancelled", code: "CANCELLED" }));
      return ended("cancelled");
    },
  });
  return {
    ...api,
    asked: asked.promise,
    end: () => answer.resolve(ended("ok")),
    [Symbol.dispose]: api[Symbol.dispose],
  };
}

/** Reads until the text is there. */
async function readUntil(stream: ReadableStream<Uint8Array>, text: string): Promise<string> {
  let all = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
    all += decoder.decode(chunk, { stream: true });
    if (all.includes(text)) return all;
  }
  throw new Error(`ended without ${text}: ${all}`);
}

test("console lines of what takes long are on stderr as they come", async () => {
  using api = slowApi();
  const child = startCli(["exec", "repl", OTHER_ID, "x", "--server-url", api.url]);
  expect(await readUntil(child.stderr, "here\n")).toBe("still here\n");
  api.end();
  expect(await child.stdout.text()).toStartWith(`Execution ID: ${ID}\nStatus: ok\n`);
  expect(await child.exited).toBe(0);
});

test("Ctrl-C cancels the execution and waits for its end", async () => {
  using api = slowApi();
  const child = startCli(["exec", "repl", OTHER_ID, "x", "--server-url", api.url]);
  await readUntil(child.stderr, "still here");
  child.kill("SIGINT");
  expect(await child.stdout.text()).toContain("Status: cancelled\n");
  expect(await child.exited).toBe(130);
});

test("Ctrl-C right after the request was sent cancels the execution too", async () => {
  using api = slowApi();
  const child = startCli(["exec", "repl", OTHER_ID, "x", "--server-url", api.url]);
  await api.asked;
  child.kill("SIGINT");
  expect(await child.stdout.text()).toContain("Status: cancelled\n");
  expect(await child.exited).toBe(130);
});

test("events --follow prints each event until the end", async () => {
  using api = slowApi();
  const child = startCli(["exec", "events", ID, "--follow", "--server-url", api.url]);
  expect(await readUntil(child.stdout, "here")).toContain(
    '[2] console: {"level":"log","text":"still here"}',
  );
  api.end();
  expect(await child.exited).toBe(0);
});

test("a reader that goes away early is no error", async () => {
  const many = Array.from({ length: 900 }, (_, at) =>
    event(at + 1, "console", { text: "x".repeat(999) }),
  );
  using api = fakeApi({ [`GET /executions/${ID}/events`]: many });
  const child = startCli(["exec", "events", ID, "--server-url", api.url]);
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  expect(await child.stderr.text()).toBe("");
  expect(await child.exited).toBe(0);
});
