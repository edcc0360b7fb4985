import type { Core } from "../core/core.ts";
import type { ErrorCode } from "../core/errors.ts";
import {
  CheckpointInfo,
  ForkedSessions,
  ForkRequest,
  LabelRequest,
  RewindRequest,
  SessionDiff,
  SessionTree,
  StateName,
} from "../core/history.ts";
import { LIMITS } from "../core/limits.ts";
import { Strict, Type } from "../core/schema.ts";
import { Session } from "../core/session.ts";
import { route } from "./route.ts";

const CheckpointsQuery = Strict({
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: LIMITS.pageRowsMax, default: LIMITS.checkpointPageRows }),
  ),
});

const DiffQuery = Strict({
  from: Type.Optional({
    ...StateName,
    description: `${StateName.description}; default: what the session began with`,
  }),
  to: Type.Optional({ ...StateName, description: `${StateName.description}; default: now` }),
});

/** Where a past state is asked for. */
const PAST_CODES = [
  "SESSION_NOT_FOUND",
  "SESSION_NOT_READY",
  "SESSION_BUSY",
  "EXECUTION_NOT_FOUND",
  "CHECKPOINT_NOT_FOUND",
  "LABEL_AMBIGUOUS",
  "CHECKPOINT_GONE",
  "SHUTTING_DOWN",
] as const satisfies readonly ErrorCode[];

export const sessionHistoryRoutes = ({ history }: Core) =>
  [
    route("GET /sessions/:session_id/checkpoints", {
      summary: "List the states that are kept of a session, newest first",
      query: CheckpointsQuery,
      status: 200,
      answer: Type.Array(CheckpointInfo),
      codes: ["SESSION_NOT_FOUND"],
      handle: ({ params, query }) => history.checkpoints(params.session_id, query.limit),
    }),
    route("PUT /sessions/:session_id/checkpoints/:checkpoint_id/label", {
      summary: "Label a checkpoint; retention keeps it until the label is taken away",
      body: LabelRequest,
      required: ["label"],
      status: 200,
      answer: CheckpointInfo,
      codes: ["SESSION_NOT_FOUND", "CHECKPOINT_NOT_FOUND", "STORE_FULL"],
      handle: ({ params, body }) => history.label(params.session_id, params.checkpoint_id, body),
    }),
    route("DELETE /sessions/:session_id/checkpoints/:checkpoint_id/label", {
      summary: "Take a checkpoint's label away",
      status: 200,
      answer: CheckpointInfo,
      codes: ["SESSION_NOT_FOUND", "CHECKPOINT_NOT_FOUND", "STORE_FULL"],
      handle: ({ params }) => history.label(params.session_id, params.checkpoint_id, null),
    }),
    route("POST /sessions/:session_id/fork", {
      summary: "Make new sessions that begin with a state of this one",
      description:
        "All of them or none; nothing is copied. A running source is forked in its last finished state.",
      body: ForkRequest,
      status: 201,
      answer: ForkedSessions,
      codes: [...PAST_CODES, "INVALID_WORKTREE", "STORE_FULL"],
      handle: ({ params, body }) => history.fork(params.session_id, body),
    }),
    route("POST /sessions/:session_id/rewind", {
      summary: "Put a session back, or forward again, to another of its states",
      description:
        "Executions that do not lead there stay in the history with `undone_at`. Files, databases on disk and programs that ran are not undone.",
      body: RewindRequest,
      status: 200,
      answer: Session,
      codes: [...PAST_CODES, "STORE_FULL"],
      handle: ({ params, body }) => history.rewind(params.session_id, body),
    }),
    route("GET /sessions/:session_id/tree", {
      summary: "Read a session with all that it was forked from and into",
      status: 200,
      answer: SessionTree,
      codes: ["SESSION_NOT_FOUND"],
      handle: ({ params }) => history.tree(params.session_id),
    }),
    route("GET /sessions/:session_id/diff", {
      summary: "Compare the globals of two states of a session",
      query: DiffQuery,
      status: 200,
      answer: SessionDiff,
      codes: [...PAST_CODES, "DIFF_FAILED", "QUEUE_FULL"],
      handle: ({ params, query }) => history.diff(params.session_id, query.from, query.to),
    }),
    route("POST /sessions/:session_id/sleep", {
      summary: "Take a session out of the workers' memory; the next execution wakes it",
      status: 200,
      answer: Session,
      codes: ["SESSION_NOT_FOUND", "SESSION_NOT_READY", "SESSION_BUSY"],
      handle: ({ params }) => history.sleep(params.session_id),
    }),
    route("POST /sessions/:session_id/wake", {
      summary: "Take a session into a worker's memory",
      status: 200,
      answer: Session,
      codes: [
        "SESSION_NOT_FOUND",
        "SESSION_NOT_READY",
        "INVALID_WORKTREE",
        "QUEUE_FULL",
        "SHUTTING_DOWN",
      ],
      handle: ({ params }) => history.wake(params.session_id),
    }),
  ] as const;
