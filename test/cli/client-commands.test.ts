import { expect, test } from "bun:test";
import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  event,
  events,
  execution,
  fakeApi,
  ID,
  OTHER_ID,
  refusal,
  session,
  template,
} from "./fake-api.ts";
import { runCli } from "./run-cli.ts";

interface Scenario {
  readonly words: readonly string[];
  readonly answers: Record<string, unknown>;
  readonly prints: string;
  /** Body of the last request. */
  readonly sends?: unknown;
  readonly exitCode?: number;
}

const detail = {
  template,
  settings: {
    vm_id: ID,
    limits: { cpu_ms: 5000 },
    resolver: { roots: [] },
    runtime: { esm: false },
  },
  capabilities: [
    { id: ID, vm_id: ID, kind: "env", name: "STAGE", enabled: true, config: { value: "x" } },
  ],
  startup_files: [{ id: ID, vm_id: ID, path: "setup.js", order_index: 10, mode: "eval" }],
};
const file = detail.startup_files[0];
const capability = detail.capabilities[0];

/** Found running by the daemon that was started after the one which had begun it. */
const cutOff = {
  ...execution,
  status: "error",
  result: undefined,
  error: { message: "Error: the daemon stopped", code: "DAEMON_STOPPED" },
  metrics: { heap_bytes: 0, checkpoint_bytes: 0 },
};

const cancelled = {
  ...execution,
  result: undefined,
  status: "cancelled",
  error: { message: "Execution was cancelled", code: "CANCELLED" },
  metrics: { duration_ms: 130, cpu_ms: 90, queue_ms: 0, heap_bytes: 0, checkpoint_bytes: 0 },
  ended_at: "2026-11-20T12:00:00.130Z",
};

const SCENARIOS: readonly Scenario[] = [
  {
    words: ["template", "create", "--name", "demo"],
    answers: { "POST /templates": template },
    sends: { name: "demo" },
    prints: `Created template: demo (ID: ${ID})\n`,
  },
  {
    words: "template create --name=demo --engine quickjs --cpu-ms 7 --esm --no-console".split(" "),
    answers: { "POST /templates": template },
    sends: {
      name: "demo",
      engine: "quickjs",
      settings: { limits: { cpu_ms: 7 }, runtime: { esm: true, console: false } },
    },
    prints: `Created template: demo (ID: ${ID})\n`,
  },
  {
    words: ["template", "list"],
    answers: { "GET /templates": [] },
    prints: "No templates found\n",
  },
  {
    words: ["template", "list"],
    answers: { "GET /templates": [template, { ...template, name: "a longer\nname" }] },
    prints:
      `${"ID".padEnd(36)}  Name            Engine   Active\n` +
      `${ID}  demo            quickjs  true\n` +
      `${ID}  a longer\\nname  quickjs  true\n`,
  },
  {
    words: ["template", "get", ID],
    answers: { [`GET /templates/${ID}`]: detail },
    prints: `Template: demo
ID: ${ID}
Engine: quickjs
Active: true
Created: 2026-11-20T12:00:00.000Z
Updated: 2026-11-20T12:00:00.000Z
Settings:
  Limits: {"cpu_ms":5000}
  Resolver: {"roots":[]}
  Runtime: {"esm":false}
Capabilities:
  env:STAGE (enabled: true, config: {"value":"x"})
Startup Files:
  [10] setup.js (mode: eval)
Exposed Modules:
  fs
Loaded Libraries:
  lodash-4.17.21
`,
  },
  {
    words: ["template", "update", ID, "--name", "new", "--no-console", "--esm", "--wall-ms", "9"],
    answers: { [`PATCH /templates/${ID}`]: detail },
    sends: {
      name: "new",
      settings: { limits: { wall_ms: 9 }, runtime: { console: false, esm: true } },
    },
    prints: `Updated template: ${ID}\n`,
  },
  {
    words: ["template", "delete", ID],
    answers: { [`DELETE /templates/${ID}`]: { status: "ok", template_id: ID } },
    prints: `Deleted template: ${ID}\n`,
  },
  {
    words: ["template", "add-startup", ID, "--path", "setup.js"],
    answers: { [`POST /templates/${ID}/startup-files`]: file },
    sends: { path: "setup.js", order_index: 10, mode: "eval" },
    prints: `Added startup file: setup.js (order: 10) to template ${ID}\n`,
  },
  {
    words: ["template", "list-startup", ID],
    answers: { [`GET /templates/${ID}/startup-files`]: [file] },
    prints: `Order  Mode  Path      ID\n10     eval  setup.js  ${ID}\n`,
  },
  {
    words: ["template", "list-startup", ID],
    answers: { [`GET /templates/${ID}/startup-files`]: [] },
    prints: "No startup files found\n",
  },
  {
    words: ["template", "remove-startup", ID, "--path", "setup.js"],
    answers: {
      [`GET /templates/${ID}/startup-files`]: [file],
      [`DELETE /templates/${ID}/startup-files/${ID}`]: {},
    },
    prints: `Removed startup file: setup.js from template ${ID}\n`,
  },
  {
    words: ["template", "add-capability", ID, "--name", "STAGE", "--kind=env", "--enabled"],
    answers: { [`POST /templates/${ID}/capabilities`]: capability },
    sends: { kind: "env", name: "STAGE", enabled: true, config: {} },
    prints: `Added capability: env:STAGE to template ${ID}\n`,
  },
  {
    words: ["template", "list-capabilities", ID],
    answers: { [`GET /templates/${ID}/capabilities`]: [] },
    prints: "No capabilities found\n",
  },
  {
    words: ["template", "add-module", ID, "--name", "FS"],
    answers: { [`POST /templates/${ID}/modules`]: { template_id: ID, name: "fs" } },
    sends: { name: "FS" },
    prints: `Added module: fs to template ${ID}\n`,
  },
  {
    words: ["template", "remove-library", ID, "--name", "lodash"],
    answers: {
      [`DELETE /templates/${ID}/libraries/lodash`]: {
        status: "ok",
        template_id: ID,
        name: "lodash-4.17.21",
      },
    },
    prints: `Removed library: lodash-4.17.21 from template ${ID}\n`,
  },
  {
    words: ["template", "list-modules", ID],
    answers: { [`GET /templates/${ID}/modules`]: ["exec", "fs"] },
    prints: "exec\nfs\n",
  },
  {
    words: ["template", "list-libraries", ID],
    answers: { [`GET /templates/${ID}/libraries`]: [] },
    prints: "No libraries configured\n",
  },
  {
    words:
      `session create --template-id ${OTHER_ID} --workspace-id w --base-commit abc --worktree-path /srv/w`.split(
        " ",
      ),
    answers: { "POST /sessions": session },
    sends: {
      template_id: OTHER_ID,
      workspace_id: "w",
      base_commit_oid: "abc",
      worktree_path: "/srv/w",
    },
    prints: `Created session: ${ID}
Status: ready
Template ID: ${OTHER_ID}
Workspace ID: w
Base Commit: abc
Worktree Path: /srv/w
`,
  },
  {
    words: ["session", "list", "--status", "ready"],
    answers: { "GET /sessions": [] },
    prints: "No sessions found\n",
  },
  {
    words: ["session", "get", ID],
    answers: {
      [`GET /sessions/${ID}`]: {
        ...session,
        status: "crashed",
        last_error: "startup failed: x\ny",
      },
    },
    prints: `Session ID: ${ID}
Status: crashed
Template ID: ${OTHER_ID}
Workspace ID: w
Base Commit: abc
Worktree Path: /srv/w
Created: 2026-11-20T12:00:00.000Z
Last Error: startup failed: x\\ny
`,
  },
  {
    words: ["session", "close", ID],
    answers: { [`POST /sessions/${ID}/close`]: { ...session, status: "closed" } },
    prints: `Closed session: ${ID}\n`,
  },
  {
    words: ["exec", "list", OTHER_ID],
    answers: { "GET /executions": [execution] },
    prints:
      `${"ID".padEnd(36)}  Kind  Status  Duration  Started                  What\n` +
      `${ID}  repl  ok      1.3 ms    2026-11-20 12:00:00 UTC  6 * 7\n`,
  },
  {
    words: ["exec", "list", OTHER_ID],
    answers: { "GET /executions": [cutOff, cancelled] },
    prints:
      `${"ID".padEnd(36)}  Kind  Status     Duration  Started                  What\n` +
      `${ID}  repl  error      unknown   2026-11-20 12:00:00 UTC  6 * 7\n` +
      `${ID}  repl  cancelled  130.0 ms  2026-11-20 12:00:00 UTC  6 * 7\n`,
  },
  {
    words: ["exec", "list", OTHER_ID],
    answers: { "GET /executions": [] },
    prints: "No executions found\n",
  },
  {
    words: ["exec", "get", ID],
    answers: { [`GET /executions/${ID}`]: execution },
    prints: `Execution ID: ${ID}
Session ID: ${OTHER_ID}
Kind: repl
Input: 6 * 7
Status: ok
Started: 2026-11-20T12:00:00.000Z
Ended: 2026-11-20T12:00:00.000Z
Duration: 1.3 ms
Result: {"type":"number","preview":"42","json":42}
`,
  },
  {
    words: ["exec", "get", ID],
    answers: { [`GET /executions/${ID}`]: cutOff },
    prints: `Execution ID: ${ID}
Session ID: ${OTHER_ID}
Kind: repl
Input: 6 * 7
Status: error
Started: 2026-11-20T12:00:00.000Z
Ended: 2026-11-20T12:00:00.000Z
Duration: unknown
Error: {"message":"Error: the daemon stopped","code":"DAEMON_STOPPED"}
`,
  },
  {
    words: ["exec", "events", ID],
    answers: { [`GET /executions/${ID}/events`]: events },
    prints: `[1] input_echo: {"text":"6 * 7"}\n[2] value: {"type":"number","preview":"42","json":42}\n`,
  },
  {
    words: ["exec", "events", ID, "--after-seq", "2"],
    answers: { [`GET /executions/${ID}/events`]: [] },
    prints: "No events found\n",
  },
  {
    words: ["exec", "cancel", ID],
    answers: { [`POST /executions/${ID}/cancel`]: { ...execution, status: "cancelled" } },
    prints: `Cancelled execution: ${ID}\n`,
  },
  {
    words: ["exec", "wait", ID],
    answers: {
      [`GET /executions/${ID}`]: { ...execution, status: "timeout" },
      [`GET /executions/${ID}/events`]: events.slice(0, 1),
    },
    prints: `Execution ID: ${ID}
Status: timeout
Result: {"type":"number","preview":"42","json":42}

Events:
[1] input_echo: {"text":"6 * 7"}
`,
    exitCode: 124,
  },
  {
    words: ["ops", "health"],
    answers: { "GET /health": { status: "ok", version: "0.1.0" } },
    prints: '{\n  "status": "ok",\n  "version": "0.1.0"\n}\n',
  },
  {
    words: ["ops", "runtime-summary", "--json"],
    answers: { "GET /runtime/summary": { active_sessions: 1 } },
    prints: '{"active_sessions":1}\n',
  },
  {
    words: ["--json", "template", "list"],
    answers: { "GET /templates": [template] },
    prints: `${JSON.stringify([template])}\n`,
  },
];

for (const { words, answers, prints, sends, exitCode = 0 } of SCENARIOS) {
  test.concurrent(`${words.join(" ")} prints ${JSON.stringify(prints.slice(0, 30))}`, async () => {
    using api = fakeApi(answers);
    const result = await runCli(["--server-url", api.url, ...words]);
    expect(result).toEqual({ stdout: prints, stderr: "", exitCode });
    if (sends) expect(api.seen.at(-1)?.body).toEqual(sends);
  });
}

test("how an execution ended is told, also where the daemon is gone before its events are read", async () => {
  using api = fakeApi({
    [`GET /executions/${ID}`]: { ...execution, status: "cancelled", result: undefined },
    [`GET /executions/${ID}/events`]: () => new Response("nobody is here", { status: 502 }),
  });
  expect(await runCli(["--server-url", api.url, "exec", "wait", ID])).toEqual({
    stdout: `Execution ID: ${ID}\nStatus: cancelled\n`,
    stderr: `Note: its events could not be read: cannot reach the daemon at ${api.url}: what answers there (502) is not vm-system.\n`,
    exitCode: 130,
  });
});

test("events come page by page", async () => {
  const all = Array.from({ length: 2300 }, (_, at) => event(at + 1, "console", { text: "x" }));
  using api = fakeApi({
    [`GET /executions/${ID}/events`]: ({ route }: { route: string }) => {
      const query = new URLSearchParams(route.split("?")[1]);
      const after = Number(query.get("after_seq"));
      return all.slice(after, after + Number(query.get("limit")));
    },
  });
  const { stdout } = await runCli(["exec", "events", ID, "--server-url", api.url]);
  expect(stdout.trimEnd().split("\n")).toHaveLength(2300);
  expect(api.seen).toHaveLength(3);
});

test("guest text cannot move the cursor of a terminal", async () => {
  const name = "\x1b[2J\x9b31m\u2028";
  using api = fakeApi({ "GET /templates": [{ ...template, name }] });
  const { stdout } = await runCli(["template", "list", "--server-url", api.url]);
  expect(stdout).toContain("\\u001b[2J\\u009b31m\\u2028");
});

test("VM_SYSTEM_SERVER_URL stands in for the flag, and the flag wins", async () => {
  using api = fakeApi({ "GET /health": { status: "ok" } });
  const env = { VM_SYSTEM_SERVER_URL: api.url };
  expect((await runCli(["ops", "health"], { env })).exitCode).toBe(0);
  const { stderr, exitCode } = await runCli(
    ["ops", "health", "--server-url", "http://127.0.0.1:1"],
    { env },
  );
  expect(stderr).toContain("http://127.0.0.1:1");
  expect(exitCode).toBe(4);
});

test("--log-level debug logs each request on stderr, as text or JSON", async () => {
  using api = fakeApi({ "GET /health": { status: "ok" } });
  const words = ["ops", "health", "--server-url", api.url, "--log-level=debug"];
  const asText = await runCli(words);
  expect(asText.stderr).toMatch(
    /^debug GET http:\S+\/api\/v1\/health: 200 in [\d.]+ ms, request id /,
  );
  expect(asText.stdout).toBe('{\n  "status": "ok"\n}\n');
  const asJson = await runCli([...words, "--log-format", "json"]);
  expect(JSON.parse(asJson.stderr)).toMatchObject({ level: "debug", message: expect.any(String) });
});

test("a relative worktree is taken from the current folder", async () => {
  const made = {
    "POST /sessions": session,
    [`POST /sessions/${ID}/fork`]: { sessions: [session] },
  };
  using api = fakeApi(made);
  const here = realpathSync(tmpdir());
  const fixed = ["--template-id", ID, "--workspace-id", "w", "--base-commit", "c"];
  for (const words of [
    ["session", "create", ...fixed, "--worktree-path", "."],
    ["session", "create", ...fixed, "--worktree-path", "a/b"],
    ["session", "create", ...fixed, "--worktree-path="],
    ["session", "fork", ID, "--worktree-path", "../"],
  ]) {
    await runCli(["--server-url", api.url, ...words], { cwd: here });
  }
  expect(api.seen.map(({ body }) => (body as { worktree_path: string }).worktree_path)).toEqual([
    here,
    join(here, "a/b"),
    "",
    dirname(here),
  ]);
});

test("where a startup file threw is shown", async () => {
  using api = fakeApi({
    "GET /sessions": refusal(422, "SESSION_STARTUP_FAILED", "startup failed: a.js: Error: x", {
      stack: "Error: x\n    at f (a.js:2:9)\n    at \x1b[2J (a.js:3:1)",
    }),
  });
  const { stderr } = await runCli(["--server-url", api.url, "session", "list"]);
  expect(stderr).toBe(
    "Error: SESSION_STARTUP_FAILED (422): startup failed: a.js: Error: x\n" +
      "Do something else.\nrequest id: req-1\n    at f (a.js:2:9)\n    at \\u001b[2J (a.js:3:1)\n",
  );
});

test("what runs in a busy session is named", async () => {
  using api = fakeApi({
    "GET /sessions": refusal(409, "SESSION_BUSY", "Session is busy", {
      session_id: ID,
      execution_id: OTHER_ID,
    }),
  });
  const { stderr } = await runCli(["--server-url", api.url, "session", "list"]);
  expect(stderr).toBe(
    "Error: SESSION_BUSY (409): Session is busy\nDo something else.\nrequest id: req-1\n" +
      `execution id: ${OTHER_ID}\n`,
  );
});

test.each([
  ["env", "STAGE", {}, "its configuration has no `value`"],
  ["global", "cfg", { valu: 1 }, "its configuration has no `value`"],
  ["module", "nope", {}, "there is no native module nope, but fs, exec, database"],
  ["fs", "x", { readonly: true }, 'its configuration is not {"read_only": true}'],
  ["module", " FS ", {}, undefined],
  ["fs", "x", { read_only: true }, undefined],
  ["net", "x", {}, undefined],
])(
  "a capability %s:%s with %j that gives nothing is taken, and says so",
  async (kind, name, config, why) => {
    using api = fakeApi({
      [`POST /templates/${ID}/capabilities`]: {
        id: ID,
        vm_id: ID,
        kind,
        name,
        enabled: true,
        config,
      },
    });
    const words = ["template", "add-capability", ID, "--name", name, "--kind", kind];
    expect(await runCli(["--server-url", api.url, ...words])).toEqual({
      stdout: `Added capability: ${kind}:${name} to template ${ID}\n`,
      stderr: why === undefined ? "" : `Note: this capability gives sessions nothing: ${why}.\n`,
      exitCode: 0,
    });
  },
);
