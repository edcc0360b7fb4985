import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { NOWHERE, type World } from "./api-world.ts";
import { invalid, type Scenario } from "./scenario.ts";

/** A session with a module, whose worktree is gone. */
async function adrift(world: World): Promise<string> {
  const worktree_path = mkdtempSync(join(world.worktree, "adrift-"));
  const template_id = await world.template();
  await world.make(`/templates/${template_id}/modules`, { name: "fs" });
  const { id } = await world.make("/sessions", {
    template_id,
    workspace_id: "workspace",
    base_commit_oid: "0",
    worktree_path,
  });
  rmSync(worktree_path, { recursive: true });
  return id!;
}

export const RUN_SCENARIOS: readonly Scenario[] = [
  {
    route: "POST /executions/repl",
    says: "runs, and gives the events",
    given: ({ session_id }) => ({ body: { session_id, input: "1+1" } }),
    status: 201,
    holds: ({ session_id }) => ({
      session_id,
      kind: "repl",
      input: "1+1",
      args: [],
      env: {},
      status: "ok",
      result: { type: "number", preview: "2", json: 2 },
      events: [
        { seq: 1, type: "input_echo", payload: { text: "1+1" } },
        { seq: 2, type: "value", payload: { type: "number", preview: "2", json: 2 } },
      ],
    }),
  },
  {
    route: "POST /executions/repl",
    says: "in a session with modules, whose worktree has vanished",
    given: async (world) => ({ body: { session_id: await adrift(world), input: "1" } }),
    status: 422,
    code: "INVALID_WORKTREE",
    message: /^The worktree path does not exist: /,
  },
  {
    route: "POST /executions/run-file",
    says: "in a session with modules, whose worktree has vanished",
    given: async (world) => ({ body: { session_id: await adrift(world), path: "answer.js" } }),
    status: 422,
    code: "INVALID_WORKTREE",
    message: /^The worktree path does not exist: /,
  },
  ...["wake", "complete"].map(
    (verb): Scenario => ({
      route: `POST /sessions/:session_id/${verb}`,
      says: "a session with modules, whose worktree has vanished",
      given: async (world) => ({
        params: { session_id: await adrift(world) },
        ...(verb === "complete" && { body: { text: "a" } }),
      }),
      status: 422,
      code: "INVALID_WORKTREE",
      message: /^The worktree path does not exist: /,
    }),
  ),
  {
    route: "POST /executions/repl",
    says: "blanks run",
    given: ({ session_id }) => ({ body: { session_id, input: "  " } }),
    status: 201,
    holds: () => ({ status: "ok" }),
  },
  {
    route: "POST /executions/repl",
    says: "a JavaScript error is no HTTP error",
    given: ({ session_id }) => ({ body: { session_id, input: "nope" } }),
    status: 201,
    holds: () => ({
      status: "error",
      error: { message: "ReferenceError: nope is not defined" },
    }),
  },
  {
    route: "POST /executions/repl",
    says: "without waiting",
    given: async (world) => ({
      body: { session_id: await world.session(world.template_id), input: "1", wait: false },
    }),
    status: 202,
    holds: () => ({ status: "running" }),
  },
  {
    route: "POST /executions/run-file",
    says: "runs a file",
    given: ({ session_id }) => ({
      body: { session_id, path: "./answer.js", args: { a: [1] }, env: { B: "b" } },
    }),
    status: 201,
    holds: () => ({
      kind: "run_file",
      path: "answer.js",
      args: { a: [1] },
      env: { B: "b" },
      status: "ok",
      result: { preview: "42" },
    }),
  },
  {
    route: "POST /executions/run-file",
    says: "args and env are empty objects unless sent",
    given: ({ session_id }) => ({ body: { session_id, path: "answer.js" } }),
    status: 201,
    holds: () => ({ args: {}, env: {} }),
  },
  {
    route: "POST /executions/run-file",
    says: "without waiting",
    given: async (world) => ({
      body: { session_id: await world.session(world.template_id), path: "answer.js", wait: false },
    }),
    status: 202,
  },
  ...[
    { route: "POST /executions/repl", field: "input", value: "1" },
    { route: "POST /executions/run-file", field: "path", value: "answer.js" },
  ].flatMap(({ route, field, value }): Scenario[] => [
    invalid(route, "nothing", `session_id and ${field} are required`, () => ({ body: {} })),
    invalid(route, `an empty ${field}`, `session_id and ${field} are required`, (world) => ({
      body: { session_id: world.session_id, [field]: "" },
    })),
    invalid(
      route,
      "required fields come before body ids",
      `session_id and ${field} are required`,
      () => ({
        body: { session_id: "seven" },
      }),
    ),
    invalid(route, "a session id that is none", "session_id must be a valid UUID", () => ({
      body: { session_id: "seven", [field]: value },
    })),
    invalid(route, "a malformed key", /^Idempotency-Key must be/, ({ session_id }) => ({
      body: { session_id, [field]: value },
      headers: { "idempotency-key": "has blanks in it" },
    })),
    {
      route,
      says: "an unknown session",
      given: () => ({ body: { session_id: NOWHERE, [field]: value } }),
      status: 404,
      code: "SESSION_NOT_FOUND",
      message: "Session not found",
      holds: () => ({ session_id: NOWHERE }),
    },
    {
      route,
      says: "a closed session",
      given: (world) => ({ body: { session_id: world.closed_session_id, [field]: value } }),
      status: 409,
      code: "SESSION_NOT_READY",
      message: "Session is not ready",
      holds: (world) => ({ session_id: world.closed_session_id, status: "closed" }),
    },
    {
      route,
      says: "a crashed session says why",
      given: (world) => ({ body: { session_id: world.crashed_session_id, [field]: value } }),
      status: 409,
      code: "SESSION_NOT_READY",
      message: "Session is not ready",
      holds: (world) => ({ session_id: world.crashed_session_id, status: "crashed" }),
    },
    {
      route,
      says: "a session in which another execution runs",
      given: (world) => ({ body: { session_id: world.busy_session_id, [field]: value } }),
      status: 409,
      code: "SESSION_BUSY",
      message: "Session is busy",
      holds: (world) => ({ session_id: world.busy_session_id }),
    },
    {
      route,
      says: "a key that came with another body",
      given: async (world) => {
        const headers = { "idempotency-key": `${field}-${world.worktree}` };
        const body = { session_id: world.session_id, [field]: value };
        await world.send(route.slice(5), body, headers);
        return { body: { ...body, session_id: world.closed_session_id }, headers };
      },
      status: 422,
      code: "IDEMPOTENCY_KEY_REUSED",
    },
  ]),
  {
    route: "POST /executions/repl",
    says: "more events than the template allows",
    given: ({ terse_session_id }) => ({
      body: { session_id: terse_session_id, input: "for (let i = 0; i < 50; i++) console.log(i)" },
    }),
    status: 422,
    code: "OUTPUT_LIMIT_EXCEEDED",
    message: "Execution exceeded configured output/event limits",
    holds: () => ({ limit: "max_events", max: 5 }),
  },
  {
    route: "POST /executions/run-file",
    says: "more events than the template allows",
    given: ({ terse_session_id }) => ({
      body: { session_id: terse_session_id, path: "chatty.js" },
    }),
    status: 422,
    code: "OUTPUT_LIMIT_EXCEEDED",
    message: "Execution exceeded configured output/event limits",
  },
  ...["/etc/passwd", "../init.js", "a\0b", "x".repeat(5000)].map(
    (path): Scenario => ({
      route: "POST /executions/run-file",
      says: `the path ${JSON.stringify(path.slice(0, 20))}`,
      given: ({ session_id }) => ({ body: { session_id, path } }),
      status: 422,
      code: "INVALID_PATH",
      message: "Path escapes allowed worktree",
    }),
  ),
  {
    route: "POST /executions/run-file",
    says: "a link that leads outside",
    given: ({ session_id }) => ({ body: { session_id, path: "outside.js" } }),
    status: 422,
    code: "INVALID_PATH",
    message: "Path escapes allowed worktree",
  },
  ...["missing.js", "folder"].map(
    (path): Scenario => ({
      route: "POST /executions/run-file",
      says: `${path} is no file`,
      given: ({ session_id }) => ({ body: { session_id, path } }),
      status: 404,
      code: "FILE_NOT_FOUND",
      message: "File not found",
    }),
  ),
  {
    route: "POST /executions/run-file",
    says: "args that are no object",
    given: ({ session_id }) => ({ body: { session_id, path: "answer.js", args: [1] } }),
    status: 400,
    code: "INVALID_REQUEST",
    message: "args must be an object",
  },
];
