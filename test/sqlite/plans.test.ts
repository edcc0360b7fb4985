import type { Database } from "bun:sqlite";
import { afterEach, expect, spyOn, test } from "bun:test";
import { Statements } from "../../src/sqlite/statements.ts";
import { openStore } from "../../src/sqlite/store.ts";

/** Tables that grow with what is done. */
const GROWING =
  "vm_session|execution|execution_event|checkpoint|checkpoint_delta|idempotency_key|s|e|c";
const SLOW = new RegExp(`^SCAN (${GROWING})( |$)|TEMP B-TREE`);

/** What looks at more than a few rows, and why it may. */
const MAY_BE_SLOW = [
  /^SELECT id, status, .* FROM vm_session WHERE status/, // The answer is the list of all sessions.
  /^SELECT coalesce\(sum\(stored_bytes\)/, // The store's report, and the next: somebody asks for it.
  /^SELECT id AS session_id, status, stored_bytes/,
  /FROM vm_startup_file WHERE vm_id/, // A template has few.
  /^WITH RECURSIVE (line|tree) \(/, // As many rows as a chain is deep, or a family has members.
  /^SELECT count\(\*\) AS count FROM \(SELECT 1 FROM checkpoint .* LIMIT/,
  /^SELECT max\(no\) AS last, .* LIMIT \d+\)$/,
];

afterEach(() => prepare.mockRestore());
const prepared: { db: Database; sql: string }[] = [];
const original = Statements.prototype.prepare;
const prepare = spyOn(Statements.prototype, "prepare").mockImplementation(function (
  this: Statements,
  sql: string,
) {
  const { db } = this as unknown as { db: Database };
  prepared.push({ db, sql: sql.replace(/\s+/g, " ").trim() });
  return original.call(this, sql) as ReturnType<typeof original>;
} as typeof original);

test("no statement reads more of a table the more there is in it, but those that must", async () => {
  const store = openStore({ path: ":memory:", durability: "normal" });
  await store.recover(new Date(0).toISOString());
  const slow = prepared
    .filter(({ sql }) => /^(SELECT|WITH|INSERT|UPDATE|DELETE)\b/.test(sql))
    .map(({ db, sql }) => ({
      sql,
      plan: db
        .query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => detail)
        .filter((detail) => SLOW.test(detail)),
    }))
    .filter(({ sql, plan }) => plan.length > 0 && !MAY_BE_SLOW.some((one) => one.test(sql)));
  expect(prepared.length).toBeGreaterThan(50);
  expect(slow).toEqual([]);
  await store.close();
});
