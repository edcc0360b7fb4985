import { describe, expect, test } from "bun:test";
import fs from "node:fs";
import { createFsModule } from "../../src/modules/fs.ts";
import type { ModuleContext, ModuleValue } from "../../src/modules/module.ts";
import { ModuleError } from "../../src/modules/module.ts";
import { TempFolder } from "./temp-folder.ts";

const contextOf = (worktreePath: string, change: Partial<ModuleContext> = {}): ModuleContext => ({
  worktreePath,
  readOnly: false,
  memoryBytesMax: 64 * 1024 * 1024,
  assertRoom() {},
  remainingMs: () => 10_000,
  ...change,
});

/** The module with its functions by name, as a guest calls them. */
function guestFs(worktreePath: string, change: Partial<ModuleContext> = {}) {
  const module = createFsModule(contextOf(worktreePath, change));
  return (fn: string, ...args: ModuleValue[]) => module.call(fn, args);
}

/** What the guest sees of a throw. */
function thrown(call: () => unknown): Record<string, unknown> {
  try {
    call();
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    return { name: error.guestName, message: error.message, ...error.properties };
  }
  throw new Error("nothing was thrown");
}

describe("fs", () => {
  test("does the ordinary work of Node's functions", () => {
    using folder = new TempFolder();
    const call = guestFs(folder.path);
    expect(call("mkdirSync", "a/b/c", { recursive: true })).toBe("a");
    expect(call("mkdirSync", "a/b/c", { recursive: true })).toBeUndefined();
    call("writeFileSync", "a/x.txt", "grüße");
    call("appendFileSync", "a/x.txt", "!");
    expect(call("readFileSync", "a/x.txt")).toBe("grüße!");
    expect(call("readFileSync", "a/x.txt", "hex")).toBe("6772c3bcc39f6521");
    expect(call("readFileSync", "a/x.txt", null)).toEqual(new Uint8Array(Buffer.from("grüße!")));
    expect(call("readFileSync", "a/x.txt", "buffer")).toBeInstanceOf(Uint8Array);
    expect(call("readFileSync", "./a//b/../x.txt", { encoding: "utf8" })).toBe("grüße!");
    call("writeFileSync", "bytes", new Uint8Array([0, 255, 1]));
    expect(call("readFileSync", "bytes", "base64")).toBe("AP8B");
    call("copyFileSync", "a/x.txt", "copy.txt");
    call("copyFileSync", "copy.txt", "copy.txt");
    expect(call("readFileSync", "copy.txt")).toBe("grüße!");
    call("renameSync", "copy.txt", "a/moved.txt");
    expect(call("existsSync", "copy.txt")).toBe(false);
    expect(call("readdirSync", "a")).toEqual(["b", "moved.txt", "x.txt"]);
    expect(call("readdirSync", "a", { recursive: true })).toEqual([
      "b",
      "moved.txt",
      "x.txt",
      "b/c",
    ]);
    expect(call("readdirSync", ".", { withFileTypes: true })).toEqual([
      { $shape: "dirent", name: "a", parentPath: ".", kind: "directory" },
      { $shape: "dirent", name: "bytes", parentPath: ".", kind: "file" },
    ]);
    expect(call("statSync", "a/x.txt")).toMatchObject({ $shape: "stats", kind: "file", size: 8 });
    expect(call("statSync", "none", { throwIfNoEntry: false })).toBeUndefined();
    call("rmSync", "a", { recursive: true });
    call("rmSync", "a", { force: true });
    call("unlinkSync", "bytes");
    expect(fs.readdirSync(folder.path)).toEqual([]);
  });

  test("fails as Node does", () => {
    using folder = new TempFolder();
    const call = guestFs(folder.path);
    const cases: [string, ModuleValue[], () => void][] = [
      ["readFileSync", ["none"], () => fs.readFileSync("none")],
      ["statSync", ["none"], () => fs.statSync("none")],
      ["readdirSync", ["none"], () => fs.readdirSync("none")],
      ["unlinkSync", ["none"], () => fs.unlinkSync("none")],
      ["rmdirSync", ["none"], () => fs.rmdirSync("none")],
      ["renameSync", ["none", "x"], () => fs.renameSync("none", "x")],
      ["copyFileSync", ["none", "x"], () => fs.copyFileSync("none", "x")],
      ["mkdirSync", ["a/b"], () => fs.mkdirSync("a/b")],
    ];
    for (const [fn, args, real] of cases) {
      let expected: NodeJS.ErrnoException | undefined;
      const before = process.cwd();
      process.chdir(folder.path);
      try {
        real();
      } catch (error) {
        expected = error as NodeJS.ErrnoException;
      } finally {
        process.chdir(before);
      }
      const { message, code, errno, syscall } = expected!;
      expect(thrown(() => call(fn, ...args))).toMatchObject({ message, code, errno, syscall });
    }
    expect(thrown(() => call("readFileSync", 5))).toMatchObject({
      name: "TypeError",
      code: "ERR_INVALID_ARG_TYPE",
    });
    for (const [fn, names] of [
      ["readFileSync", "open ''"],
      ["statSync", "stat ''"],
      ["readdirSync", "scandir ''"],
      ["mkdirSync", "mkdir ''"],
      ["renameSync", "rename '' -> 'x'"],
    ] as const) {
      expect(thrown(() => call(fn, "", ...(fn === "renameSync" ? ["x"] : [])))).toMatchObject({
        message: `ENOENT: no such file or directory, ${names}`,
        code: "ENOENT",
      });
    }
    for (const fn of ["readFileSync", "statSync", "mkdirSync", "rmSync"]) {
      expect(thrown(() => call(fn, "a\0b"))).toMatchObject({
        name: "TypeError",
        code: "ERR_INVALID_ARG_VALUE",
      });
    }
    expect(["", "a\0b"].map((path) => call("existsSync", path))).toEqual([false, false]);
    expect(thrown(() => call("readFileSync", "."))).toMatchObject({ code: "EISDIR" });
    call("mkdirSync", "d");
    expect(thrown(() => call("rmSync", "d"))).toMatchObject({ code: "ERR_FS_EISDIR" });
    call("writeFileSync", "f", "");
    expect(thrown(() => call("writeFileSync", "f", "", { flag: "wx" })).code).toBe("EEXIST");
    expect(thrown(() => call("toString"))).toMatchObject({
      message: "fs.toString is not a function",
    });
  });

  test("whatever leads outside is EACCES, and nothing outside is touched", () => {
    using outside = new TempFolder();
    using folder = new TempFolder();
    fs.writeFileSync(outside.at("secret"), "secret");
    fs.symlinkSync("/etc", folder.at("etc"));
    fs.symlinkSync(outside.path, folder.at("out"));
    fs.symlinkSync(outside.at("secret"), folder.at("link"));
    fs.symlinkSync(outside.at("new"), folder.at("dangling"));
    fs.symlinkSync("../".repeat(20), folder.at("up"));
    fs.mkdirSync(folder.at("sub"));
    fs.writeFileSync(folder.at("sub/own"), "own");
    const call = guestFs(folder.path);
    const bad = [
      "/etc/passwd",
      "../x",
      "sub/../../x",
      "etc/passwd",
      "out/secret",
      "link",
      "up/etc/passwd",
      "x/".repeat(2500),
      folder.at("sub/own"),
    ];
    for (const path of bad) {
      for (const [fn, ...args] of [
        ["readFileSync"],
        ["writeFileSync", "x"],
        ["appendFileSync", "x"],
        ["statSync"],
      ] as [string, ...ModuleValue[]][]) {
        expect([path, fn, thrown(() => call(fn, path, ...args)).code]).toEqual([
          path,
          fn,
          "EACCES",
        ]);
      }
      expect(call("existsSync", path)).toBe(false);
      expect(thrown(() => call("copyFileSync", path, "copy")).code).toBe("EACCES");
      expect(thrown(() => call("copyFileSync", "sub/own", path)).code).toBe("EACCES");
    }
    for (const path of ["/tmp/x", "../x", "out/x", "out/secret", "etc/x"]) {
      for (const [fn, ...args] of [
        ["mkdirSync"],
        ["mkdirSync", { recursive: true }],
        ["rmSync", { recursive: true }],
        ["unlinkSync"],
        ["rmdirSync"],
      ] as [string, ...ModuleValue[]][]) {
        expect([path, fn, thrown(() => call(fn, path, ...args)).code]).toEqual([
          path,
          fn,
          "EACCES",
        ]);
      }
      expect(thrown(() => call("renameSync", "sub/own", path)).code).toBe("EACCES");
      expect(thrown(() => call("renameSync", path, "sub/x")).code).toBe("EACCES");
    }
    for (const path of [".", "sub/..", "..", "./"]) {
      expect(thrown(() => call("rmSync", path, { recursive: true })).code).toBe("EACCES");
    }
    expect(thrown(() => call("writeFileSync", "dangling", "x")).code).toBe("EACCES");
    expect(thrown(() => call("readdirSync", "out")).code).toBe("EACCES");
    // Links themselves are entries of the worktree: they can be described and removed.
    call("rmSync", "out", { recursive: true });
    call("unlinkSync", "link");
    expect(fs.readdirSync(outside.path)).toEqual(["secret"]);
    expect(call("readFileSync", "sub/own")).toBe("own");
  });

  test("links inside lead where they point, relative or absolute", () => {
    using folder = new TempFolder();
    fs.mkdirSync(folder.at("a/b"), { recursive: true });
    fs.writeFileSync(folder.at("a/b/file"), "text");
    fs.symlinkSync("a/b", folder.at("relative"));
    fs.symlinkSync(folder.at("a"), folder.at("absolute"));
    fs.symlinkSync("loop", folder.at("loop"));
    const call = guestFs(folder.path);
    expect(call("readFileSync", "relative/file")).toBe("text");
    expect(call("readFileSync", "absolute/b/file")).toBe("text");
    expect(call("readFileSync", "relative/../b/file")).toBe("text");
    call("writeFileSync", "absolute/new", "made");
    call("mkdirSync", "absolute/folder");
    expect(fs.readdirSync(folder.at("a")).sort()).toEqual(["b", "folder", "new"]);
    expect(thrown(() => call("readFileSync", "loop")).code).toBe("ELOOP");
  });

  test("FIFOs, sockets and devices are refused at once", () => {
    using folder = new TempFolder();
    Bun.spawnSync(["mkfifo", folder.at("fifo")]);
    const call = guestFs(folder.path);
    expect(thrown(() => call("readFileSync", "fifo")).code).toBe("EACCES");
    expect(thrown(() => call("copyFileSync", "fifo", "x")).code).toBe("EACCES");
    // Nobody reads it: ENXIO, as the system says, instead of waiting.
    expect(thrown(() => call("writeFileSync", "fifo", "x")).code).toBe("ENXIO");
    if (Bun.spawnSync(["mknod", folder.at("zero"), "c", "1", "5"]).exitCode === 0) {
      expect(thrown(() => call("readFileSync", "zero")).code).toBe("EACCES");
      expect(thrown(() => call("writeFileSync", "zero", "x")).code).toBe("EACCES");
    }
  });

  test("bounds what is read, and what is written", () => {
    using folder = new TempFolder();
    fs.writeFileSync(folder.at("large"), Buffer.alloc(2000));
    fs.truncateSync(folder.at("large"), 2 ** 40);
    const call = guestFs(folder.path, { memoryBytesMax: 1000 });
    expect(thrown(() => call("readFileSync", "large")).code).toBe("EFBIG");
    expect(thrown(() => call("appendFileSync", "large", "x")).code).toBe("EFBIG");
  });

  test("a read-only worktree is read, not written", () => {
    using folder = new TempFolder();
    fs.writeFileSync(folder.at("f"), "text");
    const call = guestFs(folder.path, { readOnly: true });
    expect(call("readFileSync", "f")).toBe("text");
    expect(thrown(() => call("writeFileSync", "f", "x"))).toMatchObject({
      code: "EROFS",
      message: "EROFS: read-only file system, open 'f'",
    });
    for (const fn of ["mkdirSync", "rmSync", "unlinkSync", "rmdirSync"]) {
      expect(thrown(() => call(fn, "f")).code).toBe("EROFS");
    }
  });
});
