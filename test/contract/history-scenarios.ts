import { NOWHERE, type World } from "./api-world.ts";
import { type Given, invalid, type Scenario } from "./scenario.ts";

const SESSION = ({ session_id }: World): Given => ({ params: { session_id } });
const CLOSED = (world: World): Given => ({ params: { session_id: world.closed_session_id } });
const BUSY = (world: World): Given => ({ params: { session_id: world.busy_session_id } });

/** A session, an execution in it, and a dry run: the state after that is not kept. */
async function withDryRun(world: World) {
  const session_id = await world.session(world.template_id);
  const kept = await world.make("/executions/repl", { session_id, input: "1" });
  const dry = await world.make("/executions/repl", { session_id, input: "2", commit: false });
  return { session_id, kept_id: kept.id!, dry_id: dry.id! };
}

/** A session whose states have labels: `once` on one of them, `twice` on two. */
async function withLabels(world: World) {
  const session_id = await world.session(world.template_id);
  const ids: string[] = [];
  for (const label of ["once", "twice", "twice"]) {
    const { id } = await world.make("/executions/repl", { session_id, input: "1" });
    await world.label(session_id, id!, label);
    ids.push(id!);
  }
  return { session_id, ids };
}

/** Routes that take the name of a past state, and how they are given it. */
const PAST: readonly {
  readonly route: string;
  readonly ask: (session_id: string, state: string, world: World) => Given;
}[] = [
  {
    route: "POST /sessions/:session_id/fork",
    ask: (session_id, at) => ({ params: { session_id }, body: { at } }),
  },
  {
    route: "POST /sessions/:session_id/rewind",
    ask: (session_id, to) => ({ params: { session_id }, body: { to } }),
  },
  {
    route: "GET /sessions/:session_id/diff",
    ask: (session_id, execution_id) => ({ params: { session_id }, query: `from=${execution_id}` }),
  },
  {
    route: "POST /executions/repl",
    ask: (session_id, at) => ({ body: { session_id, input: "1", commit: false, at } }),
  },
  {
    route: "POST /executions/run-file",
    ask: (session_id, at) => ({ body: { session_id, path: "answer.js", commit: false, at } }),
  },
];

const past: readonly Scenario[] = PAST.flatMap(({ route, ask }): Scenario[] => [
  {
    route,
    says: "the state after an execution that is not the session's",
    given: (world) => ask(world.session_id, world.busy_execution_id, world),
    status: 404,
    code: "EXECUTION_NOT_FOUND",
  },
  {
    route,
    says: "the state after no execution",
    given: (world) => ask(world.session_id, NOWHERE, world),
    status: 404,
    code: "EXECUTION_NOT_FOUND",
    holds: () => ({ execution_id: NOWHERE }),
  },
  {
    route,
    says: "the state after a dry run",
    given: async (world) => {
      const { session_id, dry_id } = await withDryRun(world);
      return ask(session_id, dry_id, world);
    },
    status: 409,
    code: "CHECKPOINT_GONE",
    message: "The state after a dry run is not kept",
  },
  {
    route,
    says: "the state of a label",
    given: async (world) => ask((await withLabels(world)).session_id, "once", world),
    status: route === "POST /sessions/:session_id/rewind" || route.startsWith("GET") ? 200 : 201,
  },
  {
    route,
    says: "the state of a label that nothing has",
    given: (world) => ask(world.session_id, "seven", world),
    status: 404,
    code: "CHECKPOINT_NOT_FOUND",
    message: "No checkpoint of the session has the label 'seven'",
    holds: ({ session_id }) => ({ session_id, label: "seven" }),
  },
  {
    route,
    says: "the state of a label that two have",
    given: async (world) => ask((await withLabels(world)).session_id, "twice", world),
    status: 409,
    code: "LABEL_AMBIGUOUS",
    message: "2 checkpoints of the session have the label 'twice'",
    holds: () => ({ label: "twice" }),
  },
]);

const labelRoutes = [
  "PUT /sessions/:session_id/checkpoints/:checkpoint_id/label",
  "DELETE /sessions/:session_id/checkpoints/:checkpoint_id/label",
] as const;

export const HISTORY_SCENARIOS: readonly Scenario[] = [
  ...past,
  {
    route: "GET /sessions/:session_id/checkpoints",
    says: "lists",
    given: SESSION,
    status: 200,
  },
  invalid(
    "GET /sessions/:session_id/checkpoints",
    "limit=0",
    "limit must be a positive integer",
    (world) => ({ ...SESSION(world), query: "limit=0" }),
  ),
  ...labelRoutes.map(
    (route): Scenario => ({
      route,
      says: "a checkpoint that the session has not",
      given: ({ session_id }) => ({
        params: { session_id, checkpoint_id: NOWHERE },
        ...(route.startsWith("PUT") && { body: { label: "x" } }),
      }),
      status: 404,
      code: "CHECKPOINT_NOT_FOUND",
      holds: () => ({ checkpoint_id: NOWHERE }),
    }),
  ),
  ...labelRoutes.flatMap((route): Scenario[] => {
    const body = route.startsWith("PUT") ? { body: { label: "x" } } : {};
    return [
      {
        route,
        says: "an execution that left no state",
        given: async (world) => {
          const { session_id, dry_id } = await withDryRun(world);
          return { params: { session_id, checkpoint_id: dry_id }, ...body };
        },
        status: 404,
        code: "CHECKPOINT_NOT_FOUND",
      },
      {
        route,
        says: "an execution of another session",
        given: async (world) => {
          const { kept_id } = await withDryRun(world);
          return { params: { session_id: world.session_id, checkpoint_id: kept_id }, ...body };
        },
        status: 404,
        code: "CHECKPOINT_NOT_FOUND",
      },
      {
        route,
        says: "an execution that runs",
        given: ({ busy_session_id, busy_execution_id }) => ({
          params: { session_id: busy_session_id, checkpoint_id: busy_execution_id },
          ...body,
        }),
        status: 404,
        code: "CHECKPOINT_NOT_FOUND",
      },
    ];
  }),
  invalid(labelRoutes[0], "no label", "label is required", ({ session_id }) => ({
    params: { session_id, checkpoint_id: NOWHERE },
    body: { label: "" },
  })),
  {
    route: "POST /sessions/:session_id/fork",
    says: "makes ready sessions",
    given: (world) => ({ ...SESSION(world), body: { count: 2, workspace_id: "other" } }),
    status: 201,
    holds: ({ session_id, worktree }) => ({
      sessions: [1, 2].map(() => ({
        status: "ready",
        workspace_id: "other",
        worktree_path: worktree,
        parent_session_id: session_id,
      })),
    }),
  },
  {
    route: "POST /sessions/:session_id/fork",
    says: "a running session, in its last finished state",
    given: (world) => ({ ...BUSY(world), body: {} }),
    status: 201,
  },
  {
    route: "POST /sessions/:session_id/fork",
    says: "a closed session",
    given: (world) => ({ ...CLOSED(world), body: {} }),
    status: 201,
  },
  {
    route: "POST /sessions/:session_id/fork",
    says: "a crashed session",
    given: (world) => ({ params: { session_id: world.crashed_session_id }, body: {} }),
    status: 409,
    code: "SESSION_NOT_READY",
  },
  {
    route: "POST /sessions/:session_id/fork",
    says: "the state after an execution that runs",
    given: (world) => ({ ...BUSY(world), body: { execution_id: world.busy_execution_id } }),
    status: 409,
    code: "SESSION_BUSY",
    holds: ({ busy_execution_id }) => ({ execution_id: busy_execution_id }),
  },
  {
    route: "POST /sessions/:session_id/fork",
    says: "into a folder that is none",
    given: (world) => ({ ...SESSION(world), body: { worktree_path: "/no/such/folder" } }),
    status: 422,
    code: "INVALID_WORKTREE",
    message: /^The worktree path does not exist: /,
  },
  ...[0, 65].map((count) =>
    invalid(
      "POST /sessions/:session_id/fork",
      `${count} times`,
      "count must be between 1 and 64",
      (world) => ({ ...SESSION(world), body: { count } }),
    ),
  ),
  {
    route: "POST /sessions/:session_id/rewind",
    says: "goes back, and says so",
    given: async (world) => {
      const { session_id } = await withDryRun(world);
      return { params: { session_id }, body: { steps: 1 } };
    },
    status: 200,
    holds: () => ({ status: "ready" }),
  },
  {
    route: "POST /sessions/:session_id/rewind",
    says: "a session in which an execution runs",
    given: (world) => ({ ...BUSY(world), body: { steps: 1 } }),
    status: 409,
    code: "SESSION_BUSY",
  },
  ...[
    {},
    { steps: 1, execution_id: NOWHERE },
    { to: "x", steps: 1 },
    { to: "x", execution_id: NOWHERE },
  ].map((body) =>
    invalid(
      "POST /sessions/:session_id/rewind",
      JSON.stringify(body),
      "one of to, steps and execution_id is required, and only one",
      (world) => ({ ...SESSION(world), body }),
    ),
  ),
  ...["fork", "rewind"].map((verb) =>
    invalid(
      `POST /sessions/:session_id/${verb}`,
      "an execution id that is none",
      "execution_id must be a valid UUID",
      (world) => ({ ...SESSION(world), body: { execution_id: "seven" } }),
    ),
  ),
  invalid(
    "POST /sessions/:session_id/fork",
    "one state named twice",
    "at and execution_id name one state: give one of them",
    (world) => ({ ...SESSION(world), body: { at: "x", execution_id: NOWHERE } }),
  ),
  invalid(
    "POST /sessions/:session_id/rewind",
    "further than there is",
    /^steps must be at most \d: the session has no more executions to undo$/,
    async (world) => ({
      params: { session_id: (await withDryRun(world)).session_id },
      body: { steps: 9 },
    }),
  ),
  {
    route: "GET /sessions/:session_id/tree",
    says: "names the root and the sessions",
    given: async (world) => {
      const session_id = await world.session(world.template_id);
      await world.make(`/sessions/${session_id}/fork`, {});
      return { params: { session_id } };
    },
    status: 200,
    holds: () => ({ sessions: [{ status: "ready" }, { status: "ready" }] }),
  },
  {
    route: "GET /sessions/:session_id/diff",
    says: "compares",
    given: SESSION,
    status: 200,
    holds: () => ({ truncated: false }),
  },
  {
    route: "GET /sessions/:session_id/diff",
    says: "up to an execution that runs",
    given: (world) => ({ ...BUSY(world), query: `to=${world.busy_execution_id}` }),
    status: 409,
    code: "SESSION_BUSY",
  },
  ...["POST /sessions/:session_id/rewind", "GET /sessions/:session_id/diff"].map(
    (route): Scenario => ({
      route,
      says: "a closed session",
      given: (world) => ({
        ...CLOSED(world),
        ...(route.startsWith("POST") && { body: { steps: 1 } }),
      }),
      status: 409,
      code: "SESSION_NOT_READY",
    }),
  ),
  ...["sleep", "wake"].flatMap((verb): Scenario[] => [
    {
      route: `POST /sessions/:session_id/${verb}`,
      says: `${verb}s`,
      given: SESSION,
      status: 200,
      holds: () => ({ residency: verb === "sleep" ? "asleep" : "resident" }),
    },
    {
      route: `POST /sessions/:session_id/${verb}`,
      says: "a closed session",
      given: CLOSED,
      status: 409,
      code: "SESSION_NOT_READY",
    },
  ]),
  {
    route: "POST /sessions/:session_id/sleep",
    says: "a session in which an execution runs",
    given: BUSY,
    status: 409,
    code: "SESSION_BUSY",
  },
  {
    route: "POST /executions/repl",
    says: "a dry run is told from others",
    given: ({ session_id }) => ({ body: { session_id, input: "1", commit: false } }),
    status: 201,
    holds: () => ({
      dry_run: true,
      events: [{ type: "input_echo" }, { type: "system" }, { type: "value" }],
    }),
  },
  invalid(
    "POST /executions/repl",
    "a past state without a dry run",
    "at needs commit false: a past state can be looked at, not changed",
    (world) => ({ body: { session_id: world.session_id, input: "1", at: world.execution_id } }),
  ),
  {
    route: "POST /executions/repl",
    says: "a dry run in a past state",
    given: (world) => ({
      body: { session_id: world.session_id, input: "1", commit: false, at: world.execution_id },
    }),
    status: 201,
    holds: ({ execution_id }) => ({
      at_execution_id: execution_id,
      parent_execution_id: execution_id,
    }),
  },
  {
    route: "GET /runtime/store",
    says: "tells what uses the disk",
    given: () => ({}),
    status: 200,
  },
  invalid("POST /runtime/gc", "an unknown parameter", "unknown query parameter now", () => ({
    query: "now=true",
    body: {},
  })),
  {
    route: "POST /runtime/gc",
    says: "says what would go",
    given: () => ({ body: { dry_run: true } }),
    status: 200,
    holds: () => ({ dry_run: true, freed_bytes: 0 }),
  },
];
