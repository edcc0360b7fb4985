import type { Database } from "bun:sqlite";
import { failPoint } from "../core/fail-point.ts";
import { StartError } from "../core/start-error.ts";
import initial from "./migrations/0001-initial.sql" with { type: "text" };
import sessionsAsData from "./migrations/0002-sessions-as-data.sql" with { type: "text" };
import checked from "./migrations/0003-checked.sql" with { type: "text" };

/** In order; the position + 1 is the schema's version. A released one is never edited. */
const MIGRATIONS: readonly string[] = [initial, sessionsAsData, checked];

const SCHEMA_VERSION = MIGRATIONS.length;

/** Marks the file as ours, so that another program's database is never migrated: "vmsy". */
const APPLICATION_ID = 0x766d7379;

/**
 * Looks whether this program may write the file, and changes nothing.
 *
 * @returns Whether it is new.
 * @throws StartError when the file is another program's, or made by a newer version of this one
 */
export function assertOurs(db: Database, path: string): { isNew: boolean } {
  const isNew = isEmpty(db);
  if (!isNew && pragma(db, "application_id") !== APPLICATION_ID) {
    throw new StartError(
      `${path} is an SQLite database of another program`,
      "Give the path of a vm-system database, or of a file that does not exist yet, with `--db PATH`.",
    );
  }
  const version = pragma(db, "user_version");
  if (version > SCHEMA_VERSION) {
    throw new StartError(
      `${path} was written by a newer version of vm-system (schema ${version}, this one knows ${SCHEMA_VERSION})`,
      "Use that version or a later one; an older program cannot read it safely.",
    );
  }
  return { isNew };
}

/**
 * Brings the schema to this program's version, one transaction for each step. References are checked
 * at the end of each instead of all the time, so that a step may make a table anew.
 */
export function migrate(db: Database): void {
  const version = pragma(db, "user_version");
  if (version === SCHEMA_VERSION) return;
  db.run("PRAGMA foreign_keys = OFF");
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.run(sql);
      failPoint("migrate.run");
      const broken = db.query("PRAGMA foreign_key_check").get();
      if (broken)
        throw new Error(`schema ${index + 1} breaks a reference: ${JSON.stringify(broken)}`);
      db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
      db.run(`PRAGMA user_version = ${index + 1}`);
    }).immediate();
    failPoint("migrate.stepped");
  }
  db.run("PRAGMA foreign_keys = ON");
}

function isEmpty(db: Database): boolean {
  return db.query("SELECT 1 FROM sqlite_schema LIMIT 1").get() === null;
}

function pragma(db: Database, name: string): number {
  return db.query<{ value: number }, []>(`SELECT ${name} AS value FROM pragma_${name}`).get()!
    .value;
}
