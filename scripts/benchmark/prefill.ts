import { Database } from "bun:sqlite";

/**
 * What would take minutes over the API: rows of a stopped daemon's database, copied. The columns are
 * read from the database, so that new ones are copied too.
 */
export function cloneSessions(path: string, count: number): void {
  clone(path, "vm_session", count, "status = 'ready'");
}

/** So many executions of one session with their events, before those that are there. */
export function cloneExecutions(path: string, count: number): void {
  clone(path, "execution", count, "status = 'ok'");
}

function clone(path: string, table: string, count: number, which: string): void {
  const db = new Database(path);
  const columns = db
    .query<{ name: string }, []>(`PRAGMA table_info(${table})`)
    .all()
    .map(({ name }) => name)
    .filter((name) => name !== "no");
  const values = columns.map((name) => (name === "id" ? uuidSql : `t.${name}`));
  db.run(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),
       t AS (SELECT * FROM ${table} WHERE ${which} LIMIT 1)
     INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values.join(", ")} FROM n, t`,
    [count],
  );
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
}

const hex = (bytes: number) => `lower(hex(randomblob(${bytes})))`;
const uuidSql = [
  hex(4),
  hex(2),
  `'7' || substr(${hex(2)}, 2)`,
  `'a' || substr(${hex(2)}, 2)`,
  hex(6),
].join(" || '-' || ");
