import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { Daemon, type ExecutionBody, makeSession, repl, vm } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

interface Made {
  readonly sessions: readonly { readonly id: string; readonly parent_session_id: string }[];
}

async function jsonOf(daemon: Daemon, session_id: string, input: string, more: object = {}) {
  const { body } = await daemon.json<ExecutionBody>("POST", "/executions/repl", {
    session_id,
    input,
    ...more,
  });
  return body.result?.json ?? body.error ?? body;
}

const fork = async (daemon: Daemon, id: string, body: object) =>
  (await daemon.json<Made>("POST", `/sessions/${id}/fork`, body)).body.sessions;

/** An execution that left nothing. */
async function cancelled(daemon: Daemon, session_id: string, input: string) {
  const { body } = await daemon.json<ExecutionBody>("POST", "/executions/repl", {
    session_id,
    input,
    wait: false,
  });
  await daemon.json("POST", `/executions/${body.id}/cancel`);
  return body;
}

test("a session goes back and forth through its history, and forks go their own ways", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path);
  const executions: string[] = [];
  for (let i = 1; i <= 60; i++) {
    const { body } = await repl(
      daemon,
      sessionId,
      `var n = ${i}; globalThis.all ??= []; all.push(n)`,
    );
    executions.push(body.id);
  }
  const rewind = (body: object) => daemon.json("POST", `/sessions/${sessionId}/rewind`, body);
  for (const i of [10, 60, 20, 50, 30]) {
    await rewind({ execution_id: executions[i - 1] });
    expect(await jsonOf(daemon, sessionId, "[n, all.length]", { commit: false })).toEqual([i, i]);
  }
  await rewind({ steps: 5 });
  expect(await jsonOf(daemon, sessionId, "n = 'changed'", { commit: false })).toBe("changed");
  expect(await jsonOf(daemon, sessionId, "n", { commit: false })).toBe(25);
  expect(await jsonOf(daemon, sessionId, "n", { commit: false, at: executions[41] })).toBe(42);

  const forks = await fork(daemon, sessionId, { count: 20, execution_id: executions[39] });
  const seen = await Promise.all(
    forks.map(async ({ id }, at) => {
      const own = `all.push('fork ${at}'); [n, all.length, all.at(-1), Math.random(), crypto.randomUUID()]`;
      return (await jsonOf(daemon, id, own)) as [number, number, string, number, string];
    }),
  );
  expect(seen.map((values) => values.slice(0, 3))).toEqual(
    seen.map((_, at) => [40, 41, `fork ${at}`]),
  );
  expect(new Set(seen.map((values) => values[3])).size).toBe(20);
  expect(new Set(seen.map((values) => values[4])).size).toBe(20);
  expect(await jsonOf(daemon, sessionId, "all.length")).toBe(25);

  const diff = await daemon.json(
    "GET",
    `/sessions/${sessionId}/diff?from=${executions[0]}&to=${executions[2]}`,
  );
  expect(diff.body).toMatchObject({
    added: [],
    removed: [],
    changed: [
      { name: "n", before: { type: "number", preview: "1" }, after: { preview: "3" } },
      { name: "all", before: { preview: "[ 1 ]" }, after: { preview: "[ 1, 2, 3 ]" } },
    ],
  });
  await daemon.kill9();
  await using again = await daemon.restart();
  expect(await jsonOf(again, forks[7]!.id, "all.at(-1)")).toBe("fork 7");
  expect(await jsonOf(again, sessionId, "n")).toBe(25);
  const woken = await again.json("POST", `/sessions/${sessionId}/sleep`);
  expect(woken.body.residency).toBe("asleep");
  expect((await again.json("POST", `/sessions/${sessionId}/wake`)).body.residency).toBe("resident");
}, 60_000);

test("what sessions are prepared from counts as no session in a worker's memory", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const template = await daemon.json<{ id: string }>("POST", "/templates", { name: "prepared" });
  await daemon.json("POST", `/templates/${template.body.id}/capabilities`, {
    kind: "global",
    name: "GIVEN",
    config: { value: 1 },
  });
  const session = await daemon.json<{ id: string }>("POST", "/sessions", {
    template_id: template.body.id,
    workspace_id: "test",
    base_commit_oid: "0",
    worktree_path: folder.path,
  });
  const resident = async () =>
    (await daemon.json("GET", "/runtime/summary")).body.resident_sessions;
  expect([session.status, await resident()]).toEqual([201, 0]);
  expect(await jsonOf(daemon, session.body.id, "GIVEN")).toBe(1);
  expect(await resident()).toBe(1);
  await daemon.json("POST", `/sessions/${session.body.id}/close`);
  expect(await resident()).toBe(0);
});

test("a label and a rewind name the state by its execution, and the session says where it stands", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path);
  const path = `/sessions/${sessionId}`;
  const standsAt = async () => (await daemon.json("GET", path)).body.head_execution_id;
  expect(await standsAt()).toBeUndefined();
  const first = (await repl(daemon, sessionId, "var n = 1")).body.id;
  const second = (await repl(daemon, sessionId, "n = 2")).body.id;
  expect(await standsAt()).toBe(second);

  const label = `${path}/checkpoints/${first}/label`;
  const labelled = await daemon.json("PUT", label, { label: "one" });
  expect(labelled.body).toMatchObject({ execution_id: first, label: "one" });
  const list = await daemon.json<{ label?: string }[]>("GET", `${path}/checkpoints`);
  expect(list.body.map((checkpoint) => checkpoint.label)).toEqual([undefined, "one"]);

  await daemon.json("POST", `${path}/rewind`, { execution_id: first });
  expect(await standsAt()).toBe(first);
  const back = await daemon.json("POST", `${path}/rewind`, { steps: 1 });
  expect(back.body).not.toHaveProperty("head_execution_id");
  const unlabelled = await daemon.json("DELETE", label);
  expect(unlabelled.body).toMatchObject({ execution_id: first });
  expect(unlabelled.body).not.toHaveProperty("label");
});

test("a state is named by its label or its checkpoint wherever a past state is asked for", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path);
  const run = (words: readonly string[]) =>
    vm([...words, "--server-url", daemon.url], { cwd: folder.path });
  const loaded = (await repl(daemon, sessionId, "var n = 1")).body.id;
  await repl(daemon, sessionId, "n = 2");
  await run(["session", "label", sessionId, loaded, "data loaded"]);
  const list = await daemon.json<{ id: string }[]>("GET", `/sessions/${sessionId}/checkpoints`);
  const [now, before] = list.body.map(({ id }) => id);

  for (const state of ["data loaded", before!, before!.toUpperCase(), loaded]) {
    const dry = await run(["exec", "repl", sessionId, "n", "--dry-run", "--at", state]);
    expect(dry.out).toContain('Result: {"type":"number","preview":"1","json":1}');
    const diff = await run(["session", "diff", sessionId, "--from", state, "--to", now!]);
    expect(diff).toEqual({ out: "~ n: 1 → 2\n", err: "", code: 0 });
    const forked = await run(["session", "fork", sessionId, "--at", state]);
    expect(await jsonOf(daemon, forked.out.trim().split(" ").at(-1)!, "n")).toBe(1);
    await run(["session", "rewind", sessionId, "--to", state]);
    expect(await jsonOf(daemon, sessionId, "n", { commit: false })).toBe(1);
    await run(["session", "rewind", sessionId, "--to", now!]);
    expect(await jsonOf(daemon, sessionId, "n", { commit: false })).toBe(2);
  }

  const unknown = await run(["session", "rewind", sessionId, "--to", "data loade"]);
  expect(unknown.err).toStartWith(
    "Error: CHECKPOINT_NOT_FOUND (404): No checkpoint of the session has the label 'data loade'\n",
  );
  expect(unknown.code).toBe(3);
  await run(["session", "label", sessionId, now!, "data loaded"]);
  const ambiguous = await run(["session", "fork", sessionId, "--at", "data loaded"]);
  expect(ambiguous.err).toStartWith(
    "Error: LABEL_AMBIGUOUS (409): 2 checkpoints of the session have the label 'data loaded'\n",
  );
  expect(ambiguous.err).toEndWith(`checkpoint id: ${now}\ncheckpoint id: ${before}\n`);
}, 60_000);

test("an in-memory database is part of the session's state", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path, { modules: ["database"] });
  const count = "require('database').query('SELECT count(*) AS n FROM t')[0].n";
  await repl(
    daemon,
    sessionId,
    "var db = require('database'); db.configure('sqlite3', ':memory:'); db.exec('CREATE TABLE t (x)'); 1",
  );
  const executions: string[] = [];
  for (let i = 0; i < 5; i++) {
    executions.push(
      (await repl(daemon, sessionId, `db.exec('INSERT INTO t VALUES (?)', ${i}); 1`)).body.id,
    );
  }
  expect(await jsonOf(daemon, sessionId, count)).toBe(5);
  const deleted = `db.exec('DELETE FROM t'); ${count}`;
  expect(await jsonOf(daemon, sessionId, deleted, { commit: false })).toBe(0);
  expect(await jsonOf(daemon, sessionId, count)).toBe(5);
  expect(await jsonOf(daemon, sessionId, count, { commit: false, at: executions[1] })).toBe(2);
  const [one] = await fork(daemon, sessionId, { execution_id: executions[2] });
  expect(await jsonOf(daemon, one!.id, count)).toBe(3);
  await jsonOf(daemon, one!.id, "db.exec('DELETE FROM t'); 1");
  await daemon.json("POST", `/sessions/${sessionId}/rewind`, { execution_id: executions[0] });
  expect(await jsonOf(daemon, sessionId, count)).toBe(1);
  await daemon.kill9();
  await using again = await daemon.restart();
  expect(await jsonOf(again, sessionId, count)).toBe(1);
  expect(await jsonOf(again, one!.id, count)).toBe(0);
}, 60_000);

test("beyond the newest checkpoints states go, and what they took is given back", async () => {
  using folder = tempFolder();
  const db = folder.join("vm.db");
  await using daemon = await Daemon.start({ db, args: ["--keep-checkpoints", "10"] });
  const { sessionId } = await makeSession(daemon, folder.path);
  const executions: string[] = [];
  for (let i = 0; i < 80; i++) {
    executions.push((await repl(daemon, sessionId, `var n = ${i}; n`)).body.id);
    if (i !== 20) continue;
    const list = await daemon.json<{ id: string }[]>("GET", `/sessions/${sessionId}/checkpoints`);
    const path = `/sessions/${sessionId}/checkpoints/${list.body[0]!.id}/label`;
    expect((await daemon.json("PUT", path, { label: "twenty" })).body.label).toBe("twenty");
  }
  await daemon.json("POST", "/runtime/gc", {});
  const kept = await daemon.json<{ execution_id: string }[]>(
    "GET",
    `/sessions/${sessionId}/checkpoints`,
  );
  for (const { execution_id } of kept.body) {
    const n = executions.indexOf(execution_id);
    expect(await jsonOf(daemon, sessionId, "n", { commit: false, at: execution_id })).toBe(n);
  }
  expect(kept.body.length).toBeLessThan(20);
  expect(kept.body.at(-1)).toMatchObject({ execution_id: executions[20], label: "twenty" });
  const gone = await daemon.json<ExecutionBody>("POST", `/sessions/${sessionId}/rewind`, {
    execution_id: executions[50],
  });
  expect(gone.body.error?.code).toBe("CHECKPOINT_GONE");
  await daemon.json("POST", `/sessions/${sessionId}/close`);
  await daemon.json("POST", "/runtime/gc", {});
  const report = await daemon.json<{ sessions: { checkpoints: number }[] }>(
    "GET",
    "/runtime/store",
  );
  expect(report.body.sessions[0]?.checkpoints).toBe(1);
}, 60_000);

test("a fork adds less than a KiB to the database, whatever the heap", async () => {
  using folder = tempFolder();
  const db = folder.join("vm.db");
  await using daemon = await Daemon.start({ db });
  const { sessionId } = await makeSession(daemon, folder.path);
  await repl(daemon, sessionId, "globalThis.big = new Uint8Array(8e6).map((_, i) => i * i)");
  await fork(daemon, sessionId, {});
  const before = pagesOf(db);
  for (let i = 0; i < 10; i++) await fork(daemon, sessionId, { count: 64 });
  const bytes = (pagesOf(db) - before) * 4096;
  expect(bytes / 640).toBeLessThan(1024);
});

/** As another process finds it. */
function pagesOf(path: string): number {
  using db = new Database(path, { readonly: true });
  return Object.values(db.query<{ page_count: number }, []>("PRAGMA page_count").get()!)[0]!;
}

test("a state of which most changes each time is stored whole before its deltas outweigh it", async () => {
  using folder = tempFolder();
  const path = folder.join("vm.db");
  await using daemon = await Daemon.start({ db: path });
  const { sessionId } = await makeSession(daemon, folder.path);
  const input = "var list = Array.from({ length: 200 }, (_, i) => ({ i, text: 'x'.repeat(i) })); 0";
  for (let i = 0; i < 22; i++) await repl(daemon, sessionId, input);
  using db = new Database(path, { readonly: true });
  const { read, written } = db
    .query<{ read: number; written: number }, []>(
      "SELECT max(chain_bytes) AS read, sum(stored_bytes) AS written FROM checkpoint",
    )
    .get()!;
  expect(written).toBeGreaterThan(300_000);
  expect(read).toBeLessThan(200_000);
});

test("a way back that leads over a removed execution is no longer known; what a fork began with is", async () => {
  using folder = tempFolder();
  const args = ["--keep-executions", "1"];
  await using daemon = await Daemon.start({ db: folder.join("vm.db"), args });
  const { sessionId } = await makeSession(daemon, folder.path);
  await repl(daemon, sessionId, "var n = 1");
  const endless = await cancelled(daemon, sessionId, "n = 2; for (;;) {}");
  const [forked] = await fork(daemon, sessionId, { at: endless.id });
  await repl(daemon, sessionId, "n = 3");
  await daemon.json("POST", "/runtime/gc", {});
  expect((await daemon.json("GET", `/executions/${endless.id}`)).status).toBe(404);

  const back = await daemon.json<{ error: object }>("POST", `/sessions/${sessionId}/rewind`, {
    steps: 1,
  });
  expect([back.status, back.body.error]).toMatchObject([
    409,
    {
      code: "CHECKPOINT_GONE",
      message: "The session's history does not reach so far back any more",
    },
  ]);
  expect(await jsonOf(daemon, forked!.id, "n = 4")).toBe(4);
  const path = `/sessions/${forked!.id}/rewind`;
  expect((await daemon.json("POST", path, { to: endless.id })).status).toBe(200);
  expect(await jsonOf(daemon, forked!.id, "n")).toBe(1);
});

test("what leads to where a session goes is not undone, also over a removed execution", async () => {
  using folder = tempFolder();
  const args = ["--keep-executions", "1"];
  await using daemon = await Daemon.start({ db: folder.join("vm.db"), args });
  const { sessionId } = await makeSession(daemon, folder.path);
  const { body: first } = await repl(daemon, sessionId, "var n = 1");
  await cancelled(daemon, sessionId, "n = 2; for (;;) {}");
  const { body: last } = await repl(daemon, sessionId, "n = 3");
  await daemon.json("POST", "/runtime/gc", {});

  const undoneAfter = async (to: string) => {
    await daemon.json("POST", `/sessions/${sessionId}/rewind`, { to });
    const path = `/executions?session_id=${sessionId}`;
    const { body } = await daemon.json<{ id: string; undone_at?: string }[]>("GET", path);
    return body.map(({ id, undone_at }) => [id, undone_at !== undefined]);
  };
  expect(await undoneAfter(first.id)).toEqual([
    [last.id, true],
    [first.id, false],
  ]);
  expect(await undoneAfter(last.id)).toEqual([
    [last.id, false],
    [first.id, false],
  ]);
});
