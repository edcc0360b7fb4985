import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseOptions } from "../../src/sqlite/database.ts";
import { openStore } from "../../src/sqlite/store.ts";

/** A folder with a database, gone at the end of the test. */
export function tempStore() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "vm-system-store-")));
  const path = join(folder, "test.db");
  return {
    folder,
    path,
    open: (options: Partial<DatabaseOptions> = {}) =>
      openStore({ path, durability: "normal", ...options }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
