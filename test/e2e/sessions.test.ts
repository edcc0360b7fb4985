import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { Daemon, makeSession, repl } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

test("what one execution leaves, the next one finds, also after kill -9 of the daemon", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path);

  const first = await repl(daemon, sessionId, "var counter = { value: 41 }; counter.value += 1");
  expect(first.body.result).toEqual({ type: "number", preview: "42", json: 42 });
  const list = "const names = new Map([['a', [1, 2]]]); names.size";
  expect((await repl(daemon, sessionId, list)).body.status).toBe("ok");
  await daemon.kill9();

  await using again = await daemon.restart();
  const summary = await again.json("GET", "/runtime/summary");
  expect(summary.body).toMatchObject({ active_sessions: 1, active_session_ids: [sessionId] });
  expect((await again.json("GET", `/sessions/${sessionId}`)).body.status).toBe("ready");
  const after = await repl(again, sessionId, "[counter.value, names.get('a').length]");
  expect(after.body.result?.json).toEqual([42, 2]);
  const history = await again.json<unknown[]>("GET", `/executions?session_id=${sessionId}`);
  expect(history.body).toHaveLength(3);
});

test("two sessions run at the same time; a second execution in one is refused at once", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db"), args: ["--workers", "2"] });
  const one = await makeSession(daemon, folder.path);
  const other = await makeSession(daemon, folder.path);
  const endless = { input: "for (;;) {}", wait: false };

  const running = await daemon.json<{ id: string }>("POST", "/executions/repl", {
    session_id: one.sessionId,
    ...endless,
  });
  expect(running.status).toBe(202);
  expect((await repl(daemon, other.sessionId, "6 * 7")).body.result?.preview).toBe("42");
  const second = await repl(daemon, one.sessionId, "1");
  expect([second.status, second.body.error?.code]).toEqual([409, "SESSION_BUSY"]);

  const cancelled = await daemon.json("POST", `/executions/${running.body.id}/cancel`);
  expect([cancelled.status, cancelled.body.status]).toEqual([200, "cancelled"]);
  expect((await repl(daemon, one.sessionId, "1")).body.status).toBe("ok");
});

test("SIGTERM ends the daemon in order, and what was answered is there at the next start", async () => {
  using folder = tempFolder();
  const daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path);
  await repl(daemon, sessionId, "globalThis.kept = 'yes'");
  expect(await daemon.stop()).toBe(0);

  await using again = await Daemon.start({ db: folder.join("vm.db") });
  expect((await repl(again, sessionId, "kept")).body.result?.preview).toBe("yes");
});

test("a second daemon on the same database or port is refused and told who holds it", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const sameDatabase = Daemon.start({ db: folder.join("vm.db") });
  expect(sameDatabase).rejects.toThrow(new RegExp(String(daemon.process.pid)));
  await sameDatabase.catch(() => {});
  const samePort = Daemon.start({
    db: folder.join("other.db"),
    listen: daemon.url.replace("http://", ""),
  });
  expect(samePort).rejects.toThrow(/in use|already/);
  await samePort.catch(() => {});
  expect((await daemon.json("GET", "/health")).body.status).toBe("ok");
});

test("a session that crashed is nothing to begin with, also when it has been closed", async () => {
  using folder = tempFolder();
  writeFileSync(folder.join("half.js"), "globalThis.half = true; throw new Error('no more');");
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const template = await daemon.json<{ id: string }>("POST", "/templates", { name: "broken" });
  const path = `/templates/${template.body.id}/startup-files`;
  await daemon.json("POST", path, { path: "half.js" });
  const refused = await daemon.json<{ error: { details: { session_id: string } } }>(
    "POST",
    "/sessions",
    {
      template_id: template.body.id,
      workspace_id: "w",
      base_commit_oid: "c",
      worktree_path: folder.path,
    },
  );
  const session = `/sessions/${refused.body.error.details.session_id}`;
  expect((await daemon.json("POST", `${session}/close`)).body.status).toBe("closed");
  for (const [method, what, body] of [
    ["POST", "fork", {}],
    ["GET", "export", undefined],
  ] as const) {
    const answer = await daemon.json<{ error: object }>(method, `${session}/${what}`, body);
    expect([what, answer.status]).toEqual([what, 409]);
    expect(answer.body.error).toMatchObject({
      code: "SESSION_NOT_READY",
      details: { status: "closed", last_error: "startup failed: half.js: Error: no more" },
    });
  }
});
