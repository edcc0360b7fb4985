import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { Daemon, makeSession, repl, vm } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

/** Flips one bit of each delta of an execution, in turn; what is looked at is said each time. */
function* flips(path: string, executionId: string) {
  using db = new Database(path);
  const { no, delta } = db
    .query<{ no: number; delta: Uint8Array }, [string]>(
      "SELECT no, delta FROM checkpoint_delta WHERE no = (SELECT no FROM checkpoint WHERE execution_id = ?1)",
    )
    .get(executionId)!;
  const put = db.query("UPDATE checkpoint_delta SET delta = ?2 WHERE no = ?1");
  for (let i = 0; i < 8; i++) {
    const at = Math.floor(((i + 0.5) / 8) * delta.length);
    const damaged = new Uint8Array(delta);
    damaged[at]! ^= 1 << i;
    put.run(no, damaged);
    yield `bit ${i} of byte ${at} of ${delta.length}`;
  }
  put.run(no, delta);
}

test("a flipped bit in a stored state: it is never run, other states of the session are", async () => {
  using folder = tempFolder();
  const db = folder.join("vm.db");
  const first = await Daemon.start({ db });
  const { sessionId } = await makeSession(first, folder.path);
  const good = await repl(first, sessionId, "globalThis.words = ['one']; words.length");
  const bad = await repl(first, sessionId, "words.push('two')");
  await repl(first, sessionId, "words.push('three')");
  await first.stop();

  for (const what of flips(db, bad.body.id)) {
    await using daemon = await Daemon.start({ db });
    const answer = await repl(daemon, sessionId, "words");
    expect([what, answer.status, answer.body.error]).toMatchObject([
      what,
      500,
      { code: "CHECKPOINT_DAMAGED", details: { checkpoint_id: expect.any(String) } },
    ]);
    const exported = await vm([
      ...["session", "export", sessionId, "-o", folder.join("x.vms")],
      ...["--server-url", daemon.url],
    ]);
    expect([exported.code, exported.err]).toEqual([
      3,
      expect.stringContaining("CHECKPOINT_DAMAGED (500)"),
    ]);
    const fork = await daemon.json<{ sessions: { id: string }[] }>(
      "POST",
      `/sessions/${sessionId}/fork`,
      { execution_id: good.body.id },
    );
    const [forked] = fork.body.sessions;
    expect((await repl(daemon, forked!.id, "words")).body.result?.json).toEqual(["one"]);
  }

  await using daemon = await Daemon.start({ db });
  expect((await repl(daemon, sessionId, "words")).body.result?.json).toEqual([
    "one",
    "two",
    "three",
  ]);
});
