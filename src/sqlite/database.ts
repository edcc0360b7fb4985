import { Database, SQLiteError } from "bun:sqlite";
import { statSync } from "node:fs";
import { failPoint } from "../core/fail-point.ts";
import { StartError } from "../core/start-error.ts";
import { assertWhole } from "./database-file.ts";
import { isDamaged, isFull, isReadOnly } from "./failure.ts";
import { cannotOpen, notWritable } from "./lock.ts";
import { assertOurs, migrate } from "./migrate.ts";
import { makePrivate } from "./private-file.ts";

export interface DatabaseOptions {
  /** A file, or `:memory:` for a store that ends with the process. */
  readonly path: string;
  /** `full`: a commit survives a power cut. `normal`: every crash of the process, not the power cut. */
  readonly durability: "full" | "normal";
  /** Bytes the file may grow to before writes fail as STORE_FULL; absent: the disk's own bound. */
  readonly budgetBytes?: number;
}

const MEMORY = ":memory:";
export const isInMemory = (path: string): boolean => path === MEMORY;

/** Somebody from outside, such as the sqlite3 shell, is waited for this long. */
export const BUSY_MS = 5000;

const PAGE_BYTES = 4096;
const CACHE_KIB = 16 * 1024;
/** The write-ahead log is copied into the file when it has grown to this: 8 MiB. */
const WAL_PAGES = 2048;
/** A whole check reads the file at about 1 GB/s; beyond this size a start would be felt. */
const WHOLE_CHECK_BYTES_MAX = 128 * 1024 * 1024;
/** Checked in a larger file: what a start depends on, without the history and the heaps. */
const START_TABLES = ["vm", "vm_settings", "vm_capability", "vm_startup_file", "vm_session"];

/**
 * Opens the database, checks it and brings it to this version's schema. The caller holds its lock.
 *
 * @throws StartError naming the file, what is wrong with it, and what to do
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { path } = options;
  let db: Database | undefined;
  try {
    if (!isInMemory(path)) {
      assertWhole(path);
      makePrivate(path);
    }
    db = new Database(path, { create: true, readwrite: true, strict: true });
    db.run(`PRAGMA busy_timeout = ${BUSY_MS}`);
    const { isNew } = assertOurs(db, path);
    if (isNew) layOut(db);
    configure(db, options);
    if (!isNew) check(db, path);
    assertWritable(db);
    failPoint("start.opened");
    migrate(db);
    return db;
  } catch (error) {
    db?.close();
    throw startError(error, path);
  }
}

/** A file that it may only read SQLite opens all the same, and says so when something is written. */
function assertWritable(db: Database): void {
  db.run("BEGIN IMMEDIATE");
  db.run("CREATE TABLE written (x)");
  db.run("ROLLBACK");
}

/** What cannot be changed once the file has content. */
function layOut(db: Database): void {
  db.run(`PRAGMA page_size = ${PAGE_BYTES}`);
  db.run("PRAGMA auto_vacuum = INCREMENTAL"); // Space is given back in steps, while the daemon runs.
}

function configure(db: Database, { path, durability, budgetBytes }: DatabaseOptions): void {
  db.run("PRAGMA foreign_keys = ON");
  db.run(`PRAGMA cache_size = -${CACHE_KIB}`);
  db.run("PRAGMA temp_store = MEMORY");
  if (budgetBytes !== undefined) {
    db.run(`PRAGMA max_page_count = ${Math.ceil(budgetBytes / PAGE_BYTES)}`);
  }
  if (isInMemory(path)) return;
  db.run("PRAGMA journal_mode = WAL");
  db.run(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`);
  db.run(`PRAGMA journal_size_limit = ${4 * WAL_PAGES * PAGE_BYTES}`);
  db.run(`PRAGMA synchronous = ${durability}`);
  if (durability === "full") db.run("PRAGMA fullfsync = ON"); // macOS: past the drive's cache too.
}

function check(db: Database, path: string): void {
  if (isInMemory(path)) return;
  const isWhole = statSync(path).size <= WHOLE_CHECK_BYTES_MAX;
  const tables = isWhole ? [""] : START_TABLES.map((table) => `(${table})`);
  for (const table of tables) {
    const problem = db
      .query<{ quick_check: string }, []>(`PRAGMA quick_check${table}`)
      .get()?.quick_check;
    if (problem !== undefined && problem !== "ok") throw damaged(path, problem);
  }
}

function startError(error: unknown, path: string): unknown {
  if (error instanceof StartError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (isDamaged(error)) return damaged(path, reason, error);
  if (isReadOnly(error)) return notWritable(path, error);
  if (isFull(error)) {
    return new StartError(
      `There is no room to open the database ${path}: ${reason}`,
      "Free disk space, or give a file on another disk with `--db PATH`.",
      { cause: error },
    );
  }
  return error instanceof SQLiteError ? cannotOpen(path, error) : error;
}

function damaged(path: string, problem: string, cause?: unknown): StartError {
  // The check's first line is a heading.
  const found = problem.split("\n").find((line) => !line.startsWith("***")) ?? problem;
  return new StartError(
    `The database ${path} is damaged: ${found}`,
    `Keep a copy of the file and its -wal; put a backup in its place, or try \`sqlite3 ${path} .recover\`, or start with a new file by \`--db PATH\`.`,
    { cause },
  );
}
