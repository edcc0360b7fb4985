import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { FAIL_POINT_VARIABLE } from "../../src/core/fail-point.ts";
import { Daemon, makeSession, repl } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

/** More than is written at once, some of them with more events than are. */
const EXECUTIONS = 30;
const KILLS = ["import.staged:1", "import.staged:2", "import.written:1"];

const BEGIN = `var database = require('database'); database.configure('sqlite3', ':memory:');
  database.exec('CREATE TABLE t (v)'); var n = 0;`;
const STEP = `database.exec('INSERT INTO t VALUES (?)', ++n);
  for (let i = 0; i < (n % 10 === 0 ? 300 : 2); i++) console.log(n, i); n`;
const LOOK = "[n, database.query('SELECT count(*) AS c FROM t')[0].c]";

test("a kill while a session is imported leaves nothing of it, and the next try all of it", async () => {
  using folder = tempFolder();
  const db = folder.join("vm.db");
  let daemon = await Daemon.start({ db });
  const { sessionId } = await makeSession(daemon, folder.path, { modules: ["database"] });
  await repl(daemon, sessionId, BEGIN);
  for (let i = 0; i < EXECUTIONS; i++) await repl(daemon, sessionId, STEP);
  const url = () => `${daemon.url}/api/v1/sessions`;
  const file = await (await fetch(`${url()}/${sessionId}/export?history=true`)).arrayBuffer();
  const history = await shown(daemon, sessionId);
  const send = () =>
    fetch(`${url()}/import?worktree_path=${encodeURIComponent(folder.path)}`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: file,
    });
  const before = countsOf(db);

  for (const spec of KILLS) {
    await daemon.kill9();
    daemon = await Daemon.start({ db, env: { [FAIL_POINT_VARIABLE]: spec } });
    expect(
      await send().then(
        ({ status }) => status,
        () => "no answer",
      ),
    ).toBe("no answer");
    await daemon.process.exited;
    daemon = await Daemon.start({ db });
    expect({ spec, ...countsOf(db) }).toEqual({ spec, ...before });
    expect((await daemon.json("GET", "/sessions")).body).toHaveLength(1);
  }

  const { id } = (await (await send()).json()) as { id: string };
  expect(await shown(daemon, id)).toEqual(history);
  expect((await repl(daemon, id, LOOK)).body.result?.json).toEqual([EXECUTIONS, EXECUTIONS]);
  await daemon.kill9();
}, 60_000);

/** What is left of a file: every row belongs to something. */
function countsOf(path: string) {
  using db = new Database(path, { readonly: true });
  const count = (table: string) => db.query(`SELECT count(*) FROM ${table}`).values()[0]![0];
  return {
    integrity: db.query("PRAGMA integrity_check").values(),
    sessions: count("vm_session"),
    executions: count("execution"),
    events: count("execution_event"),
    checkpoints: count("checkpoint WHERE session_id IS NOT NULL"),
    deltas: count("checkpoint_delta") as number,
    templates: count("vm"),
  };
}

/** What does not change with a new id. */
async function shown(daemon: Daemon, sessionId: string) {
  const { body } = await daemon.json<{ id: string; input?: string; status: string }[]>(
    "GET",
    `/executions?session_id=${sessionId}`,
  );
  return Promise.all(
    body.map(async ({ id, input, status }) => ({
      input,
      status,
      events: (
        await daemon.json<{ seq: number; type: string; payload: unknown }[]>(
          "GET",
          `/executions/${id}/events?limit=1000`,
        )
      ).body.map(({ seq, type, payload }) => ({ seq, type, payload })),
    })),
  );
}
