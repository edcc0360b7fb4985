import { Database } from "bun:sqlite";
import { Daemon, type ExecutionBody, makeSession } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

interface Node {
  readonly id: string;
  readonly workspace_id: string;
  readonly head_execution_id?: string;
  readonly parent_session_id?: string;
}

interface Row extends ExecutionBody {
  readonly input: string;
  readonly undone_at?: string;
  readonly dry_run?: boolean;
}

const KEPT = 5;
/** Of the first session, so that importing it is more than one step. */
const HISTORY = 60;
/** The heap's number is in the session's own database as well. */
const BEGIN = `var n = 0; var database = require('database');
  database.configure('sqlite3', ':memory:');
  database.exec('CREATE TABLE t (v)'); database.exec('INSERT INTO t VALUES (0)'); n`;
const set = (n: number) => `var n = ${n}; database.exec('UPDATE t SET v = ?', n); n`;
const LOOK = `typeof n === 'undefined' ? -1
  : database.query('SELECT v FROM t')[0].v === n ? n : 'heap and database differ'`;
const CLIENTS = 3;
const KILL_AFTER_MS_MAX = 250;
const numberIn = (input: string) => Number(/\d+/.exec(input)?.[0]);

/**
 * Kills the daemon in the midst of running, forking, rewinding, importing, folding and collecting,
 * again and again, and looks each time whether every session's state is the one after its head
 * execution, what was answered is there, forks came all or none, imports whole or not at all, and the
 * database is whole.
 *
 * @returns What is wrong; empty: nothing.
 */
export async function crashHistories(rounds: number): Promise<string[]> {
  using folder = tempFolder();
  const db = folder.join("vm.db");
  const wrong: string[] = [];
  let daemon = await Daemon.start({ db, args: ["--keep-checkpoints", String(KEPT)] });
  const { sessionId: root } = await makeSession(daemon, folder.path, { modules: ["database"] });
  const run = (input: string) =>
    daemon.json("POST", "/executions/repl", { session_id: root, input });
  await run(BEGIN);
  let value = 0;
  while (value < HISTORY) await run(set(++value));
  for (let round = 0; round < rounds && wrong.length === 0; round++) {
    const known = await family(daemon, root);
    const clients = Array.from({ length: CLIENTS }, (_, at) => {
      const session = known[(round * CLIENTS + at) % known.length]!;
      const first = round + 2 * at;
      const own = {
        first,
        sessionId: session.id,
        root,
        worktree: folder.path,
        name: `${round}-${at}`,
      };
      return new Client(daemon, own, () => ++value);
    });
    const done = Promise.all(clients.map((client) => client.run()));
    await Bun.sleep(5 + Math.random() * KILL_AFTER_MS_MAX);
    for (const client of clients) client.stopped = true;
    await daemon.kill9();
    await done;
    daemon = await daemon.restart();
    wrong.push(...flawsOfFile(db), ...(await flawsOfSessions(daemon, root)));
    for (const client of clients) wrong.push(...(await client.flaws(daemon, root)));
    for (const { id, status } of await importsOf(daemon)) {
      if (status === "ready") await daemon.json("POST", `/sessions/${id}/close`);
    }
    for (const fork of (await family(daemon, root)).slice(CLIENTS * 2)) {
      if (Math.random() < 0.5) await daemon.json("POST", `/sessions/${fork.id}/close`);
    }
  }
  await daemon.kill9();
  return wrong;
}

/** One user of one session, who remembers what was answered. */
class Client {
  stopped = false;
  private readonly executions: string[] = [];
  private readonly forks: { count: number; name: string; ids?: string[] }[] = [];
  private readonly imports: { name: string; id?: string }[] = [];

  constructor(
    private readonly daemon: Daemon,
    private readonly own: {
      /** The step that it begins with. */
      readonly first: number;
      readonly sessionId: string;
      readonly root: string;
      readonly worktree: string;
      readonly name: string;
    },
    private readonly next: () => number,
  ) {}

  async run(): Promise<void> {
    for (let step = this.own.first; !this.stopped; step++) {
      await this.step(step).catch(() => {
        // The daemon is gone: nobody knows what became of it.
        this.stopped = true;
      });
    }
  }

  private async step(step: number): Promise<void> {
    const session = `/sessions/${this.own.sessionId}`;
    switch (step % 6) {
      case 2: {
        const fork: (typeof this.forks)[number] = {
          count: 1 + (step % 7),
          name: `${this.own.name}/${step}`,
        };
        this.forks.push(fork);
        const { body } = await this.daemon.json<{ sessions?: { id: string }[] }>(
          "POST",
          `${session}/fork`,
          { count: fork.count, workspace_id: fork.name },
        );
        fork.ids = (body.sessions ?? []).map(({ id }) => id);
        return;
      }
      case 3:
        await this.daemon.json("POST", `${session}/rewind`, { steps: 1 + (step % 3) });
        return;
      case 4:
        await this.daemon.json("POST", "/runtime/gc", {});
        return;
      case 5:
        return this.import(`${IMPORTED}${this.own.name}/${step}`);
      default: {
        const { status, body } = await this.daemon.json<Row>("POST", "/executions/repl", {
          session_id: this.own.sessionId,
          input: set(this.next()),
        });
        if (status === 201) this.executions.push(body.id);
      }
    }
  }

  /** The first session again, with its history. */
  private async import(name: string): Promise<void> {
    const { root, worktree } = this.own;
    const base = `${this.daemon.url}/api/v1/sessions`;
    const file = await (await fetch(`${base}/${root}/export?history=true`)).arrayBuffer();
    const imported: (typeof this.imports)[number] = { name };
    this.imports.push(imported);
    const query = new URLSearchParams({ worktree_path: worktree, workspace_id: name });
    const answer = await fetch(`${base}/import?${query}`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: file,
    });
    if (answer.status === 201) imported.id = ((await answer.json()) as { id: string }).id;
  }

  async flaws(daemon: Daemon, root: string): Promise<string[]> {
    const wrong: string[] = [];
    const there = await importsOf(daemon);
    for (const { name, id } of this.imports) {
      const made = there.filter(({ workspace_id }) => workspace_id === name);
      if (made.length > 1) wrong.push(`${name} is there ${made.length} times`);
      if (id !== undefined && made[0]?.id !== id) wrong.push(`the import ${name} is lost`);
      for (const one of made) wrong.push(...(await flawsOfImport(daemon, one.id)));
    }
    const sessions = await family(daemon, root);
    for (const { name, count, ids } of this.forks) {
      const made = sessions.filter(({ workspace_id }) => workspace_id === name);
      if (made.length !== 0 && made.length !== count)
        wrong.push(`${made.length} of ${count} forks`);
      if (ids?.some((id) => !made.some((one) => one.id === id)))
        wrong.push(`a fork of ${name} is lost`);
    }
    for (const id of this.executions) {
      const { status } = await daemon.json("GET", `/executions/${id}`);
      if (status !== 200) wrong.push(`the answered execution ${id} is lost`);
    }
    return wrong;
  }
}

const IMPORTED = "imported ";

async function importsOf(daemon: Daemon): Promise<(Node & { status: string })[]> {
  const { body } = await daemon.json<(Node & { status: string })[]>("GET", "/sessions");
  return body.filter(({ workspace_id }) => workspace_id.startsWith(IMPORTED));
}

/** Its history is whole, and its state the one after the last execution that is not undone. */
async function flawsOfImport(daemon: Daemon, id: string): Promise<string[]> {
  const { body: rows } = await daemon.json<Row[]>("GET", `/executions?session_id=${id}&limit=1000`);
  const wrong: string[] = [];
  if (rows.length <= HISTORY) wrong.push(`${id} has ${rows.length} executions`);
  for (const { id: executionId, status } of rows.slice(0, 5)) {
    const { body } = await daemon.json<{ seq: number }[]>(
      "GET",
      `/executions/${executionId}/events`,
    );
    if (status === "ok" && body.length < 2) wrong.push(`${executionId} lacks events`);
  }
  const last = rows.find(
    ({ undone_at, dry_run, status }) => !undone_at && !dry_run && status === "ok",
  );
  const { body } = await daemon.json<Row>("POST", "/executions/repl", {
    session_id: id,
    input: LOOK,
    commit: false,
  });
  const [found, expected] = [body.result?.json, numberIn(last?.input ?? "")];
  if (found !== expected) wrong.push(`the import ${id} holds ${found} instead of ${expected}`);
  return wrong;
}

async function family(daemon: Daemon, root: string): Promise<Node[]> {
  const { body } = await daemon.json<{ sessions: (Node & { status: string })[] }>(
    "GET",
    `/sessions/${root}/tree`,
  );
  return body.sessions.filter(({ status }) => status === "ready");
}

async function flawsOfSessions(daemon: Daemon, root: string): Promise<string[]> {
  const wrong: string[] = [];
  const look = async (sessionId: string, at?: string) => {
    const { body } = await daemon.json<Row>("POST", "/executions/repl", {
      session_id: sessionId,
      input: LOOK,
      commit: false,
      ...(at === undefined ? {} : { at }),
    });
    return body.result?.json ?? JSON.stringify(body.error);
  };
  const valueAfter = async (executionId: string | undefined) => {
    if (executionId === undefined) return -1;
    const { body } = await daemon.json<Row>("GET", `/executions/${executionId}`);
    return body.status === "ok" ? numberIn(body.input) : undefined;
  };
  for (const { id, head_execution_id } of await family(daemon, root)) {
    const expected = await valueAfter(head_execution_id);
    const found = await look(id);
    if (expected !== undefined && found !== expected) {
      wrong.push(`session ${id} holds ${found} instead of ${expected}`);
    }
    const { body } = await daemon.json<{ execution_id: string }[]>(
      "GET",
      `/sessions/${id}/checkpoints`,
    );
    for (const { execution_id } of body.slice(0, 3)) {
      const past = await look(id, execution_id);
      if (past !== (await valueAfter(execution_id)))
        wrong.push(`the state after ${execution_id}: ${past}`);
    }
  }
  return wrong;
}

function flawsOfFile(path: string): string[] {
  using db = new Database(path, { readonly: true });
  const rows = (sql: string) => db.query(sql).values();
  const wrong: string[] = [];
  const expectNone = (what: string, found: unknown[][]) => {
    if (found.length > 0) wrong.push(`${what}: ${JSON.stringify(found.slice(0, 3))}`);
  };
  expectNone(
    "integrity",
    rows("PRAGMA integrity_check").filter(([text]) => text !== "ok"),
  );
  expectNone("references", rows("PRAGMA foreign_key_check"));
  for (const column of ["head_checkpoint_id", "origin_checkpoint_id"]) {
    expectNone(
      `${column} without its checkpoint`,
      rows(`SELECT id FROM vm_session s WHERE ${column} IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM checkpoint c WHERE c.id = s.${column})`),
    );
  }
  expectNone(
    "half an import",
    rows("SELECT id FROM vm_session WHERE status NOT IN ('ready', 'closed')"),
  );
  expectNone(
    "executions of no session, events of no execution",
    rows(`SELECT id FROM execution WHERE session_id NOT IN (SELECT id FROM vm_session)
      UNION SELECT no FROM execution_event WHERE no / 1048576 NOT IN (SELECT no FROM execution)`),
  );
  expectNone(
    "checkpoints without a delta, or the other way",
    rows(`SELECT no FROM checkpoint WHERE no NOT IN (SELECT no FROM checkpoint_delta)
      UNION SELECT no FROM checkpoint_delta WHERE no NOT IN (SELECT no FROM checkpoint)`),
  );
  expectNone(
    "wrong sums of bytes",
    rows(`SELECT id, stored_bytes FROM vm_session s WHERE stored_bytes <>
      (SELECT coalesce(sum(stored_bytes), 0) FROM checkpoint c WHERE c.session_id = s.id)`),
  );
  return wrong;
}
