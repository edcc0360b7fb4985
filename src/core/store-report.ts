import { OneOf, type Static, Strict, Type, Uuid } from "./schema.ts";
import { SESSION_STATUSES } from "./session.ts";

export const STORE_KINDS = [
  "checkpoints",
  "history",
  "prepared_images",
  "base_images",
  "free",
  "other",
] as const;

export const StoreReport = Strict(
  {
    file_bytes: Type.Integer({ description: "The database file" }),
    log_bytes: Type.Integer({ description: "Its write-ahead log, which is reused" }),
    budget_bytes: Type.Optional(Type.Integer({ description: "`serve --store-budget-mb`" })),
    kinds: Type.Array(
      Strict({
        kind: OneOf(STORE_KINDS, {
          description:
            "history: executions and events, about; free: given back to the disk in idle time; other: indexes and the rest",
        }),
        bytes: Type.Integer(),
      }),
    ),
    sessions: Type.Array(
      Strict({
        session_id: Uuid,
        status: OneOf(SESSION_STATUSES),
        checkpoints: Type.Integer(),
        checkpoint_bytes: Type.Integer(),
        executions: Type.Integer(),
        history_bytes: Type.Integer({ description: "About" }),
      }),
      { description: "Those that use most, most first" },
    ),
  },
  { $id: "StoreReport", description: "What uses the disk" },
);
export type StoreReport = Static<typeof StoreReport>;

export const GcRequest = Strict(
  {
    dry_run: Type.Optional(
      Type.Boolean({ description: "true: say what would go, and remove nothing" }),
    ),
  },
  { $id: "GcRequest" },
);
export type GcRequest = Static<typeof GcRequest>;

export const GcReport = Strict(
  {
    dry_run: Type.Boolean(),
    checkpoints: Type.Integer({ description: "Checkpoints removed, or merged into the next" }),
    checkpoint_bytes: Type.Integer({ description: "Of their deltas; about, in a dry run" }),
    executions: Type.Integer({ description: "Executions removed with their events" }),
    freed_bytes: Type.Integer({ description: "Given back to the disk" }),
  },
  { $id: "GcReport", description: "What retention did" },
);
export type GcReport = Static<typeof GcReport>;
