export interface Seen {
  /** `POST /api/v1/templates?x=1` */
  readonly route: string;
  readonly body: unknown;
}

type Answer = (seen: Seen, request: Request) => unknown;

/** A server that answers what the test says, and remembers what it was asked. */
export function fakeApi(answers: Record<string, unknown>) {
  const seen: Seen[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const text = await request.text();
      const path = pathname.replace("/api/v1", "");
      const item = {
        route: `${request.method} ${path}${search}`,
        body: text === "" ? undefined : JSON.parse(text),
      };
      seen.push(item);
      const answer = answers[`${request.method} ${path}`];
      if (answer === undefined) return refusal(404, "NOT_FOUND", "No such route");
      const value = typeof answer === "function" ? await (answer as Answer)(item, request) : answer;
      return value instanceof Response ? value : Response.json(value);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    seen,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

export function refusal(status: number, code: string, message: string, details?: object): Response {
  const error = { code, message, hint: "Do something else.", request_id: "req-1", details };
  return Response.json({ error }, { status });
}

export const ID = "019aa000-0000-7000-8000-000000000001";
export const OTHER_ID = "019aa000-0000-7000-8000-000000000002";
const TIME = "2026-11-20T12:00:00.000Z";

export const template = {
  id: ID,
  name: "demo",
  engine: "quickjs",
  is_active: true,
  exposed_modules: ["fs"],
  libraries: ["lodash-4.17.21"],
  created_at: TIME,
  updated_at: TIME,
};

export const session = {
  id: ID,
  vm_id: OTHER_ID,
  workspace_id: "w",
  base_commit_oid: "abc",
  worktree_path: "/srv/w",
  status: "ready",
  created_at: TIME,
};

const value = { type: "number", preview: "42", json: 42 };

export const execution = {
  id: ID,
  session_id: OTHER_ID,
  kind: "repl",
  input: "6 * 7",
  args: [],
  env: {},
  status: "ok",
  started_at: TIME,
  ended_at: TIME,
  result: value,
  metrics: { duration_ms: 1.25, cpu_ms: 1, queue_ms: 0, heap_bytes: 1, checkpoint_bytes: 1 },
};

export const event = (seq: number, type: string, payload: unknown) => ({
  execution_id: ID,
  seq,
  ts: TIME,
  type,
  payload,
});

export const events = [event(1, "input_echo", { text: "6 * 7" }), event(2, "value", value)];
