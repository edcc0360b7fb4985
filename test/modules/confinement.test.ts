import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { landlockAbi } from "../../src/modules/landlock.ts";
import type { WorkerProfile } from "../../src/modules/profile.ts";
import { TempFolder } from "./temp-folder.ts";

/** Runs confined.ts in a process of its own, under the profile that the folder is given. */
async function confined(profileOf: (worktree: string) => WorkerProfile) {
  using outside = new TempFolder();
  using folder = new TempFolder();
  writeFileSync(outside.at("secret"), "secret");
  writeFileSync(folder.at("inside"), "inside");
  mkdirSync(folder.at("sub"));
  using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const child = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, "confined.ts"),
      JSON.stringify(profileOf(folder.path)),
      String(server.port),
      outside.path,
    ],
    { env: { SECRET: "hush" }, stdout: "pipe", stderr: "pipe" },
  );
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if ((await child.exited) !== 0) throw new Error(`confined.ts failed: ${err}${out}`);
  expect(readdirSync(outside.path)).toEqual(["secret"]);
  return JSON.parse(out) as Record<string, unknown>;
}

/** What no profile lets anyone do. */
const CLOSED = {
  confinement: "kernel",
  passwd: "EACCES",
  environ: "EACCES",
  parentEnviron: "EACCES",
  parentMemory: "EACCES",
  rootList: "EACCES",
  outsideRead: "EACCES",
  outsideWrite: "EACCES",
  signalParent: "EPERM",
  time: expect.any(String),
  random: 36,
  json: "A",
};

describe.skipIf(process.platform !== "linux" || landlockAbi() < 6)("confinement", () => {
  test("bare: no file, no program, no network", async () => {
    expect(await confined(() => ({ kind: "bare" }))).toMatchObject({
      ...CLOSED,
      insideRead: expect.stringMatching(/^E/),
      insideWrite: "EACCES",
      spawn: "EACCES",
      exec: "EACCES",
      connect: expect.stringMatching(/^E/),
      database: [{ a: 1 }],
    });
  });

  test("worktree: that folder alone", async () => {
    const results = await confined((worktreePath) => ({
      kind: "worktree",
      worktreePath,
      writable: true,
      exec: false,
      tcp: false,
    }));
    expect(results).toMatchObject({
      ...CLOSED,
      insideRead: "inside",
      insideWrite: "done",
      fs: "inside",
      spawn: "EACCES",
      exec: "EACCES",
      connect: expect.stringMatching(/^E/),
      database: [{ a: 1 }],
    });
  });

  test("read-only worktree", async () => {
    const results = await confined((worktreePath) => ({
      kind: "worktree",
      worktreePath,
      writable: false,
      exec: false,
      tcp: false,
    }));
    expect(results).toMatchObject({ ...CLOSED, insideRead: "inside", insideWrite: "EACCES" });
  });

  test("programs are confined as the worker is", async () => {
    const results = await confined((worktreePath) => ({
      kind: "worktree",
      worktreePath,
      writable: true,
      exec: true,
      tcp: false,
    }));
    expect(results).toMatchObject({
      ...CLOSED,
      insideRead: "inside",
      insideWrite: "done",
      spawn: "hello\n",
      exec: "ran\n",
      execReads: "",
      execSockets: 1,
      connect: expect.stringMatching(/^E/),
      database: [{ a: 1 }],
    });
  });

  test("a network where it is granted", async () => {
    const results = await confined((worktreePath) => ({
      kind: "worktree",
      worktreePath,
      writable: true,
      exec: true,
      tcp: true,
    }));
    expect(results).toMatchObject({ ...CLOSED, execSockets: "", connect: "connected" });
  });
});
