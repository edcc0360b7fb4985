import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { Daemon, makeSession, repl, runFile } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

const OUTSIDE = [
  "../secret.txt",
  "sub/../../secret.txt",
  "/etc/passwd",
  "etc/passwd",
  "to-secret",
  "a\0b",
  `${"x/".repeat(2500)}y`,
];

test("nothing outside the worktree is read or written, whatever the path", async () => {
  using folder = tempFolder();
  const worktree = folder.join("worktree");
  mkdirSync(`${worktree}/sub`, { recursive: true });
  writeFileSync(folder.join("secret.txt"), "secret = 1");
  symlinkSync("/etc", `${worktree}/etc`);
  symlinkSync("../secret.txt", `${worktree}/to-secret`);
  symlinkSync("..", `${worktree}/up`);
  writeFileSync(`${worktree}/inside.js`, "'inside'");
  symlinkSync("inside.js", `${worktree}/link.js`);
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId, templateId } = await makeSession(daemon, worktree, {
    modules: ["fs", "database"],
  });

  for (const path of OUTSIDE) {
    const ran = await runFile(daemon, sessionId, path);
    expect([path.slice(0, 30), ran.status, ran.body.error?.code]).toEqual([
      path.slice(0, 30),
      422,
      "INVALID_PATH",
    ]);
    const quoted = JSON.stringify(path);
    for (const code of [
      `require('fs').readFileSync(${quoted})`,
      `require('fs').writeFileSync(${quoted}, 'x')`,
      `require('fs').readdirSync(${JSON.stringify(`${path}/..`)}); throw Object.assign(new Error(), { code: 'EACCES' })`,
      `require('database').configure('sqlite3', ${quoted}); require('database').exec('CREATE TABLE t (x)')`,
    ]) {
      const { body } = await repl(daemon, sessionId, code);
      expect([code.slice(0, 60), body.status]).toEqual([code.slice(0, 60), "error"]);
      expect(body.error?.message).not.toContain("secret = 1");
    }
    const required = await repl(daemon, sessionId, `require(${JSON.stringify(`./${path}`)})`);
    expect(required.body.status).toBe("error");
  }
  const read = await repl(daemon, sessionId, "require('fs').readFileSync('../secret.txt')");
  expect(read.body.error).toMatchObject({ code: "EACCES" });

  for (const path of ["../x.js", "/x.js", "a/../../x.js", "."]) {
    const added = await daemon.json<{ error: { code: string } }>(
      "POST",
      `/templates/${templateId}/startup-files`,
      { path },
    );
    expect([path, added.status, added.body.error.code]).toEqual([path, 422, "INVALID_PATH"]);
  }
  expect(readFileSync(folder.join("secret.txt"), "utf8")).toBe("secret = 1");
  expect(
    readdirSync(folder.path)
      .filter((name) => !name.startsWith("vm.db"))
      .sort(),
  ).toEqual(["secret.txt", "worktree"]);

  const linked = await daemon.json("POST", "/executions/run-file", {
    session_id: sessionId,
    path: "link.js",
  });
  expect(linked.body).toMatchObject({ status: "ok", path: "inside.js" });
  const executions = await daemon.json<{ kind: string }[]>(
    "GET",
    `/executions?session_id=${sessionId}`,
  );
  expect(executions.body.filter(({ kind }) => kind === "run_file")).toHaveLength(1);
});

test("the binary obeys no bunfig.toml and no .env of the folder it starts in", async () => {
  using folder = tempFolder();
  writeFileSync(folder.join("bunfig.toml"), 'preload = ["./evil.ts"]\n');
  writeFileSync(folder.join("evil.ts"), 'require("fs").writeFileSync("owned", "by bunfig");');
  writeFileSync(folder.join(".env"), "VM_SYSTEM_SERVER_URL=http://evil.invalid\nLISTEN=1\n");
  await using daemon = await Daemon.start({ db: folder.join("vm.db"), cwd: folder.path });
  const { sessionId } = await makeSession(daemon, folder.path);
  expect((await repl(daemon, sessionId, "1 + 1")).body.result?.preview).toBe("2");
  expect(readdirSync(folder.path)).not.toContain("owned");
});

test("large files read one after another are not held together", async () => {
  using folder = tempFolder();
  writeFileSync(folder.join("large.bin"), Buffer.alloc(14 * 1024 * 1024));
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path, { modules: ["fs"] });
  const read = "require('fs').readFileSync('large.bin', null).length";
  const code = `let read = 0; for (let i = 0; i < 24; i++) read += ${read}; read`;
  const { body } = await repl(daemon, sessionId, code);
  expect(body).toMatchObject({ status: "ok", result: { json: 24 * 14 * 1024 * 1024 } });
});

test("a worktree above the daemon's database gives nobody the database", async () => {
  using folder = tempFolder();
  mkdirSync(folder.join("data/store"), { recursive: true });
  await using daemon = await Daemon.start({ db: folder.join("data/store/vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path, { modules: ["fs", "database"] });
  const attempts = [
    "fs.readFileSync('data/store/vm.db')",
    "fs.renameSync('data', 'moved')",
    "fs.renameSync('data/store', 'moved')",
    "fs.rmSync('data', { recursive: true })",
    "require('database').configure('sqlite', 'data/store/vm.db')",
  ];
  const code = `const fs = require('fs'); [${attempts.map((each) => `() => ${each}`)}].map((attempt) => {
    try { attempt(); return 'done'; } catch ({ code }) { return code; }
  })`;
  const tried = await repl(daemon, sessionId, code);
  expect(tried.body.result?.json).toEqual(attempts.map(() => "EACCES"));
  await daemon.kill9();
  await using again = await daemon.restart();
  expect((await repl(again, sessionId, "1 + 1")).body.result?.preview).toBe("2");
});
