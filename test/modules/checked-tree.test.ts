import { describe, expect, test } from "bun:test";
import { closeSync, constants, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { BeneathTree, kernelKeepsBeneath } from "../../src/modules/beneath-tree.ts";
import { CheckedTree } from "../../src/modules/checked-tree.ts";
import type { FileTree } from "../../src/modules/file-tree.ts";
import { runPortably } from "../../src/modules/program-portable.ts";
import { readRegular } from "../../src/modules/read-regular.ts";
import { TempFolder } from "./temp-folder.ts";

/** What both ways of keeping the border promise alike. */
function treeSuite(name: string, open: (path: string) => FileTree) {
  describe(name, () => {
    const read = (tree: FileTree, path: string) => {
      const fd = tree.open(path, constants.O_RDONLY);
      try {
        return readRegular(fd, 1000).toString();
      } finally {
        closeSync(fd);
      }
    };

    test("works inside and refuses what leads outside", () => {
      using outside = new TempFolder();
      using folder = new TempFolder();
      writeFileSync(outside.at("secret"), "secret");
      mkdirSync(folder.at("a"));
      writeFileSync(folder.at("a/file"), "text");
      symlinkSync(folder.at("a"), folder.at("absolute"));
      symlinkSync("a/file", folder.at("relative"));
      symlinkSync(outside.path, folder.at("out"));
      Bun.spawnSync(["mkfifo", folder.at("fifo")]);
      using tree = open(folder.path);
      expect(read(tree, "relative")).toBe("text");
      expect(read(tree, "absolute/file")).toBe("text");
      expect(tree.resolve("absolute/file")).toBe("a/file");
      expect(tree.stat("relative", true).isFile()).toBe(true);
      expect(tree.stat("relative", false).isSymbolicLink()).toBe(true);
      tree.mkdir("absolute/b", 0o755);
      tree.rename("a/b", "c");
      tree.rmdir("c");
      closeSync(tree.open("new", constants.O_WRONLY | constants.O_CREAT, 0o644));
      closeSync(tree.open("a/file", constants.O_WRONLY | constants.O_TRUNC));
      expect(read(tree, "a/file")).toBe("");
      tree.unlink("new");
      tree.unlink("relative");
      expect(
        tree
          .list(".")
          .map(({ name, kind }) => `${name} ${kind}`)
          .sort(),
      ).toEqual(["a directory", "absolute symlink", "fifo fifo", "out symlink"]);
      expect(() => read(tree, "fifo")).toThrow("EACCES");
      expect(() => read(tree, "none")).toThrow("ENOENT");
      for (const path of ["out/secret", "../x", "/etc/passwd", "a/../../x", "a\0b"]) {
        expect(() => read(tree, path)).toThrow("EACCES");
        expect(() => tree.stat(path, true)).toThrow("EACCES");
        expect(() => tree.unlink(path)).toThrow("EACCES");
        expect(() => tree.mkdir(path, 0o755)).toThrow("EACCES");
        expect(() => tree.rename("a/file", path)).toThrow("EACCES");
      }
      expect(() => tree.list("out")).toThrow("EACCES");
      expect(readdirSync(outside.path)).toEqual(["secret"]);
    });
  });
}

treeSuite("a tree kept by checks", (path) => new CheckedTree(path));
if (kernelKeepsBeneath()) treeSuite("a tree kept by the kernel", (path) => new BeneathTree(path));

describe("programs without Linux's calls", () => {
  const start = {
    file: "/bin/sh",
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    input: Buffer.from("in"),
    timeoutMs: 5000,
    outputBytesMax: 1000,
  };
  test("end as they should", () => {
    const end = runPortably({ ...start, args: ["-c", "cat; echo e >&2; sleep 444.25 & exit 3"] });
    expect({
      ...end,
      stdout: `${end.stdout}`,
      stderr: `${end.stderr}`,
      output: `${end.output}`,
    }).toEqual({
      cause: "exit",
      exitCode: 3,
      signal: null,
      stdout: "in",
      stderr: "e\n",
      output: "ine\n",
    });
    expect(Bun.spawnSync(["pgrep", "-f", "^sleep 444.25$"]).stdout.toString()).toBe("");
    const late = runPortably({ ...start, args: ["-c", "sleep 100"], timeoutMs: 100 });
    expect([late.cause, late.exitCode]).toEqual(["timeout", null]);
    const loud = runPortably({ ...start, args: ["-c", "yes | head -c 5000"] });
    expect([loud.cause, loud.output.length]).toEqual(["output", 1000]);
  });
});
