import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that is gone when its owner is. */
export function tempFolder(): Disposable & {
  readonly path: string;
  join(...parts: string[]): string;
} {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "vm-system-test-")));
  return {
    path,
    join: (...parts) => join(path, ...parts),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
