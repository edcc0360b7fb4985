import { ENDLESS, NOWHERE, type World } from "./api-world.ts";
import { type Given, invalid, type Scenario } from "./scenario.ts";

const EXECUTION = ({ execution_id }: World): Given => ({ params: { execution_id } });

export const EXECUTION_SCENARIOS: readonly Scenario[] = [
  {
    route: "GET /executions",
    says: "lists a session's",
    given: ({ session_id }) => ({ query: `session_id=${session_id}&limit=2` }),
    status: 200,
  },
  invalid("GET /executions", "no session", "session_id query param is required", () => ({})),
  invalid("GET /executions", "an empty session", "session_id query param is required", () => ({
    query: "session_id=",
  })),
  invalid(
    "GET /executions",
    "a session id that is none",
    "session_id must be a valid UUID",
    () => ({
      query: "session_id=seven",
    }),
  ),
  ...["0", "-1", "x", "1.5", "1e2", "+1", "%20"].map((limit) =>
    invalid("GET /executions", `limit=${limit}`, "limit must be a positive integer", (world) => ({
      query: `session_id=${world.session_id}&limit=${limit}`,
    })),
  ),
  invalid("GET /executions", "limit=1001", "limit must be at most 1000", ({ session_id }) => ({
    query: `session_id=${session_id}&limit=1001`,
  })),
  {
    route: "GET /executions",
    says: "of an unknown session",
    given: () => ({ query: `session_id=${NOWHERE}` }),
    status: 404,
    code: "SESSION_NOT_FOUND",
    message: "Session not found",
  },
  { route: "GET /executions/:execution_id", says: "reads", given: EXECUTION, status: 200 },
  {
    route: "GET /executions/:execution_id",
    says: "waits for the end, up to a time",
    given: ({ busy_execution_id }) => ({
      params: { execution_id: busy_execution_id },
      query: "wait_ms=20",
    }),
    status: 200,
    holds: () => ({ status: "running", input: ENDLESS }),
  },
  invalid(
    "GET /executions/:execution_id",
    "wait_ms=-1",
    "wait_ms must be a non-negative integer",
    (world) => ({
      ...EXECUTION(world),
      query: "wait_ms=-1",
    }),
  ),
  invalid(
    "GET /executions/:execution_id",
    "wait_ms=60000",
    "wait_ms must be at most 55000",
    (world) => ({
      ...EXECUTION(world),
      query: "wait_ms=60000",
    }),
  ),
  { route: "GET /executions/:execution_id/events", says: "lists", given: EXECUTION, status: 200 },
  {
    route: "GET /executions/:execution_id/events",
    says: "after the last there is none",
    given: (world) => ({ ...EXECUTION(world), query: "after_seq=2" }),
    status: 200,
    holds: () => [],
  },
  ...["-1", "x", "1.5"].map((seq) =>
    invalid(
      "GET /executions/:execution_id/events",
      `after_seq=${seq}`,
      "after_seq must be a non-negative integer",
      (world) => ({ ...EXECUTION(world), query: `after_seq=${seq}` }),
    ),
  ),
  invalid(
    "GET /executions/:execution_id/events",
    "a stream after an id that is none",
    "Last-Event-ID must be a non-negative integer",
    (world) => ({
      ...EXECUTION(world),
      headers: { accept: "text/event-stream", "last-event-id": "x" },
    }),
  ),
  {
    route: "GET /executions/:execution_id/events",
    says: "a stream of an unknown execution",
    given: () => ({ params: { execution_id: NOWHERE }, query: "follow=true" }),
    status: 404,
    code: "EXECUTION_NOT_FOUND",
    message: "Execution not found",
  },
  {
    route: "POST /executions/:execution_id/cancel",
    says: "ends a running one",
    given: async (world) => {
      const session_id = await world.session(world.template_id);
      const body = { session_id, input: ENDLESS, wait: false };
      const { id } = await world.make("/executions/repl", body);
      return { params: { execution_id: id! } };
    },
    status: 200,
    holds: () => ({ status: "cancelled" }),
  },
  {
    route: "POST /executions/:execution_id/cancel",
    says: "one that has ended",
    given: EXECUTION,
    status: 409,
    code: "EXECUTION_NOT_RUNNING",
    message: "Execution is not running",
    holds: ({ execution_id }) => ({ execution_id }),
  },
];
