import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { worktreeFile } from "../../src/cli/run/worktree-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vm-system-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a file whose name begins with two dots lies in its folder", async () => {
  const file = join(folder, "..setup.js");
  await writeFile(file, "1");
  expect(worktreeFile(folder, file)).toBe("..setup.js");
  const below = join(folder, "below");
  await mkdir(below);
  expect(() => worktreeFile(below, file)).toThrow("lies outside the worktree");
});

// root may read whatever there is.
test.skipIf(process.getuid?.() === 0)("a file that may not be read is told as such", async () => {
  const file = join(folder, "secret.js");
  await writeFile(file, "1");
  await chmod(file, 0);
  expect(() => worktreeFile(folder, file)).toThrow(`${file} cannot be read: it is not permitted`);
});
