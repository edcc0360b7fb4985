import { expect, test } from "bun:test";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { LIMITS } from "../../src/core/limits.ts";
import { childrenOf } from "../crash/world.ts";
import { Daemon, makeSession, repl, runFile, vm } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

const PAGE_BYTES = 4096;

test("a damaged page: the start names the file, what is wrong, and what to do", async () => {
  using folder = tempFolder();
  const db = folder.join("vm.db");
  const daemon = await Daemon.start({ db });
  const { sessionId } = await makeSession(daemon, folder.path);
  await repl(daemon, sessionId, "1");
  await daemon.stop();
  const file = openSync(db, "r+");
  const lastPage = statSync(db).size / PAGE_BYTES - 1;
  for (const page of [lastPage - 1, lastPage]) {
    writeSync(file, Buffer.alloc(PAGE_BYTES, 0xa5), 0, PAGE_BYTES, page * PAGE_BYTES);
  }
  closeSync(file);
  const ran = await vm(["serve", "--listen", "127.0.0.1:0", "--db", db]);
  expect(ran.err).toMatch(new RegExp(`The database ${db} is damaged: .*page`, "i"));
  expect(ran.err).toContain("put a backup in its place");
  expect(ran.code).toBe(1);
});

test("of many daemons that start at once on a new database, one serves", async () => {
  using folder = tempFolder();
  const db = folder.join("vm.db");
  const starts = await Promise.allSettled(Array.from({ length: 5 }, () => Daemon.start({ db })));
  const served = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const refused = starts.flatMap((start) => (start.status === "rejected" ? [start.reason] : []));
  await using all = new AsyncDisposableStack();
  for (const daemon of served) all.use(daemon);
  expect(served).toHaveLength(1);
  for (const { message } of refused) expect(message).toContain(`The database ${db} is in use by`);
  const [daemon] = served as [Daemon];
  const { sessionId } = await makeSession(daemon, folder.path);
  expect((await repl(daemon, sessionId, "1")).body.status).toBe("ok");
});

test("a worktree that vanishes and comes back", async () => {
  using folder = tempFolder();
  const worktree = folder.join("tree");
  mkdirSync(worktree);
  writeFileSync(`${worktree}/a.js`, "41 + 1");
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, worktree, { modules: ["fs"] });
  const bare = await makeSession(daemon, worktree);
  const read = `const text = require("fs").readFileSync("a.js"); globalThis.kept = 7; text`;
  expect((await repl(daemon, sessionId, read)).body.result?.preview).toBe("41 + 1");

  renameSync(worktree, folder.join("elsewhere"));
  const gone = await repl(daemon, sessionId, "kept");
  expect([gone.status, gone.body.error?.code]).toEqual([422, "INVALID_WORKTREE"]);
  expect((await runFile(daemon, bare.sessionId, "a.js")).body.error?.code).toBe("FILE_NOT_FOUND");
  expect((await repl(daemon, bare.sessionId, "1 + 1")).body.result?.preview).toBe("2");

  renameSync(folder.join("elsewhere"), worktree);
  expect((await repl(daemon, sessionId, "kept")).body.result?.preview).toBe("7");
  expect((await runFile(daemon, sessionId, "a.js")).body.result?.preview).toBe("42");
  rmSync(worktree, { recursive: true });
});

test("an execution that ends while the daemon itself is stopped has not passed its limit", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const wallMs = 600;
  const { sessionId } = await makeSession(daemon, folder.path, {
    modules: ["fs"],
    settings: { limits: { wall_ms: wallMs } },
  });
  const input = `const { writeFileSync } = require("fs");
    globalThis.count = (globalThis.count ?? 0) + 1;
    writeFileSync("begun", String(count));
    await new Promise((resolve) => setTimeout(resolve, 50));
    writeFileSync("over", String(count));
    count`;
  const says = (file: string, count: number) =>
    existsSync(folder.join(file)) && readFileSync(folder.join(file), "utf8") === String(count);
  for (let count = 1; count <= 3; count++) {
    const { body } = await daemon.json<{ id: string }>("POST", "/executions/repl", {
      session_id: sessionId,
      input,
      wait: false,
    });
    await until(() => says("begun", count), "the execution has begun");
    daemon.process.kill("SIGSTOP");
    // As a paused machine would be: until past the limit and its grace.
    const passedMs = performance.now() + wallMs + LIMITS.killGraceMs;
    await until(
      () => says("over", count) && performance.now() > passedMs && areIdle(daemon.process.pid),
      "the execution has ended and its limit has passed",
    );
    daemon.process.kill("SIGCONT");
    const ended = await daemon.json("GET", `/executions/${body.id}?wait_ms=20000`);
    expect(ended.body).toMatchObject({ status: "ok", result: { json: count } });
  }
});

/** Whether no worker of the daemon has anything to do. */
const areIdle = (daemonPid: number): boolean =>
  childrenOf(daemonPid).every((pid) => /\) S /.test(readFileSync(`/proc/${pid}/stat`, "latin1")));

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(`never: ${what}`);
    await Bun.sleep(5);
  }
}

test("a database that is moved away under the daemon: nothing is taken, until it is back", async () => {
  using folder = tempFolder();
  const db = folder.join("vm.db");
  await using daemon = await Daemon.start({ db });
  const { sessionId } = await makeSession(daemon, folder.path);
  await repl(daemon, sessionId, "globalThis.kept = 1");
  const codeOf = ({ status, body }: { status: number; body: { error?: { code?: string } } }) =>
    `${status} ${body.error?.code}`;

  renameSync(db, `${db}.aside`);
  expect(codeOf(await repl(daemon, sessionId, "kept = 2"))).toBe("503 STORE_GONE");
  const unwaited = () =>
    daemon.json<{ error?: { code: string } }>("POST", "/executions/repl", {
      session_id: sessionId,
      input: "kept = 3; for (;;) {}",
      wait: false,
    });
  // Tried again and again while it runs, and said once.
  const slow = "await new Promise((resolve) => setTimeout(resolve, 300))";
  expect(codeOf(await repl(daemon, sessionId, slow))).toBe("503 STORE_GONE");
  expect(daemon.log.split("could not be stored yet").length - 1).toBeLessThanOrEqual(2);
  // Refused, each is no more: the session is free for the next.
  for (let i = 0; i < 5; i++) expect(codeOf(await unwaited())).toBe("503 STORE_GONE");
  expect((await daemon.json("GET", `/sessions/${sessionId}`)).body).toMatchObject({
    status: "ready",
  });
  renameSync(`${db}.aside`, db);
  expect((await repl(daemon, sessionId, "kept")).body.result?.json).toBe(1);
  await repl(daemon, sessionId, "kept = 4");
  await daemon.kill9();
  await using after = await daemon.restart();
  expect((await repl(after, sessionId, "kept")).body.result?.json).toBe(4);
});
