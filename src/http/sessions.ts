import type { Core } from "../core/core.ts";
import { OneOf, Strict, Type } from "../core/schema.ts";
import {
  CompleteRequest,
  Completions,
  CreateSession,
  SESSION_STATUSES,
  Session,
} from "../core/session.ts";
import { route } from "./route.ts";

const SessionsQuery = Strict({ status: Type.Optional(OneOf(SESSION_STATUSES)) });

export const sessionRoutes = ({ sessions }: Core) =>
  [
    route("GET /sessions", {
      summary: "List sessions, newest first",
      query: SessionsQuery,
      status: 200,
      answer: Type.Array(Session),
      codes: [],
      handle: ({ query }) => sessions.list(query.status),
    }),
    route("POST /sessions", {
      summary: "Create a session from a template",
      description:
        "Libraries are loaded in list order, then the startup files run. What throws leaves the session `crashed`.",
      body: CreateSession,
      required: ["template_id", "workspace_id", "base_commit_oid", "worktree_path"],
      idempotent: true,
      status: 201,
      answer: Session,
      codes: [
        "TEMPLATE_NOT_FOUND",
        "INVALID_WORKTREE",
        "SESSION_STARTUP_FAILED",
        "IDEMPOTENCY_KEY_REUSED",
        "QUEUE_FULL",
        "SHUTTING_DOWN",
        "STORE_FULL",
      ],
      handle: ({ body, idempotencyKey }) => sessions.create(body, { idempotencyKey }),
    }),
    route("GET /sessions/:session_id", {
      summary: "Read a session",
      status: 200,
      answer: Session,
      codes: ["SESSION_NOT_FOUND"],
      handle: ({ params }) => sessions.get(params.session_id),
    }),
    route("POST /sessions/:session_id/complete", {
      summary: "Complete a text at a prompt",
      description:
        "Globals, or members of the object before the last dot, read from the session's heap without running code. No execution comes of it.",
      body: CompleteRequest,
      required: ["text"],
      status: 200,
      answer: Completions,
      codes: [
        "SESSION_NOT_FOUND",
        "SESSION_NOT_READY",
        "INVALID_WORKTREE",
        "QUEUE_FULL",
        "SHUTTING_DOWN",
      ],
      handle: ({ params, body }) => sessions.complete(params.session_id, body),
    }),
    route("POST /sessions/:session_id/close", {
      summary: "Close a session",
      description:
        "A running execution is cancelled first; the history stays. Closing a closed one changes nothing.",
      status: 200,
      answer: Session,
      codes: ["SESSION_NOT_FOUND", "STORE_FULL"],
      handle: ({ params }) => sessions.close(params.session_id),
    }),
    route("DELETE /sessions/:session_id", {
      summary: "Close a session; the same as POST …/close",
      status: 200,
      answer: Session,
      codes: ["SESSION_NOT_FOUND", "STORE_FULL"],
      handle: ({ params }) => sessions.close(params.session_id),
    }),
  ] as const;
