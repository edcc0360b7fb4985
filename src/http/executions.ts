import type { Core } from "../core/core.ts";
import type { ErrorCode } from "../core/errors.ts";
import { Execution, ExecutionEvent, ReplRequest, RunFileRequest } from "../core/execution.ts";
import { LIMITS } from "../core/limits.ts";
import type { Logger } from "../core/ports/logger.ts";
import { Strict, Type } from "../core/schema.ts";
import { envelopeOf, toVmError } from "./errors.ts";
import { eventStream } from "./event-stream.ts";
import { idQuery, readInteger } from "./query.ts";
import { currentRequestId } from "./request-id.ts";
import { route } from "./route.ts";

const ListQuery = Strict({
  session_id: idQuery("session"),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: LIMITS.pageRowsMax, default: LIMITS.executionPageRows }),
  ),
});

const GetQuery = Strict({
  wait_ms: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: LIMITS.waitMsMax,
      description: "Wait for the end at most this long, milliseconds",
    }),
  ),
});

const AfterSeq = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  default: 0,
  description: "Only events with a greater seq",
});

const EventsQuery = Strict({
  after_seq: Type.Optional(AfterSeq),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: LIMITS.pageRowsMax, description: "Default: all" }),
  ),
  follow: Type.Optional(
    Type.Boolean({ description: "Stream, also without `Accept: text/event-stream`" }),
  ),
});

const RUN_CODES = [
  "SESSION_NOT_FOUND",
  "SESSION_NOT_READY",
  "SESSION_BUSY",
  "INVALID_WORKTREE",
  "EXECUTION_NOT_FOUND",
  "CHECKPOINT_NOT_FOUND",
  "LABEL_AMBIGUOUS",
  "CHECKPOINT_GONE",
  "OUTPUT_LIMIT_EXCEEDED",
  "IDEMPOTENCY_KEY_REUSED",
  "QUEUE_FULL",
  "SHUTTING_DOWN",
  "STORE_FULL",
] as const satisfies readonly ErrorCode[];

const isRunning = (execution: Execution) => execution.status === "running";

export const executionRoutes = ({ executions }: Core, logger: Logger) =>
  [
    route("POST /executions/repl", {
      summary: "Run a snippet in a session",
      description:
        "A JavaScript error is an answer with status `error`. With `wait: false` the answer is 202.",
      body: ReplRequest,
      required: ["session_id", "input"],
      idempotent: true,
      status: 201,
      answer: Execution,
      acceptedWhen: isRunning,
      codes: RUN_CODES,
      handle: ({ body, idempotencyKey, timing }) =>
        executions.repl(body, { idempotencyKey, timing }),
    }),
    route("POST /executions/run-file", {
      summary: "Run a file of the session's worktree",
      description: "Else as `/executions/repl`.",
      body: RunFileRequest,
      required: ["session_id", "path"],
      idempotent: true,
      status: 201,
      answer: Execution,
      acceptedWhen: isRunning,
      codes: [...RUN_CODES, "INVALID_PATH", "FILE_NOT_FOUND"],
      handle: ({ body, idempotencyKey, timing }) =>
        executions.runFile(body, { idempotencyKey, timing }),
    }),
    route("GET /executions", {
      summary: "List a session's executions, newest first",
      query: ListQuery,
      status: 200,
      answer: Type.Array(Execution),
      codes: ["SESSION_NOT_FOUND"],
      handle: ({ query }) => executions.list(query.session_id, query.limit),
    }),
    route("GET /executions/:execution_id", {
      summary: "Read an execution, or wait for its end",
      query: GetQuery,
      status: 200,
      answer: Execution,
      codes: ["EXECUTION_NOT_FOUND"],
      handle: ({ params, query }) =>
        executions.get(
          params.execution_id,
          query.wait_ms === undefined ? {} : { waitMs: query.wait_ms },
        ),
    }),
    route("GET /executions/:execution_id/events", {
      summary: "Read an execution's events, or follow them live",
      description:
        "With `Accept: text/event-stream` a stream of server-sent events: `id` is the seq (Last-Event-ID resumes), `event` the type, `data` the event; the last is `end` with the ended execution.",
      query: EventsQuery,
      status: 200,
      answer: Type.Array(ExecutionEvent),
      streams: true,
      codes: ["EXECUTION_NOT_FOUND"],
      handle: async ({ params: { execution_id }, query, request }) => {
        if (request.method === "HEAD" || !wantsStream(request, query.follow)) {
          return executions.events(execution_id, query.after_seq ?? 0, query.limit);
        }
        const resumeFrom = request.headers.get("last-event-id");
        const afterSeq = resumeFrom
          ? readInteger("Last-Event-ID", AfterSeq, resumeFrom)
          : (query.after_seq ?? 0);
        await executions.get(execution_id);
        const requestId = currentRequestId() ?? "";
        return eventStream(
          (signal) => executions.follow(execution_id, afterSeq, signal),
          (thrown) => envelopeOf(toVmError(thrown, logger, requestId), requestId),
        );
      },
    }),
    route("POST /executions/:execution_id/cancel", {
      summary: "End a running execution",
      description: "The session is as it was before the execution.",
      status: 200,
      answer: Execution,
      codes: ["EXECUTION_NOT_FOUND", "EXECUTION_NOT_RUNNING", "STORE_FULL"],
      handle: ({ params }) => executions.cancel(params.execution_id),
    }),
  ] as const;

function wantsStream(request: Request, follow: boolean | undefined): boolean {
  if (follow !== undefined) return follow;
  return request.headers.get("accept")?.includes("text/event-stream") ?? false;
}
