import { Json, OneOf, type Static, Strict, Timestamp, Type, Uuid } from "./schema.ts";
import type { SettingsValues } from "./settings.ts";

export const SESSION_STATUSES = ["starting", "ready", "crashed", "closed"] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

export const RESIDENCIES = ["resident", "asleep"] as const;

export const Session = Strict(
  {
    id: Uuid,
    vm_id: Uuid,
    workspace_id: Type.String(),
    base_commit_oid: Type.String(),
    worktree_path: Type.String({ description: "Absolute" }),
    status: OneOf(SESSION_STATUSES),
    created_at: Timestamp,
    last_used_at: Timestamp,
    residency: OneOf(RESIDENCIES, {
      description: "resident: a worker holds its heap; asleep: it is in the store alone",
    }),
    heap_bytes: Type.Integer({ description: "The heap now, bytes; 0 before anything ran" }),
    stored_bytes: Type.Integer({ description: "Its own checkpoints in the store, bytes" }),
    parent_session_id: Type.Optional(Uuid),
    forked_from_execution_id: Type.Optional(Uuid),
    head_execution_id: Type.Optional({
      ...Uuid,
      description: "The execution that led to its state now; absent before any",
    }),
    closed_at: Type.Optional(Timestamp),
    last_error: Type.Optional(Type.String()),
    runtime_meta: Type.Optional(Json),
  },
  { $id: "Session", description: "A live runtime made from a template, bound to a folder" },
);
export type Session = Static<typeof Session>;

/** What a store knows of it: which worker holds it is the runner's to say. */
export type StoredSession = Omit<Session, "residency">;

export const CreateSession = Strict(
  {
    template_id: Type.Optional(Type.String()),
    workspace_id: Type.Optional(Type.String({ maxLength: 256 })),
    base_commit_oid: Type.Optional(Type.String({ maxLength: 256 })),
    worktree_path: Type.Optional(Type.String()),
  },
  { $id: "CreateSession", description: "All four are required" },
);
export type CreateSession = Static<typeof CreateSession>;

export const CompleteRequest = Strict(
  {
    text: Type.Optional(
      Type.String({ description: "What stands before the cursor; its end counts" }),
    ),
  },
  { $id: "CompleteRequest", description: "`text` is required" },
);
export type CompleteRequest = Static<typeof CompleteRequest>;

export const Completions = Strict(
  {
    completions: Type.Array(Type.String(), {
      description:
        "Whole names that may stand for the text's last identifier: own ones first, then inherited",
    }),
  },
  { $id: "Completions", description: "What the session's heap offers at a prompt" },
);
export type Completions = Static<typeof Completions>;

export const RuntimeSummary = Strict(
  {
    active_sessions: Type.Integer(),
    active_session_ids: Type.Array(Uuid),
    resident_sessions: Type.Integer({ description: "Sessions whose image some worker holds" }),
    workers: Strict({ total: Type.Integer(), busy: Type.Integer() }),
    queue_depth: Type.Integer({ description: "Executions that wait for a worker" }),
  },
  { $id: "RuntimeSummary" },
);
export type RuntimeSummary = Static<typeof RuntimeSummary>;

/**
 * What a session's guest is allowed, fixed at its creation. It is kept in the session's row and sent
 * with every job: nothing in a guest heap is ever asked.
 */
export interface SessionGrants {
  readonly settings: SettingsValues;
  /** Native modules that `require` gives, sorted. */
  readonly modules: readonly string[];
  /** `<id>-<version>`, in load order. */
  readonly libraries: readonly string[];
  /** Values of `global` capabilities by name, defined before anything runs. */
  readonly globals: Readonly<Record<string, unknown>>;
  /** Values of `env` capabilities: what `__ENV__` holds beneath an execution's own `env`. */
  readonly env: Readonly<Record<string, unknown>>;
  /** A `fs` capability with `{"read_only": true}`: the modules may not write the worktree. */
  readonly fsReadOnly: boolean;
  /** A `net` capability: programs started by `exec` may open TCP connections. */
  readonly netAllowed: boolean;
  /**
   * The folder that the session was bound to, by its path without links: a session that writes the
   * folder around it cannot have it lead elsewhere. Absent in sessions of older versions.
   */
  readonly worktree?: string;
}

/** What a template without modules, libraries and capabilities grants, its settings aside. */
export const NOTHING_GRANTED: Omit<SessionGrants, "settings"> = {
  modules: [],
  libraries: [],
  globals: {},
  env: {},
  fsReadOnly: false,
  netAllowed: false,
};
