import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { BUSY_MS } from "../../src/sqlite/database.ts";
import { aSession } from "../contract/store-suite.ts";
import { tempStore } from "./temp-store.ts";

test("a reader from outside keeps the log, and nobody waits for it", async () => {
  using temp = tempStore();
  const store = temp.open();
  await store.sessions.insert(aSession());
  const logBytes = () => statSync(`${store.path}-wal`).size;
  using reader = new Database(store.path, { readonly: true });
  reader.run("BEGIN");
  reader.query("SELECT count(*) FROM vm_session").get();
  await store.sessions.insert(aSession());

  const startMs = performance.now();
  await store.retention.emptyLog();
  expect(performance.now() - startMs).toBeLessThan(BUSY_MS / 2);
  expect(logBytes()).toBeGreaterThan(0);

  reader.run("COMMIT");
  await store.retention.emptyLog();
  expect(logBytes()).toBe(0);
  await store.close();
});
