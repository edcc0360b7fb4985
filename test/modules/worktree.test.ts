import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { VmError } from "../../src/core/errors.ts";
import { LIMITS } from "../../src/core/limits.ts";
import { worktrees } from "../../src/modules/worktree.ts";
import { TempFolder } from "./temp-folder.ts";

const codeOf = async (call: () => unknown): Promise<string> => {
  try {
    await call();
    return "";
  } catch (error) {
    if (error instanceof VmError) return error.code;
    throw error;
  }
};

describe("worktrees", () => {
  test("a worktree is an existing absolute folder", async () => {
    using folder = new TempFolder();
    writeFileSync(folder.at("file"), "");
    await worktrees.check(folder.path);
    for (const path of ["", "relative", folder.at("none"), folder.at("file"), `${folder.path}\0`]) {
      expect([path, await codeOf(() => worktrees.check(path))]).toEqual([path, "INVALID_WORKTREE"]);
    }
  });

  test("paths are cleaned, and must stay inside", async () => {
    expect(worktrees.cleanPath("./a//b/../c.js")).toBe("a/c.js");
    expect(worktrees.cleanPath("a/")).toBe("a");
    for (const path of [
      "",
      ".",
      "./",
      "..",
      "../x",
      "a/../../x",
      "/x",
      "a\0b",
      "x/".repeat(2500),
    ]) {
      expect([path, await codeOf(() => worktrees.cleanPath(path))]).toEqual([path, "INVALID_PATH"]);
    }
  });

  test("reads regular files inside, links resolved", async () => {
    using outside = new TempFolder();
    using folder = new TempFolder();
    mkdirSync(folder.at("lib"));
    writeFileSync(outside.at("secret.js"), "secret");
    writeFileSync(folder.at("lib/a.js"), "\uFEFFgrüße");
    symlinkSync("lib", folder.at("relative"));
    symlinkSync(folder.at("lib/a.js"), folder.at("absolute.js"));
    symlinkSync(outside.path, folder.at("out"));
    symlinkSync(outside.at("secret.js"), folder.at("link.js"));
    symlinkSync("/etc", folder.at("etc"));
    symlinkSync("loop.js", folder.at("loop.js"));
    symlinkSync("none", folder.at("dangling.js"));
    Bun.spawnSync(["mkfifo", folder.at("fifo")]);
    writeFileSync(folder.at("large.js"), "");
    truncateSync(folder.at("large.js"), LIMITS.sourceBytesMax + 1);
    for (const path of ["lib/a.js", "relative/a.js", "absolute.js", "./lib/../lib/a.js"]) {
      expect(await worktrees.readSource(folder.path, path)).toEqual({
        path: "lib/a.js",
        source: "grüße",
      });
    }
    const failures = {
      "out/secret.js": "INVALID_PATH",
      "link.js": "INVALID_PATH",
      "etc/passwd": "INVALID_PATH",
      "loop.js": "INVALID_PATH",
      "../x": "INVALID_PATH",
      "none.js": "FILE_NOT_FOUND",
      "dangling.js": "FILE_NOT_FOUND",
      "lib/a.js/x": "FILE_NOT_FOUND",
      lib: "FILE_NOT_FOUND",
      fifo: "FILE_NOT_FOUND",
      [`${"x".repeat(300)}.js`]: "FILE_NOT_FOUND",
      "large.js": "BODY_TOO_LARGE",
    };
    for (const [path, code] of Object.entries(failures)) {
      expect([path, await codeOf(() => worktrees.readSource(folder.path, path))]).toEqual([
        path,
        code,
      ]);
    }
    expect(await codeOf(() => worktrees.readSource(folder.at("gone"), "x"))).toBe("FILE_NOT_FOUND");

    const found = await worktrees.openFirst(folder.path, ["none", "lib", "fifo", "relative/a.js"]);
    expect(found?.path).toBe("lib/a.js");
    expect(found?.bytes).toHaveLength(10);
    expect(await worktrees.openFirst(folder.path, ["none", "lib"])).toBeUndefined();
    expect(await codeOf(() => worktrees.openFirst(folder.path, ["none", "link.js"]))).toBe(
      "INVALID_PATH",
    );
  });
});
