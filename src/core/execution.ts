import { StateName } from "./history.ts";
import { Json, JsonObject, OneOf, type Static, Strict, Timestamp, Type, Uuid } from "./schema.ts";
import { VALUE_TYPES } from "./value-types.ts";

export const EXECUTION_KINDS = ["repl", "run_file", "startup"] as const;
export type ExecutionKind = (typeof EXECUTION_KINDS)[number];

export const EXECUTION_STATUSES = ["running", "ok", "error", "timeout", "cancelled"] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

export const EVENT_TYPES = [
  "input_echo",
  "console",
  "value",
  "exception",
  "system",
  "stdout",
  "stderr",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const ValuePayload = Strict(
  {
    type: OneOf(VALUE_TYPES),
    preview: Type.String({ description: "What a prompt would show" }),
    json: Type.Optional(
      Type.Unknown({
        description:
          "Absent where JSON cannot hold the value, and where it does not fit into what is left of max_output_kb",
      }),
    ),
    mime: Type.Optional(
      Type.Record(Type.String(), Json, { description: "Rich forms by media type" }),
    ),
  },
  { $id: "ValuePayload", description: "A result" },
);
export type ValuePayload = Static<typeof ValuePayload>;

export const ExceptionPayload = Strict(
  {
    message: Type.String({ description: "`Name: text`" }),
    stack: Type.Optional(Type.String({ description: "Guest frames only" })),
    name: Type.Optional(Type.String()),
    code: Type.Optional(
      Type.String({
        description: "TIMEOUT, OUT_OF_MEMORY, WORKER_CRASHED, CANCELLED …, or the error's own",
      }),
    ),
    limit: Type.Optional(Type.String({ description: "The limit that was passed, as `cpu_ms`" })),
  },
  { $id: "ExceptionPayload", description: "Why an execution failed" },
);
export type ExceptionPayload = Static<typeof ExceptionPayload>;

export const ExecutionEvent = Strict(
  {
    execution_id: Uuid,
    seq: Type.Integer({ minimum: 1, description: "1, 2, 3 … without gaps" }),
    ts: Timestamp,
    type: OneOf(EVENT_TYPES),
    payload: Json,
  },
  { $id: "ExecutionEvent", description: "One thing that happened in an execution" },
);
export type ExecutionEvent = Static<typeof ExecutionEvent>;

export const Metrics = Strict(
  {
    duration_ms: Type.Optional(
      Type.Number({ description: "Elapsed, milliseconds, without queueing" }),
    ),
    cpu_ms: Type.Optional(Type.Number({ description: "CPU time of the worker, milliseconds" })),
    queue_ms: Type.Optional(Type.Number({ description: "Waited for a worker, milliseconds" })),
    heap_bytes: Type.Integer({ description: "The session's heap afterwards" }),
    checkpoint_bytes: Type.Integer({ description: "Stored for this execution" }),
  },
  {
    $id: "Metrics",
    description: "Times are absent where nobody is left who measured them: DAEMON_STOPPED",
  },
);
export type Metrics = Static<typeof Metrics>;
/** Of a run that this process has seen to its end. */
export type MeasuredMetrics = Required<Metrics>;

export const Execution = Strict(
  {
    id: Uuid,
    session_id: Uuid,
    kind: OneOf(EXECUTION_KINDS),
    input: Type.Optional(Type.String({ description: "The snippet (repl)" })),
    path: Type.Optional(
      Type.String({ description: "The file, links resolved (run_file, startup)" }),
    ),
    args: Type.Unknown({ description: "repl: `[]`; run_file: the object sent, or `{}`" }),
    env: JsonObject,
    status: OneOf(EXECUTION_STATUSES),
    parent_execution_id: Type.Optional({
      ...Uuid,
      description: "The execution whose state this one started from",
    }),
    dry_run: Type.Optional(
      Type.Boolean({ description: "true: what it left was not kept (`commit: false`)" }),
    ),
    at_execution_id: Type.Optional({
      ...Uuid,
      description: "The past state that a dry run saw: after this execution",
    }),
    undone_at: Type.Optional({
      ...Timestamp,
      description: "When the session was rewound to before it",
    }),
    started_at: Timestamp,
    ended_at: Type.Optional(Timestamp),
    result: Type.Optional(ValuePayload),
    error: Type.Optional(ExceptionPayload),
    metrics: Metrics,
    events: Type.Optional(Type.Array(ExecutionEvent)),
  },
  { $id: "Execution", description: "One run of a snippet or a file" },
);
export type Execution = Static<typeof Execution>;

const DRY_RUN_FIELDS = {
  commit: Type.Optional(
    Type.Boolean({ description: "false: a dry run, which leaves the session as it was" }),
  ),
  at: Type.Optional({
    ...StateName,
    description: `With \`commit: false\`, what the code runs in. ${StateName.description}`,
  }),
};

export const ReplRequest = Strict(
  {
    session_id: Type.Optional(Type.String()),
    input: Type.Optional(Type.String()),
    wait: Type.Optional(
      Type.Boolean({ description: "false: answer 202 at once, with the execution running" }),
    ),
    ...DRY_RUN_FIELDS,
  },
  { $id: "ReplRequest", description: "`session_id` and `input` are required" },
);
export type ReplRequest = Static<typeof ReplRequest>;

export const RunFileRequest = Strict(
  {
    session_id: Type.Optional(Type.String()),
    path: Type.Optional(Type.String()),
    args: Type.Optional(JsonObject),
    env: Type.Optional(JsonObject),
    wait: Type.Optional(
      Type.Boolean({ description: "false: answer 202 at once, with the execution running" }),
    ),
    ...DRY_RUN_FIELDS,
  },
  { $id: "RunFileRequest", description: "`session_id` and `path` are required" },
);
export type RunFileRequest = Static<typeof RunFileRequest>;
