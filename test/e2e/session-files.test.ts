import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { BINARY, CLEAN_ENV, Daemon, repl, vm } from "../harness/binary.ts";
import {
  damage,
  damageBase,
  damageHeap,
  damageJson,
  partsOf,
  randomOf,
  seal,
  withBase,
} from "../harness/session-file-mutations.ts";
import { tempFolder } from "../harness/temp-folder.ts";

const DATABASE = `const db = require("database");
db.configure("sqlite3", ":memory:");
db.exec("CREATE TABLE t (a)");
db.exec("INSERT INTO t VALUES (41), (42)");
globalThis.names = new Map([["a", [1, 2]]]);
[Math.random(), crypto.randomUUID()]`;

async function makeTemplate(daemon: Daemon, settings: object = {}): Promise<string> {
  const template = await daemon.json<{ id: string }>("POST", "/templates", {
    name: "ci",
    settings,
  });
  for (const name of ["database", "fs"]) {
    await daemon.json("POST", `/templates/${template.body.id}/modules`, { name });
  }
  return template.body.id;
}

async function makeSession(daemon: Daemon, template_id: string, worktree_path: string) {
  const session = await daemon.json<{ id: string }>("POST", "/sessions", {
    template_id,
    workspace_id: "workspace",
    base_commit_oid: "0123abc",
    worktree_path,
  });
  return session.body.id;
}

const download = async (daemon: Daemon, id: string) =>
  new Uint8Array(await (await fetch(`${daemon.url}/api/v1/sessions/${id}/export`)).arrayBuffer());

async function upload(daemon: Daemon, file: Uint8Array, worktree: string) {
  const query = new URLSearchParams({ worktree_path: worktree });
  const response = await fetch(`${daemon.url}/api/v1/sessions/import?${query}`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: file as Uint8Array<ArrayBuffer>,
  });
  const body = (await response.json()) as { id: string; error?: { code: string } };
  return { status: response.status, body };
}

test("a session goes on elsewhere: state, in-memory database, history, template", async () => {
  using here = tempFolder();
  using there = tempFolder();
  await using daemon = await Daemon.start({ db: here.join("vm.db") });
  await using other = await Daemon.start({ db: there.join("vm.db"), env: { HOME: there.path } });
  const id = await makeSession(daemon, await makeTemplate(daemon), here.path);
  expect((await repl(daemon, id, DATABASE)).body.status).toBe("ok");

  const file = there.join("moved.vmsession");
  const cli = (at: Daemon, ...args: string[]) => vm(["--server-url", at.url, "--json", ...args]);
  const exported = await cli(daemon, "session", "export", id, "-o", file, "--history");
  expect([exported.err, exported.code]).toEqual(["", 0]);
  expect(JSON.parse(exported.out)).toEqual({ session_id: id, file, bytes: statSync(file).size });
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const imported = await cli(other, "session", "import", file, "--worktree-path", there.path);
  expect([imported.err, imported.code]).toEqual(["", 0]);
  const session = JSON.parse(imported.out);
  expect(session).toMatchObject({
    status: "ready",
    workspace_id: "workspace",
    base_commit_oid: "0123abc",
    worktree_path: there.path,
  });
  expect(session.id).not.toBe(id);

  const look = "[db.query('SELECT sum(a) AS n FROM t')[0].n, names.get('a')]";
  const random = "[Math.random(), crypto.randomUUID()]";
  const [one, two] = [await repl(daemon, id, random), await repl(other, session.id, random)];
  expect(one.body.result?.json).not.toEqual(two.body.result?.json);
  expect((await repl(other, session.id, look)).body.result?.json).toEqual([83, [1, 2]]);
  // What the copy does is its own.
  await repl(other, session.id, "names.set('a', 'changed'); db.exec('DELETE FROM t')");
  expect((await repl(daemon, id, look)).body.result?.json).toEqual([83, [1, 2]]);

  const list = await other.json<{ input: string }[]>("GET", `/executions?session_id=${session.id}`);
  expect(list.body.at(-1)?.input).toBe(DATABASE);
  const [template] = (await other.json<{ id: string; name: string }[]>("GET", "/templates")).body;
  expect(template).toMatchObject({
    id: session.vm_id,
    name: "ci",
    exposed_modules: ["database", "fs"],
  });
  expect((await upload(other, readFileSync(file), there.path)).body).toMatchObject({
    vm_id: session.vm_id,
  });

  // Also after a start, and back again from where it went.
  await other.kill9();
  await using again = await other.restart();
  expect((await repl(again, session.id, "names.get('a')")).body.result?.json).toBe("changed");
  const back = await upload(daemon, await download(again, session.id), here.path);
  expect(back.status).toBe(201);
  expect((await repl(daemon, back.body.id, "names.get('a')")).body.result?.json).toBe("changed");
}, 30_000);

test("a running session gives its last finished state, a closed one its last", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const id = await makeSession(daemon, await makeTemplate(daemon), folder.path);
  await repl(daemon, id, "var kept = 'before'");
  const running = { session_id: id, input: "kept = 'after'; for (;;);", wait: false };
  await daemon.json("POST", "/executions/repl", running);
  const file = await download(daemon, id);
  await daemon.json("POST", `/sessions/${id}/close`);
  for (const each of [file, await download(daemon, id)]) {
    const { body } = await upload(daemon, each, folder.path);
    expect((await repl(daemon, body.id, "kept")).body.result?.json).toBe("before");
  }
}, 30_000);

test("a template of the same name and other content is left alone", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const template = await makeTemplate(daemon);
  const id = await makeSession(daemon, template, folder.path);
  await repl(daemon, id, "1");
  const file = await download(daemon, id);
  await daemon.json("PATCH", `/templates/${template}`, { settings: { limits: { mem_mb: 64 } } });
  const imported = await Promise.all([1, 2, 3].map(() => upload(daemon, file, folder.path)));
  expect(imported.map(({ status }) => status)).toEqual([201, 201, 201]);
  const names = (await daemon.json<{ name: string }[]>("GET", "/templates")).body;
  expect(names.map(({ name }) => name).sort()).toEqual(["ci", "ci (2)"]);
}, 30_000);

test("a session of a program with another base image goes on, also after a start", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const id = await makeSession(daemon, await makeTemplate(daemon), folder.path);
  await repl(daemon, id, "var kept = { value: 42 }");
  // The very end of the base image's heap: nothing lies there yet.
  const other = withBase(await partsOf(await download(daemon, id)), (pages) => {
    pages.writeUInt8(1, pages.length - 1);
  });
  const { base: _, ...without } = other;
  const refused = await upload(daemon, await seal(without), folder.path);
  expect([refused.status, refused.body.error?.code]).toEqual([422, "IMAGE_UNSUPPORTED"]);

  const imported = await upload(daemon, await seal(other), folder.path);
  expect(imported.status).toBe(201);
  expect((await repl(daemon, imported.body.id, "kept.value")).body.result?.json).toBe(42);
  await daemon.kill9();
  await using again = await daemon.restart();
  expect((await repl(again, imported.body.id, "kept.value += 1")).body.result?.json).toBe(43);
  const file = await download(again, imported.body.id);
  expect((await partsOf(file)).base).toEqual((await partsOf(await seal(other))).base);
}, 30_000);

test("run --save and --from, without a daemon", async () => {
  using folder = tempFolder();
  const file = folder.join("failing.vmsession");
  writeFileSync(
    folder.join("step.js"),
    "globalThis.rows = [1, 2, 3];\nthrow new Error('no luck');",
  );
  const cwd = folder.path;
  const failed = await vm(["run", "step.js", "--save", file], { cwd });
  expect([failed.code, existsSync(file)]).toEqual([1, true]);
  const looked = await vm(["run", "--from", file, "-e", "rows.length"], { cwd });
  expect([looked.err, looked.out, looked.code]).toEqual(["", "3\n", 0]);
  const prompt = await vm(["repl", "--from", file], { cwd, stdin: "rows.at(-1)\n" });
  expect(prompt.out).toContain("3");
  const both = await vm(["run", "--from", file, "--module", "fs", "-e", "1"], { cwd });
  expect([both.code, both.err]).toEqual([2, expect.stringContaining("--module is for a new")]);
});

test("a session goes through a pipe", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const id = await makeSession(daemon, await makeTemplate(daemon), folder.path);
  await repl(daemon, id, "globalThis.n = 41");
  const program = `"${BINARY}" --server-url ${daemon.url}`;
  const piped = Bun.spawn(
    [
      "sh",
      "-c",
      `${program} session export ${id} -o - | ${program} session import - --worktree-path . --json`,
    ],
    { cwd: folder.path, env: CLEAN_ENV, stdout: "pipe", stderr: "pipe" },
  );
  const [imported, errors] = await Promise.all([piped.stdout.json(), piped.stderr.text()]);
  expect(errors).toBe("");
  expect((await repl(daemon, imported.id, "n + 1")).body.result?.json).toBe(42);
  const mixed = ["session", "export", id, "-o", "-", "--json", "--server-url", daemon.url];
  expect((await vm(mixed)).code).toBe(2);
  expect((await vm(["run", "-e", "1", "--save", "-"])).code).toBe(2);
});

test("a session of a run with a long time limit can be taken up again", async () => {
  using folder = tempFolder();
  const cwd = folder.path;
  const run = (...words: string[]) => vm(["run", ...words], { cwd });
  // More than an execution may compute, not more than it may last.
  const saved = await run("-e", "globalThis.n = 1", "--timeout", "2h", "--save", "s.vmsession");
  expect([saved.err, saved.code]).toEqual(["", 0]);
  const looked = await run("--from", "s.vmsession", "-e", "n + 1");
  expect([looked.err, looked.out]).toEqual(["", "2\n"]);
  const long = await run("-e", "1", "--timeout", "25h");
  expect([long.err, long.code]).toEqual([
    'Error: --timeout: "25h" is more than the 24h that may be\n',
    2,
  ]);
});

test.each([
  ["nowhere/x.vmsession", "there is no such folder"],
  [".", "it is a folder"],
])("run --save %s is refused before any code runs", async (save, why) => {
  using folder = tempFolder();
  const words = ["run", "-e", "console.log('ran')", "--save", save];
  expect(await vm(words, { cwd: folder.path })).toEqual({
    out: "",
    err: `Error: ${save} cannot be written: ${why}\n`,
    code: 2,
  });
  expect(readdirSync(folder.path)).toEqual([]);
});

test("one file many times at once, and a kill in the midst: sessions of their own, or none", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const id = await makeSession(daemon, await makeTemplate(daemon), folder.path);
  expect((await repl(daemon, id, DATABASE)).body.status).toBe("ok");
  for (let i = 0; i < 40; i++) await repl(daemon, id, "console.log('x'.repeat(5000))");
  const query = new URLSearchParams({ history: "true" });
  const exported = await fetch(`${daemon.url}/api/v1/sessions/${id}/export?${query}`);
  const file = new Uint8Array(await exported.arrayBuffer());

  const eight = () => Array.from({ length: 8 }, () => upload(daemon, file, folder.path));
  const imported = await Promise.all(eight());
  expect(imported.map(({ status }) => status)).toEqual(Array(8).fill(201));
  const ids = imported.map(({ body }) => body.id);
  expect(new Set([id, ...ids]).size).toBe(9);

  const cut = Promise.allSettled(eight());
  await upload(daemon, file, folder.path).then(
    () => daemon.kill9(),
    () => daemon.kill9(),
  );
  await cut;
  await using again = await daemon.restart();
  const { body: sessions } = await again.json<{ id: string; status: string }[]>("GET", "/sessions");
  expect(sessions.map((session) => session.id)).toEqual(expect.arrayContaining([id, ...ids]));
  const drawn = new Set<unknown>();
  for (const session of sessions) {
    expect(session.status).toBe("ready");
    const ran = await repl(
      again,
      session.id,
      "[db.query('SELECT count(*) AS n FROM t')[0].n, names.size, Math.random()]",
    );
    expect(ran.body.result?.json).toEqual([2, 1, expect.any(Number)]);
    drawn.add((ran.body.result?.json as number[] | undefined)?.[2]);
  }
  expect(drawn.size).toBe(sessions.length);
}, 30_000);

const CASES = 60;
const SEED = 5;

test(`${CASES} hostile files: each is refused or a session, and the daemon stays`, async () => {
  using folder = tempFolder();
  const worktree = folder.join("worktree");
  mkdirSync(worktree);
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const limits = { cpu_ms: 500, wall_ms: 20_000, mem_mb: 16 };
  const id = await makeSession(daemon, await makeTemplate(daemon, { limits }), worktree);
  const made = await repl(daemon, id, `${DATABASE}; globalThis.big = Array(5000).fill({ i: 7 })`);
  expect(made.body).toMatchObject({ status: "ok" });
  const file = await download(daemon, id);
  const parts = await partsOf(file);
  const random = randomOf(SEED);
  const counts: Record<string, number> = {};
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };

  for (let i = 0; i < CASES; i++) {
    const bytes = await hostile();
    const { status, body } = await upload(daemon, bytes, worktree);
    count(body.error?.code ?? "session");
    expect([201, 422]).toContain(status);
    if (status === 422) {
      expect(body.error?.code).toMatch(/^IMAGE_(INVALID|UNSUPPORTED)$/);
      continue;
    }
    const input = "[typeof names, typeof db, db.query('SELECT a FROM t').length, Math.random()]";
    const ran = await repl(daemon, body.id, input);
    count(`ran ${ran.body.status ?? ran.body.error?.code}`);
    // A session that cannot be taken up, or too much output, and never a bug of ours.
    expect([201, 422]).toContain(ran.status);
    await daemon.json("POST", `/sessions/${body.id}/close`);
  }
  expect(counts).toMatchObject({ session: expect.any(Number), IMAGE_INVALID: expect.any(Number) });
  expect((await repl(daemon, id, "big[4999].i")).body.result?.json).toBe(7);
  expect(daemon.log).not.toContain("internal error");

  async function hostile(): Promise<Uint8Array> {
    switch (random(6)) {
      case 0:
        return damage(file, random);
      case 1:
        return seal({ ...parts, session: damageJson(parts.session!, random) });
      case 2:
        return seal({ ...parts, image: Buffer.from(damage(parts.image!, random)) });
      case 3:
        return seal(damageBase(parts, random));
      default:
        return seal({ ...parts, image: damageHeap(parts.image!, random) });
    }
  }
}, 120_000);

test("a session of a template with the longest name can be imported beside another, and again", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const name = `${"n".repeat(251)}\u{1f600}nnn`;
  const template = await daemon.json<{ id: string }>("POST", "/templates", { name });
  const id = await makeSession(daemon, template.body.id, folder.path);
  const file = await download(daemon, id);
  await daemon.json("PATCH", `/templates/${template.body.id}`, {
    settings: { limits: { cpu_ms: 77 } },
  });
  const imported = await upload(daemon, file, folder.path);
  expect(imported.status).toBe(201);
  const again = await upload(daemon, await download(daemon, imported.body.id), folder.path);
  expect([again.status, again.body.error?.code]).toEqual([201, undefined]);
  const { body } = await daemon.json<{ name: string }[]>("GET", "/templates");
  expect(body.map((each) => each.name)).toEqual([`${"n".repeat(251)} (2)`, name]);
});

test("a session of a template with the deepest configuration that is taken can be imported", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const template = await daemon.json<{ id: string }>("POST", "/templates", { name: "deep" });
  const path = `/api/v1/templates/${template.body.id}/capabilities`;
  const add = (levels: number) =>
    fetch(daemon.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"kind":"env","name":"deep ${levels}","config":{"value":${"[".repeat(levels)}${"]".repeat(levels)}}}`,
    });
  expect((await add(255)).status).toBe(400);
  expect((await add(254)).status).toBe(201);
  const id = await makeSession(daemon, template.body.id, folder.path);
  const imported = await upload(daemon, await download(daemon, id), folder.path);
  expect([imported.status, imported.body.error?.code]).toEqual([201, undefined]);
});
