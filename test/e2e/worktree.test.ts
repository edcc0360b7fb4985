import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
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

test("a session stays in its folder when another one, around it, puts a link there", async () => {
  using folder = tempFolder();
  for (const path of ["around/inner", "outside"]) mkdirSync(folder.join(path), { recursive: true });
  writeFileSync(folder.join("outside/secret.js"), "'secret'");
  writeFileSync(folder.join("around/inner/own.js"), "'own'");
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const around = await makeSession(daemon, folder.join("around"), { modules: ["exec"] });
  const inner = await makeSession(daemon, folder.join("around/inner"), { modules: ["fs"] });
  const bare = await makeSession(daemon, folder.join("around/inner"));
  const swap = "mv inner kept; ln -s ../outside inner";
  await repl(daemon, around.sessionId, `require("exec").run("sh", ["-c", "${swap}"])`);
  expect(readdirSync(folder.join("around")).sort()).toEqual(["inner", "kept"]);

  // No worker has been in the folder as it was.
  await daemon.kill9();
  await using again = await daemon.restart();
  const refused = { status: 422, body: { error: { code: "INVALID_WORKTREE" } } };
  const read = "require('fs').readFileSync('secret.js')";
  expect(await repl(again, inner.sessionId, read)).toMatchObject(refused);
  expect(await runFile(again, inner.sessionId, "secret.js")).toMatchObject(refused);
  const forked = await again.json("POST", `/sessions/${inner.sessionId}/fork`, {});
  expect(forked).toMatchObject(refused);
  const required = await repl(again, bare.sessionId, "require('./secret.js')");
  expect(required.body).toMatchObject({ status: "error", error: { code: "MODULE_NOT_FOUND" } });
  const ran = await runFile(again, bare.sessionId, "secret.js");
  expect(ran.body.error?.code).toBe("FILE_NOT_FOUND");

  unlinkSync(folder.join("around/inner"));
  renameSync(folder.join("around/kept"), folder.join("around/inner"));
  const own = await repl(again, inner.sessionId, "require('fs').readFileSync('own.js')");
  expect(own.body.result?.preview).toBe("'own'");
});

test("a session that was made by way of a link works in the folder that it led to", async () => {
  using folder = tempFolder();
  for (const name of ["first", "second"]) {
    mkdirSync(folder.join(name));
    writeFileSync(folder.join(`${name}/which.js`), `"${name}"`);
  }
  symlinkSync("first", folder.join("link"));
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, folder.join("link"), { modules: ["fs"] });
  unlinkSync(folder.join("link"));
  symlinkSync("second", folder.join("link"));
  expect((await runFile(daemon, sessionId, "which.js")).body.result?.preview).toBe("first");
  const read = await repl(daemon, sessionId, "require('fs').readFileSync('which.js')");
  expect(read.body.result?.preview).toBe('"first"');
  const { body } = await daemon.json("GET", `/sessions/${sessionId}`);
  expect(body.worktree_path).toBe(folder.join("link"));
  const exported = await fetch(`${daemon.url}/api/v1/sessions/${sessionId}/export`);
  const bytes = await exported.arrayBuffer();
  const query = new URLSearchParams({ worktree_path: folder.join("second") });
  const imported = await fetch(`${daemon.url}/api/v1/sessions/import?${query}`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: bytes,
  });
  const { id } = (await imported.json()) as { id: string };
  expect((await runFile(daemon, id, "which.js")).body.result?.preview).toBe("second");
});

test("a session of an older version, which says only a path, works by way of a link", async () => {
  using folder = tempFolder();
  mkdirSync(folder.join("there"));
  writeFileSync(folder.join("there/which.js"), '"there"');
  symlinkSync("there", folder.join("link"));
  const db = folder.join("vm.db");
  await using daemon = await Daemon.start({ db });
  const made = await makeSession(daemon, folder.join("link"), { modules: ["fs"] });
  const bare = await makeSession(daemon, folder.join("link"));
  await daemon.stop();
  {
    using store = new Database(db);
    store.run("UPDATE vm_session SET grants = json_remove(grants, '$.worktree')");
  }
  await using again = await daemon.restart();
  const read = await repl(again, made.sessionId, "require('fs').readFileSync('which.js')");
  expect(read.body.result?.preview).toBe('"there"');
  for (const { sessionId } of [made, bare]) {
    const required = await repl(again, sessionId, "require('./which.js'); 1");
    expect(required.body.status).toBe("ok");
    expect((await runFile(again, sessionId, "which.js")).body.result?.preview).toBe("there");
  }
  unlinkSync(folder.join("link"));
  expect((await repl(again, bare.sessionId, "1")).body.status).toBe("ok");
});

test("a session whose worktree has vanished is not taken into memory, and says why", async () => {
  using folder = tempFolder();
  const worktree = folder.join("worktree");
  mkdirSync(worktree);
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, worktree, { modules: ["fs"] });
  await repl(daemon, sessionId, "var kept = 1");
  const ask = (what: string, body?: object) =>
    daemon.json<{ error?: { code: string }; completions?: string[] }>(
      "POST",
      `/sessions/${sessionId}/${what}`,
      body,
    );
  await ask("sleep");
  renameSync(worktree, folder.join("elsewhere"));
  for (const [what, body] of [
    ["wake", undefined],
    ["complete", { text: "ke" }],
  ] as const) {
    const { status, body: answer } = await ask(what, body);
    expect([what, status, answer.error?.code]).toEqual([what, 422, "INVALID_WORKTREE"]);
  }
  renameSync(folder.join("elsewhere"), worktree);
  expect((await ask("wake")).status).toBe(200);
  expect((await ask("complete", { text: "ke" })).body).toMatchObject({ completions: ["kept"] });
});
