import { LIMITS } from "./limits.ts";
import { OneOf, type Static, Strict, Timestamp, Type, Uuid } from "./schema.ts";
import { SESSION_STATUSES, Session } from "./session.ts";
import { VALUE_TYPES } from "./value-types.ts";

/** What is done with a session as data: its checkpoints, forks, rewinding, comparing. */

export const CheckpointInfo = Strict(
  {
    id: Uuid,
    execution_id: Uuid,
    kind: OneOf(["startup", "execution"]),
    created_at: Timestamp,
    heap_bytes: Type.Integer({ description: "The heap, bytes" }),
    stored_bytes: Type.Integer({ description: "What this checkpoint takes in the store, bytes" }),
    label: Type.Optional(Type.String()),
    head: Type.Boolean({ description: "Whether it is the session's state now" }),
  },
  { $id: "Checkpoint", description: "A session's state after an execution, kept" },
);
export type CheckpointInfo = Static<typeof CheckpointInfo>;

export const LabelRequest = Strict(
  { label: Type.Optional(Type.String({ maxLength: LIMITS.nameCharsMax })) },
  { $id: "LabelRequest", description: "`label` is required" },
);
export type LabelRequest = Static<typeof LabelRequest>;

/** How a past state of a session is named, wherever one is asked for. */
export const StateName = Type.String({
  maxLength: LIMITS.nameCharsMax,
  description: "A past state: the id of an execution or of a checkpoint, or a checkpoint's label",
});

export const ForkRequest = Strict(
  {
    count: Type.Optional(
      Type.Integer({ minimum: 1, maximum: LIMITS.forkCountMax, description: "Default 1" }),
    ),
    at: Type.Optional({ ...StateName, description: `${StateName.description}; default: now` }),
    execution_id: Type.Optional(
      Type.String({ description: "Instead of `at`: the state after this execution" }),
    ),
    workspace_id: Type.Optional(
      Type.String({ maxLength: 256, description: "Default: the source's" }),
    ),
    base_commit_oid: Type.Optional(
      Type.String({ maxLength: 256, description: "Default: the source's" }),
    ),
    worktree_path: Type.Optional(Type.String({ description: "Default: the source's" })),
  },
  { $id: "ForkRequest", description: "Nothing is required" },
);
export type ForkRequest = Static<typeof ForkRequest>;

export const ForkedSessions = Strict(
  { sessions: Type.Array(Session) },
  { $id: "ForkedSessions", description: "The new sessions, ready" },
);
export type ForkedSessions = Static<typeof ForkedSessions>;

export const RewindRequest = Strict(
  {
    to: Type.Optional(StateName),
    execution_id: Type.Optional(
      Type.String({ description: "Instead of `to`: the state after this execution" }),
    ),
    steps: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "Undo this many executions; those that were rolled back do not count",
      }),
    ),
  },
  { $id: "RewindRequest", description: "One of the three" },
);
export type RewindRequest = Static<typeof RewindRequest>;

export const SessionNode = Strict(
  {
    id: Uuid,
    status: OneOf(SESSION_STATUSES),
    workspace_id: Type.String(),
    parent_session_id: Type.Optional(Uuid),
    forked_from_execution_id: Type.Optional(Uuid),
    head_execution_id: Type.Optional(Uuid),
    created_at: Timestamp,
    executions: Type.Integer({ description: "Executions in its history" }),
  },
  { $id: "SessionNode" },
);
export type SessionNode = Static<typeof SessionNode>;

export const SessionTree = Strict(
  {
    root_session_id: Uuid,
    sessions: Type.Array(SessionNode, {
      description: "All that have this root, in the order of their creation",
    }),
  },
  { $id: "SessionTree", description: "A session with all that it was forked from and into" },
);
export type SessionTree = Static<typeof SessionTree>;

const GlobalValue = Strict({
  type: OneOf(VALUE_TYPES),
  preview: Type.String({ description: "Cut where it is long" }),
});
export type GlobalValue = Static<typeof GlobalValue>;

const NamedGlobal = Strict({ name: Type.String(), ...GlobalValue.properties });

export const SessionDiff = Strict(
  {
    session_id: Uuid,
    from_execution_id: Type.Optional(
      Type.String({ description: "Absent: the state that the session began with" }),
    ),
    to_execution_id: Type.Optional(
      Type.String({ description: "Absent: the state that the session began with" }),
    ),
    added: Type.Array(NamedGlobal),
    removed: Type.Array(NamedGlobal),
    changed: Type.Array(Strict({ name: Type.String(), before: GlobalValue, after: GlobalValue })),
    truncated: Type.Boolean({ description: "Whether there were more globals than are compared" }),
  },
  { $id: "SessionDiff", description: "How the globals of two states differ" },
);
export type SessionDiff = Static<typeof SessionDiff>;
