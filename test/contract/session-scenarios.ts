import { NOWHERE, type World } from "./api-world.ts";
import { type Given, invalid, type Scenario } from "./scenario.ts";

const SESSION = ({ session_id }: World): Given => ({ params: { session_id } });

const SESSION_FIELDS = "template_id, workspace_id, base_commit_oid, and worktree_path are required";

const newSession = ({ template_id, worktree }: World, more: object = {}) => ({
  body: {
    template_id,
    workspace_id: "w",
    base_commit_oid: "c",
    worktree_path: worktree,
    ...more,
  },
});

export const SESSION_SCENARIOS: readonly Scenario[] = [
  { route: "GET /sessions", says: "lists all", given: () => ({}), status: 200 },
  ...["starting", "ready", "crashed", "closed"].map(
    (status): Scenario => ({
      route: "GET /sessions",
      says: `lists those that are ${status}`,
      given: () => ({ query: `status=${status}` }),
      status: 200,
    }),
  ),
  invalid(
    "GET /sessions",
    "an unknown status",
    "status must be one of starting, ready, crashed, closed",
    () => ({
      query: "status=asleep",
    }),
  ),
  invalid("GET /sessions", "an unknown parameter", "unknown query parameter stat", () => ({
    query: "stat=ready",
  })),
  invalid("GET /sessions", "a parameter twice", "status must be given once", () => ({
    query: "status=ready&status=closed",
  })),
  {
    route: "POST /sessions",
    says: "is ready",
    given: newSession,
    status: 201,
    holds: ({ template_id, worktree }) => ({
      vm_id: template_id,
      workspace_id: "w",
      base_commit_oid: "c",
      worktree_path: worktree,
      status: "ready",
    }),
  },
  ...["template_id", "workspace_id", "base_commit_oid", "worktree_path"].map((field) =>
    invalid("POST /sessions", `no ${field}`, SESSION_FIELDS, (world) =>
      newSession(world, { [field]: "" }),
    ),
  ),
  invalid(
    "POST /sessions",
    "a template id that is none",
    "template_id must be a valid UUID",
    (world) => newSession(world, { template_id: "seven" }),
  ),
  invalid("POST /sessions", "required fields come before body ids", SESSION_FIELDS, (world) =>
    newSession(world, { template_id: "seven", worktree_path: "" }),
  ),
  invalid("POST /sessions", "a malformed key", /^Idempotency-Key must be/, (world) => ({
    ...newSession(world),
    headers: { "idempotency-key": "k".repeat(300) },
  })),
  {
    route: "POST /sessions",
    says: "an unknown template",
    given: (world) => newSession(world, { template_id: NOWHERE }),
    status: 404,
    code: "TEMPLATE_NOT_FOUND",
    message: "Template not found",
    holds: () => ({ template_id: NOWHERE }),
  },
  ...[
    ["relative", "The worktree path is not absolute: relative"],
    ["/no/such/folder", "The worktree path does not exist: /no/such/folder"],
    ["/etc/passwd/x", "The worktree path does not exist: /etc/passwd/x"],
    [`/${"x".repeat(300)}`, /^The worktree path cannot be looked at \(ENAMETOOLONG\): \/x+…$/],
    ["/etc/\0", "The worktree path contains a NUL character: /etc/\0"],
  ].map(
    ([worktree_path, message]): Scenario => ({
      route: "POST /sessions",
      says: `the worktree ${worktree_path}`,
      given: (world) => newSession(world, { worktree_path }),
      status: 422,
      code: "INVALID_WORKTREE",
      message: message!,
    }),
  ),
  {
    route: "POST /sessions",
    says: "a worktree that is a file",
    given: (world) => newSession(world, { worktree_path: `${world.worktree}/init.js` }),
    status: 422,
    code: "INVALID_WORKTREE",
    message: /^The worktree path is not a folder: .*\/init\.js$/,
  },
  ...[
    { path: "broken.js", message: /^startup failed:.*TypeError: no luck/ },
    { path: "missing.js", message: /^startup failed:/ },
  ].map(
    ({ path, message }): Scenario => ({
      route: "POST /sessions",
      says: `the startup file ${path}`,
      given: async (world) => {
        const template_id = await world.template();
        await world.make(`/templates/${template_id}/startup-files`, { path });
        return newSession(world, { template_id });
      },
      status: 422,
      code: "SESSION_STARTUP_FAILED",
      message,
      holds: () => ({ path }),
    }),
  ),
  {
    route: "POST /sessions",
    says: "a library that is not in the cache",
    given: async (world) => {
      const template_id = await world.template();
      await world.make(`/templates/${template_id}/libraries`, { name: "lodash" });
      return newSession(world, { template_id });
    },
    status: 422,
    code: "SESSION_STARTUP_FAILED",
    message: /^failed to load libraries:/,
  },
  {
    route: "POST /sessions",
    says: "a key that came with another body",
    given: async (world) => {
      const headers = { "idempotency-key": `session-${world.worktree}` };
      await world.send("/sessions", newSession(world).body, headers);
      return { ...newSession(world, { workspace_id: "other" }), headers };
    },
    status: 422,
    code: "IDEMPOTENCY_KEY_REUSED",
  },
  { route: "GET /sessions/:session_id", says: "reads", given: SESSION, status: 200 },
  {
    route: "POST /sessions/:session_id/complete",
    says: "offers what the heap holds",
    given: async (world) => {
      const session_id = await world.session(world.template_id);
      await world.make("/executions/repl", { session_id, input: "var zebra = 1; zebra" });
      return { params: { session_id }, body: { text: "zeb" } };
    },
    status: 200,
    holds: () => ({ completions: ["zebra"] }),
  },
  ...[{}, { text: "" }].map((body) =>
    invalid(
      "POST /sessions/:session_id/complete",
      `the body ${JSON.stringify(body)}`,
      "text is required",
      (world) => ({ ...SESSION(world), body }),
    ),
  ),
  {
    route: "POST /sessions/:session_id/complete",
    says: "a closed session",
    given: ({ closed_session_id }) => ({
      params: { session_id: closed_session_id },
      body: { text: "a" },
    }),
    status: 409,
    code: "SESSION_NOT_READY",
    holds: () => ({ status: "closed" }),
  },
  ...(["POST /sessions/:session_id/close", "DELETE /sessions/:session_id"] as const).flatMap(
    (route): Scenario[] => [
      {
        route,
        says: "closes",
        given: async (world) => ({
          params: { session_id: await world.session(world.template_id) },
        }),
        status: 200,
        holds: () => ({ status: "closed" }),
      },
      {
        route,
        says: "a closed one is closed again",
        given: ({ closed_session_id }) => ({ params: { session_id: closed_session_id } }),
        status: 200,
        holds: () => ({ status: "closed" }),
      },
    ],
  ),
];
