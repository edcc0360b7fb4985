import { Database } from "bun:sqlite";
import { afterEach, expect, spyOn, test } from "bun:test";
import { statSync } from "node:fs";
import { lockDatabase } from "../../src/sqlite/lock.ts";
import { tempStore } from "./temp-store.ts";

const run = spyOn(Database.prototype, "run");
afterEach(() => run.mockRestore());

test("a lock that another process was quicker to take stays that one's", () => {
  using temp = tempStore();
  const lockPath = `${temp.path}-lock`;
  let quicker: Database | undefined;
  let inode: number | undefined;
  run.mockImplementation(function (this: Database, sql: string) {
    if (sql === "BEGIN EXCLUSIVE" && !quicker) {
      inode = statSync(lockPath).ino;
      quicker = new Database(lockPath);
      quicker.query(sql).run();
    }
    return this.query(sql).run();
  } as typeof Database.prototype.run);
  expect(() => lockDatabase(temp.path)).toThrow("is in use by another vm-system");
  expect(statSync(lockPath).ino).toBe(inode!);
  quicker?.close();
  lockDatabase(temp.path)[Symbol.dispose]();
});
