import type { StoreUsage } from "./ports/retention-store.ts";
import { OneOf, type Static, Strict, Type, Uuid } from "./schema.ts";
import { SESSION_STATUSES } from "./session.ts";

const STORE_KINDS = [
  "checkpoints",
  "history",
  "prepared_images",
  "base_images",
  "free",
  "other",
] as const;
type StoreKind = (typeof STORE_KINDS)[number];

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

export function reportOf(usage: StoreUsage): StoreReport {
  const known: Omit<Record<StoreKind, number>, "other"> = {
    checkpoints: usage.checkpointBytes,
    history: usage.historyBytes,
    prepared_images: usage.preparedBytes,
    base_images: usage.baseBytes,
    free: usage.freeBytes,
  };
  const knownBytes = Object.values(known).reduce((sum, bytes) => sum + bytes, 0);
  // Some of it is known about only.
  const bytes = { ...known, other: Math.max(0, usage.fileBytes - knownBytes) };
  return {
    file_bytes: usage.fileBytes,
    log_bytes: usage.logBytes,
    ...(usage.budgetBytes === undefined ? {} : { budget_bytes: usage.budgetBytes }),
    kinds: STORE_KINDS.map((kind) => ({ kind, bytes: bytes[kind] })),
    sessions: [...usage.sessions],
  };
}

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
