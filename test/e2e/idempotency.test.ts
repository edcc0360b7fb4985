import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { Daemon, type ExecutionBody, makeSession, repl } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

const HOUR_MS = 60 * 60 * 1000;

const keyed = (
  daemon: Daemon,
  key: string,
  sessionId: string,
  input: string,
  more: Record<string, unknown> = {},
) =>
  daemon.json<ExecutionBody>(
    "POST",
    "/executions/repl",
    { session_id: sessionId, input, ...more },
    { "idempotency-key": key },
  );

const COUNT = "globalThis.count = (globalThis.count ?? 0) + 1";

test("the same key and body give the first answer, another body is refused", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path);
  const first = await keyed(daemon, "once", sessionId, COUNT);
  expect([first.status, first.body.result?.json]).toEqual([201, 1]);
  const again = await keyed(daemon, "once", sessionId, COUNT);
  expect([again.status, again.body]).toEqual([201, first.body]);
  const other = await keyed(daemon, "once", sessionId, "2");
  expect([other.status, other.body.error?.code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
  const elsewhere = await daemon.json(
    "POST",
    "/sessions",
    { template_id: sessionId, workspace_id: "w", base_commit_oid: "0", worktree_path: "/" },
    { "idempotency-key": "once" },
  );
  expect(elsewhere.status).toBe(422);
  expect((await repl(daemon, sessionId, "count")).body.result?.json).toBe(1);

  // A guest's failure and an output limit are answers too.
  const threw = await keyed(daemon, "threw", sessionId, "throw new Error('no')");
  expect((await keyed(daemon, "threw", sessionId, "throw new Error('no')")).body).toEqual(
    threw.body,
  );
  const flood = "for (;;) console.log(1)";
  const limited = await keyed(daemon, "flood", sessionId, flood);
  const limitedAgain = await keyed(daemon, "flood", sessionId, flood);
  expect([limited.status, limitedAgain.status]).toEqual([422, 422]);
  expect(limitedAgain.body.error).toMatchObject({
    code: "OUTPUT_LIMIT_EXCEEDED",
    details: (limited.body.error as { details?: unknown }).details,
  } as never);
});

test("retries at the same time run it once", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => keyed(daemon, "storm", sessionId, COUNT)),
  );
  for (const { status, body } of answers) {
    expect({ status, body }).toEqual({ status: 201, body: answers[0]!.body });
  }
  expect((await repl(daemon, sessionId, "count")).body.result?.json).toBe(1);
});

test("after kill -9: what was answered is not run again, what was cut off runs once", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path);
  const first = await keyed(daemon, "answered", sessionId, COUNT);
  const slowly = `${COUNT}; await new Promise((resolve) => setTimeout(resolve, 300)); count`;
  const cut = keyed(daemon, "cut", sessionId, slowly).catch(() => "no answer");
  await until(async () => {
    const { body } = await daemon.json<{ status: string }[]>(
      "GET",
      `/executions?session_id=${sessionId}`,
    );
    return body[0]?.status === "running";
  });
  await daemon.kill9();
  expect(await cut).toBe("no answer");

  await using after = await daemon.restart();
  expect((await keyed(after, "answered", sessionId, COUNT)).body).toEqual(first.body);
  const retried = await keyed(after, "cut", sessionId, slowly);
  expect([retried.status, retried.body.result?.json]).toEqual([201, 2]);
  expect((await keyed(after, "cut", sessionId, slowly)).body).toEqual(retried.body);
  expect((await repl(after, sessionId, "count")).body.result?.json).toBe(2);
});

test("a request that does not wait is found again by its key, before and after kill -9", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path);
  const send = (to: Daemon) => keyed(to, "loop", sessionId, "for (;;) {}", { wait: false });
  const accepted = await send(daemon);
  expect([accepted.status, accepted.body.status]).toEqual([202, "running"]);
  const again = await send(daemon);
  expect([again.status, again.body.id]).toEqual([202, accepted.body.id]);
  await daemon.kill9();
  await using after = await daemon.restart();
  const ended = await send(after);
  expect(ended.body).toMatchObject({
    id: accepted.body.id,
    status: "error",
    error: { code: "DAEMON_STOPPED" },
  });
  const events = await after.json<{ type: string }[]>(
    "GET",
    `/executions/${accepted.body.id}/events`,
  );
  expect(events.body.at(-1)).toMatchObject({ type: "exception", payload: ended.body.error! });
});

test("session creation takes a key", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { templateId } = await makeSession(daemon, folder.path);
  const create = (workspace: string) =>
    daemon.json<{ id: string; error?: { code: string } }>(
      "POST",
      "/sessions",
      {
        template_id: templateId,
        workspace_id: workspace,
        base_commit_oid: "0",
        worktree_path: folder.path,
      },
      { "idempotency-key": "session" },
    );
  const made = await Promise.all([create("w"), create("w"), create("w")]);
  expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
  expect((await create("w")).body).toEqual(made[0]!.body);
  expect((await create("other")).body.error?.code).toBe("IDEMPOTENCY_KEY_REUSED");
  expect((await daemon.json<unknown[]>("GET", "/sessions")).body).toHaveLength(2);
});

test("a session that failed to start is told as it was the first time, also when it is closed", async () => {
  using folder = tempFolder();
  writeFileSync(folder.join("boom.js"), "throw new Error('no')");
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const template = await daemon.json<{ id: string }>("POST", "/templates", { name: "boom" });
  await daemon.json("POST", `/templates/${template.body.id}/startup-files`, { path: "boom.js" });
  const create = async () => {
    const { status, body } = await daemon.json<{ error: Record<string, unknown> }>(
      "POST",
      "/sessions",
      {
        template_id: template.body.id,
        workspace_id: "w",
        base_commit_oid: "0",
        worktree_path: folder.path,
      },
      { "idempotency-key": "boom" },
    );
    const { request_id, ...error } = body.error;
    return { status, error };
  };
  const first = await create();
  expect(first).toMatchObject({
    status: 422,
    error: { code: "SESSION_STARTUP_FAILED", details: { path: "boom.js" } },
  });
  expect(await create()).toEqual(first);
  const { session_id } = first.error.details as { session_id: string };
  expect((await daemon.json("POST", `/sessions/${session_id}/close`)).status).toBe(200);
  expect(await create()).toEqual(first);
});

test("a key is forgotten after 24 hours, and its record dropped at the next start", async () => {
  using folder = tempFolder();
  const db = folder.join("vm.db");
  const daemon = await Daemon.start({ db });
  const { sessionId } = await makeSession(daemon, folder.path);
  await keyed(daemon, "old", sessionId, COUNT);
  await keyed(daemon, "young", sessionId, COUNT);
  await daemon.stop();
  age(db, "old", 24 * HOUR_MS + 1000);
  age(db, "young", 24 * HOUR_MS - HOUR_MS);

  await using after = await Daemon.start({ db });
  await until(async () => keysIn(db).join() === "young");
  expect((await keyed(after, "young", sessionId, COUNT)).body.result?.json).toBe(2);
  expect((await keyed(after, "old", sessionId, COUNT)).body.result?.json).toBe(3);
});

test("an execution that a key answers for outlives the ones that are kept", async () => {
  using folder = tempFolder();
  const db = folder.join("vm.db");
  const args = ["--keep-executions", "1", "--keep-checkpoints", "1"];
  const daemon = await Daemon.start({ db, args });
  const { sessionId } = await makeSession(daemon, folder.path);
  const first = await keyed(daemon, "kept", sessionId, COUNT);
  const accepted = await keyed(daemon, "accepted", sessionId, COUNT, { wait: false });
  const awaited = await daemon.json("GET", `/executions/${accepted.body.id}?wait_ms=20000`);
  expect(awaited.body).toMatchObject({ status: "ok", result: { json: 2 } });
  for (let i = 0; i < 5; i++) await repl(daemon, sessionId, "count");
  expect((await daemon.json("POST", "/runtime/gc", {})).status).toBe(200);
  expect((await keyed(daemon, "kept", sessionId, COUNT)).body).toEqual(first.body);
  const again = await keyed(daemon, "accepted", sessionId, COUNT, { wait: false });
  expect([again.status, again.body]).toMatchObject([201, awaited.body]);
  await daemon.stop();

  // A day later they go like all others.
  for (const key of ["kept", "accepted"]) age(db, key, 24 * HOUR_MS + 1000);
  await using after = await Daemon.start({ db, args });
  await until(async () => keysIn(db).length === 0);
  await after.json("POST", "/runtime/gc", {});
  const left = await after.json<{ id: string }[]>("GET", `/executions?session_id=${sessionId}`);
  expect(left.body.map(({ id }) => id)).not.toContain(accepted.body.id);
});

function age(path: string, key: string, byMs: number): void {
  using db = new Database(path);
  db.query("UPDATE idempotency_key SET created_at = created_at - ?1 WHERE key = ?2").run(byMs, key);
}

function keysIn(path: string): string[] {
  using db = new Database(path, { readonly: true });
  return db
    .query<{ key: string }, []>("SELECT key FROM idempotency_key")
    .all()
    .map(({ key }) => key);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await Bun.sleep(2);
}
