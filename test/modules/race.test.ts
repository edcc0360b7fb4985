import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BeneathTree, kernelKeepsBeneath } from "../../src/modules/beneath-tree.ts";
import { createFsModule } from "../../src/modules/fs.ts";
import { worktrees } from "../../src/modules/worktree.ts";
import { TempFolder } from "./temp-folder.ts";

const TRIES = 10_000;

/** Another process that exchanges names inside for links outside, and back, as fast as it can. */
function startSwapping(folder: TempFolder, outside: TempFolder) {
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, "swapper.ts"), folder.path, outside.path],
    { stdout: "pipe", stderr: "inherit" },
  );
  return {
    started: child.stdout.getReader().read(),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

describe.skipIf(!kernelKeepsBeneath())("links exchanged meanwhile", () => {
  test("lead nobody outside", async () => {
    using outside = new TempFolder();
    using folder = new TempFolder();
    for (const root of [outside, folder]) {
      mkdirSync(root.at("sub"));
      writeFileSync(root.at("file"), root === outside ? "secret" : "inside");
      writeFileSync(root.at("sub/file"), root === outside ? "secret" : "inside");
    }
    const fs = createFsModule({
      worktreePath: folder.path,
      readOnly: false,
      memoryBytesMax: 2 ** 20,
      assertRoom() {},
      remainingMs: () => 60_000,
    });
    await using swapping = startSwapping(folder, outside);
    await swapping.started;
    const outcomes = new Map<string, number>();
    const attempt = (fn: string, ...args: string[]) => {
      let outcome: string;
      try {
        outcome = String(fs.call(fn, args));
      } catch (error) {
        outcome = String((error as { properties?: { code?: unknown } }).properties?.code);
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    };
    for (let n = 0; n < TRIES; n += 1) {
      attempt("readFileSync", n % 2 === 0 ? "file" : "sub/file");
      if (n % 4 === 0) attempt("writeFileSync", "sub/made", "inside");
      if (n % 4 === 1) attempt("unlinkSync", "sub/made");
      if (n % 4 === 2) attempt("renameSync", "sub/made", "sub/moved");
      if (n % 4 === 3) attempt("mkdirSync", "sub/folder");
      if (n % 50 === 0) {
        const read = await worktrees.readSource(folder.path, "sub/file").catch(() => undefined);
        expect(read?.source ?? "inside").toBe("inside");
      }
    }
    expect(outcomes.get("secret")).toBeUndefined();
    // The race was one: both ways were met.
    expect(outcomes.get("inside")).toBeGreaterThan(0);
    expect(outcomes.get("EACCES")).toBeGreaterThan(0);
    expect(readdirSync(outside.path).sort()).toEqual(["file", "sub"]);
    expect(readdirSync(outside.at("sub"))).toEqual(["file"]);
    expect(readFileSync(outside.at("sub/file"), "utf8")).toBe("secret");
  }, 60_000);

  test("a tree that is given up leaks no descriptor", () => {
    using folder = new TempFolder();
    const count = () => readdirSync("/proc/self/fd").length;
    const before = count();
    for (let n = 0; n < 100; n += 1) {
      using tree = new BeneathTree(folder.path);
      expect(() => tree.stat("none", true)).toThrow("ENOENT");
      expect(() => tree.unlink("../x")).toThrow("EACCES");
      tree.list(".");
    }
    // What other tests of this process have left open may be collected meanwhile.
    expect(count()).toBeLessThanOrEqual(before);
  });
});
