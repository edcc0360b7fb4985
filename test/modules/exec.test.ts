import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createExecModule } from "../../src/modules/exec.ts";
import type { ModuleContext, ModuleValue } from "../../src/modules/module.ts";
import { ModuleError } from "../../src/modules/module.ts";
import { TempFolder } from "./temp-folder.ts";

function guestExec(worktreePath: string, change: Partial<ModuleContext> = {}) {
  const module = createExecModule({
    worktreePath,
    readOnly: false,
    memoryBytesMax: 64 * 1024 * 1024,
    assertRoom() {},
    remainingMs: () => 20_000,
    ...change,
  });
  return (...args: ModuleValue[]) => module.call("run", args);
}

function thrown(call: () => unknown): Record<string, unknown> {
  try {
    call();
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    return { name: error.guestName, message: error.message, ...error.properties };
  }
  throw new Error("nothing was thrown");
}

const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

describe("exec", () => {
  test("runs a program in the worktree and gives its output as text", () => {
    using folder = new TempFolder();
    const run = guestExec(folder.path);
    expect(run("echo", ["a b", "$HOME"])).toBe("a b $HOME\n");
    expect(run("pwd")).toBe(`${folder.path}\n`);
    expect(run("cat", [], { input: "grüße" })).toBe("grüße");
    expect(run("cat")).toBe("");
    expect(run("sh", ["-c", "echo out; echo err >&2"])).toBe("out\nerr\n");
    writeFileSync(folder.at("tool"), "#!/bin/sh\necho own $1\n", { mode: 0o755 });
    expect(run("./tool", ["x"])).toBe("own x\n");
  });

  test("the environment is clean", () => {
    using folder = new TempFolder();
    const run = guestExec(folder.path);
    const lines = String(run("env", [], { env: { EXTRA: "1" } }))
      .trim()
      .split("\n")
      .sort();
    expect(lines).toEqual([
      "EXTRA=1",
      `HOME=${folder.path}`,
      "LANG=C.UTF-8",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]);
  });

  test("a failing program throws what it said", () => {
    using folder = new TempFolder();
    const run = guestExec(folder.path);
    expect(thrown(() => run("sh", ["-c", "echo o; echo e >&2; exit 3"]))).toEqual({
      name: "Error",
      message: "Command failed with exit code 3: sh -c echo o; echo e >&2; exit 3\ne",
      code: 3,
      killed: false,
      signal: null,
      stdout: "o\n",
      stderr: "e\n",
    });
    expect(thrown(() => run("sh", ["-c", "kill -TERM $$"]))).toMatchObject({
      code: null,
      signal: "SIGTERM",
    });
    for (const name of ["no-such-program", "./none", "/none"]) {
      expect(thrown(() => run(name))).toMatchObject({
        message: `spawn ${name} ENOENT`,
        code: "ENOENT",
        errno: -2,
        path: name,
      });
    }
    expect(thrown(() => run("echo", ["a\0b"])).code).toBe("ERR_INVALID_ARG_VALUE");
    expect(thrown(() => run("sh", ["-c", "seq 1000 >&2; exit 1"])).message).toMatch(
      /^Command failed with exit code 1: sh -c seq 1000 >&2; exit 1\n….{0,3}\n(\d+\n){200,}999\n1000$/,
    );
    expect(thrown(() => run("echo", "a")).code).toBe("ERR_INVALID_ARG_TYPE");
    expect(thrown(() => run("pwd", [], { cwd: "/" }))).toMatchObject({
      name: "TypeError",
      message:
        "The argument 'options.cwd' is not known: there are input, env, timeout_ms. Received type string (\"/\")",
      code: "ERR_INVALID_ARG_VALUE",
    });
    expect(thrown(() => run("echo", [], { env: { "a=b": "c" } })).name).toBe("TypeError");
    expect(thrown(() => run("echo", ["x".repeat(2 ** 21)])).code).toBe("E2BIG");
  });

  test("time is bounded, also for programs that ignore signals", () => {
    using folder = new TempFolder();
    const run = guestExec(folder.path);
    const before = performance.now();
    const deaf = "trap '' TERM INT HUP; echo started; while :; do sleep 0.05; done";
    expect(thrown(() => run("sh", ["-c", deaf], { timeout_ms: 200 }))).toMatchObject({
      code: "ETIMEDOUT",
      killed: true,
      signal: "SIGKILL",
      stdout: "started\n",
    });
    expect(performance.now() - before).toBeLessThan(2000);
    const short = guestExec(folder.path, { remainingMs: () => 100 });
    expect(thrown(() => short("sleep", ["1000"])).code).toBe("ETIMEDOUT");
  });

  test("output is bounded while it comes", () => {
    using folder = new TempFolder();
    // A quarter of what the modules may hold: the output is there in several forms at once.
    const run = guestExec(folder.path, { memoryBytesMax: 200_000 });
    const end = thrown(() => run("sh", ["-c", "yes | head -c 1000000000"]));
    expect(end.code).toBe("ENOBUFS");
    expect(String(end.stdout)).toHaveLength(50_000);
    expect(String(guestExec(folder.path)("sh", ["-c", "yes | head -c 3000000"]))).toHaveLength(
      3_000_000,
    );
  });

  test("what a program leaves behind neither delays the answer nor outlives it", () => {
    using folder = new TempFolder();
    const run = guestExec(folder.path);
    const before = performance.now();
    const daemons =
      "setsid sh -c 'echo $$ >one; exec sleep 1000' & sh -c 'echo $$ >two; exec sleep 1000' &" +
      "(setsid setsid sh -c 'echo $$ >three; exec sleep 1000' &) ;" +
      "while ! [ -s one -a -s two -a -s three ]; do :; done; echo done";
    expect(run("sh", ["-c", daemons])).toBe("done\n");
    expect(performance.now() - before).toBeLessThan(5000);
    for (const name of ["one", "two", "three"]) {
      const pid = Number(readFileSync(folder.at(name), "utf8"));
      expect(pid).toBeGreaterThan(1);
      expect([name, isAlive(pid)]).toEqual([name, false]);
    }
  });

  test("a fork bomb ends with its call", () => {
    using folder = new TempFolder();
    const run = guestExec(folder.path);
    const bomb = "n=0; while [ $n -lt 200 ]; do (setsid sleep 777.25 &); n=$((n+1)); done; wait";
    thrown(() => run("sh", ["-c", `${bomb}; exit 1`], { timeout_ms: 3000 }));
    const left = Bun.spawnSync(["pgrep", "-f", "^sleep 777.25$"]).stdout.toString();
    expect(left).toBe("");
  });
});
