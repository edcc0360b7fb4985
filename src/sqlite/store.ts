import { failPoint } from "../core/fail-point.ts";
import type { Store } from "../core/ports/store.ts";
import { checkpointStore } from "./checkpoints.ts";
import { toMs } from "./columns.ts";
import { type DatabaseOptions, isInMemory, openDatabase } from "./database.ts";
import { assertNoDevice, databaseFile } from "./database-file.ts";
import { executionStore } from "./executions.ts";
import { GroupWriter } from "./group-writer.ts";
import { historyStore } from "./history.ts";
import { idempotencyStore } from "./idempotency.ts";
import { importStore } from "./imports.ts";
import { lockDatabase } from "./lock.ts";
import { canSyncLog, openLogDisk } from "./log-disk.ts";
import { Pins } from "./pins.ts";
import { recover } from "./recovery.ts";
import { retentionStore } from "./retention.ts";
import { sessionStore } from "./sessions.ts";
import { Statements } from "./statements.ts";
import { templateStore } from "./templates.ts";

export interface SqliteStore extends Store {
  /** Absolute and without links, or `:memory:`. */
  readonly path: string;
  /** Whom a second process that wants this database is told of. */
  announce(holder: { pid: number; listen?: string; startedAt: string }): Promise<void>;
}

/**
 * The store in one SQLite file, which this process has to itself until `close`, or its end.
 *
 * @throws StartError when the file is held, damaged, newer, not ours, or cannot be written
 */
export function openStore(options: DatabaseOptions): SqliteStore {
  const path = isInMemory(options.path) ? options.path : databaseFile(options.path);
  if (!isInMemory(path)) assertNoDevice(path);
  const lock = isInMemory(path) ? undefined : lockDatabase(path);
  failPoint("start.locked");
  let db: ReturnType<typeof openDatabase>;
  try {
    db = openDatabase({ ...options, path });
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw error;
  }
  const statements = new Statements(db);
  const syncsLog = options.durability === "full" && !isInMemory(path) && canSyncLog;
  const writer = new GroupWriter(db, statements, syncsLog ? openLogDisk(path) : undefined);
  const idempotency = idempotencyStore(statements, writer);
  const sessions = sessionStore(statements, writer, idempotency);
  const checkpoints = checkpointStore(statements, writer);
  const templates = templateStore(statements, writer);
  const executions = executionStore(statements, writer, { sessions, checkpoints, idempotency });
  const imports = importStore(statements, writer, {
    templates,
    sessions,
    checkpoints,
    executions,
  });
  const pins = new Pins();
  const setHolder = statements.prepare(
    "INSERT OR REPLACE INTO holder (one, pid, listen, started_at) VALUES (1, ?1, ?2, ?3)",
  );
  let isClosed = false;
  return {
    path,
    templates,
    sessions,
    executions,
    checkpoints,
    history: historyStore(statements, writer, { sessions, pins }),
    retention: retentionStore(db, statements, writer, pins, {
      path,
      ...(options.budgetBytes === undefined ? {} : { budgetBytes: options.budgetBytes }),
    }),
    imports,
    idempotency,
    async recover(now) {
      await imports.discardUnfinished();
      return recover(now, statements, writer, sessions, executions);
    },
    announce: ({ pid, listen, startedAt }) =>
      writer.write(() => void setHolder.run(pid, listen ?? null, toMs(startedAt))),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await writer.close();
      statements.finalize();
      db.close(true);
      lock?.[Symbol.dispose]();
    },
  };
}
