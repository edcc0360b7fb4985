import { Database } from "bun:sqlite";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { BINARY, CLEAN_ENV, Daemon } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";
import { Api, type Row } from "./api.ts";
import { BEGIN, Client, FILE, FILE_SOURCE, LOOK } from "./client.ts";
import { checkLog, checkRows } from "./model.ts";
import type { Random } from "./random.ts";

const DAEMON_ARGS = ["--workers", "2"];
/** Short, so that a round is. */
const LIMITS = { cpu_ms: 100, wall_ms: 5000, max_events: 300 };
/** What a killed daemon leaves must be gone by then. */
const GONE_MS_MAX = 5000;

/** A database, the daemon on it, and the clients that know what must be in it. */
export class World implements AsyncDisposable {
  readonly clients: Client[] = [];
  readonly wrong: string[] = [];
  /** Requests of clients that have left, by what became of them. */
  readonly fates = { applied: 0, undone: 0, refused: 0, unknown: 0 };
  daemon!: Daemon;
  api!: Api;
  private templateId!: string;
  private named = 0;
  readonly folder = tempFolder();
  private readonly kept = tempFolder();
  private keptClients: Client[] = [];

  /** @param dbFolder  Where the database is to be, where it is not to be with the rest. */
  constructor(private readonly dbFolder?: string) {}

  get db(): string {
    return `${this.dbFolder ?? this.folder.path}/vm.db`;
  }

  /** @throws Error when it does not listen, as when it is killed meanwhile */
  async start(env: Record<string, string> = {}): Promise<void> {
    this.daemon = await Daemon.start({ db: this.db, args: DAEMON_ARGS, env });
    this.api = new Api(this.daemon.url);
  }

  async prepare(): Promise<void> {
    writeFileSync(this.folder.join("begin.js"), BEGIN);
    writeFileSync(this.folder.join(FILE), FILE_SOURCE);
    const settings = { limits: LIMITS };
    const template = await this.api.must("POST", "/templates", { name: "crash", settings });
    this.templateId = template.id as string;
    const path = `/templates/${this.templateId}/startup-files`;
    await this.api.must("POST", path, { path: "begin.js" });
  }

  /** A new session and its client; undefined: the daemon did not answer. */
  async join(random: Random, mayFail = false): Promise<Client | undefined> {
    const name = `s${++this.named}`;
    const made = await this.api.call<{ id: string }>("POST", "/sessions", this.sessionBody(name), {
      "idempotency-key": `session-${name}`,
    });
    if (made?.status !== 201) return undefined;
    const client = new Client(made.body.id, name, random, () => this.api, mayFail);
    this.clients.push(client);
    return client;
  }

  /** Closes a client's session; what it left is looked at once more, and then it is forgotten. */
  async leave(client: Client): Promise<void> {
    await this.checkClient(client, { inFull: true });
    const closed = await this.api.call<{ status: string }>(
      "DELETE",
      `/sessions/${client.sessionId}`,
    );
    if (closed && closed.body.status !== "closed") this.wrong.push(JSON.stringify(closed));
    this.clients.splice(this.clients.indexOf(client), 1);
    for (const { fate } of client.attempts) this.fates[fate]++;
  }

  /** Exports a client's session with its history, and imports it. */
  async transfer(client: Client): Promise<void> {
    const sessions = `${this.daemon.url}/api/v1/sessions`;
    const query = new URLSearchParams({
      worktree_path: this.folder.path,
      workspace_id: `import${++this.named}`,
    });
    try {
      const file = await fetch(`${sessions}/${client.sessionId}/export?history=true`);
      const body = await file.arrayBuffer();
      const headers = { "content-type": "application/octet-stream" };
      await fetch(`${sessions}/import?${query}`, { method: "POST", headers, body });
    } catch {
      client.gone = true;
    }
  }

  /** Ids of the daemon's worker processes. */
  workers(): number[] {
    return childrenOf(this.daemon.process.pid);
  }

  async kill(): Promise<void> {
    const workers = this.workers();
    await this.daemon.kill9();
    await this.untilGone(workers);
  }

  /** Starts a daemon, and does not let it get far. */
  async startAndKill(afterMs: number): Promise<void> {
    const child = Bun.spawn([BINARY, "serve", "--listen", "127.0.0.1:0", "--db", this.db], {
      env: CLEAN_ENV,
      stdio: ["ignore", "ignore", "ignore"],
    });
    await Bun.sleep(afterMs);
    const workers = childrenOf(child.pid);
    child.kill("SIGKILL");
    await child.exited;
    await this.untilGone(workers);
  }

  /** While no daemon runs: keeps what is there, for `restore`. */
  keep(): void {
    cpSync(this.folder.path, this.kept.path, { recursive: true });
    this.keptClients = this.clients.map((client) => client.clone());
  }

  /** Everything as it was when it was kept, at the same place. The daemon is killed. */
  async restore(): Promise<void> {
    await this.daemon.kill9();
    rmSync(this.folder.path, { recursive: true });
    cpSync(this.kept.path, this.folder.path, { recursive: true });
    this.clients.splice(0, Infinity, ...this.keptClients.map((client) => client.clone()));
    this.wrong.length = 0;
  }

  /** Until the store has an execution as running. */
  async untilRunning(): Promise<void> {
    using db = new Database(this.db, { readonly: true });
    const running = db.query("SELECT 1 FROM execution WHERE status = 'running'");
    while (running.get() === null) await Bun.sleep(1);
  }

  /** After a daemon that has died. */
  async untilGone(pids: readonly number[]): Promise<void> {
    const deadlineMs = performance.now() + GONE_MS_MAX;
    for (const pid of pids) {
      while (isAlive(pid)) {
        if (performance.now() > deadlineMs) {
          this.wrong.push(`worker ${pid} outlived its daemon`);
          return;
        }
        await Bun.sleep(2);
      }
    }
  }

  /** Everything that the clients know against everything that is there. */
  async check(options: { inFull: boolean }): Promise<void> {
    for (const client of this.clients) {
      client.gone = false;
      await client.retry();
    }
    await Promise.all(this.clients.map((client) => this.checkClient(client, options)));
    this.checkFile();
    if (options.inFull) await this.checkSessions();
  }

  /** A session that was asked for with a key was made once, however often it was asked for. */
  private async checkSessions(): Promise<void> {
    const made = await this.api.must<{ workspace_id: string; status: string }[]>(
      "GET",
      "/sessions",
    );
    const names = new Set<string>();
    for (const { workspace_id: name, status } of made) {
      if (status === "crashed") continue;
      if (names.has(name)) this.wrong.push(`session ${name} was made twice`);
      names.add(name);
    }
  }

  /** `PRAGMA integrity_check`, and that no session is in between. */
  checkFile(): void {
    using db = new Database(this.db, { readonly: true });
    const rows = (sql: string) => JSON.stringify(db.query(sql).values());
    const integrity = rows("PRAGMA integrity_check");
    if (integrity !== '[["ok"]]') this.wrong.push(`integrity: ${integrity}`);
    const references = rows("PRAGMA foreign_key_check");
    if (references !== "[]") this.wrong.push(`references: ${references}`);
    const between = rows(
      "SELECT id, status FROM vm_session WHERE status NOT IN ('ready', 'crashed', 'closed')",
    );
    if (between !== "[]") this.wrong.push(`in between: ${between}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon?.kill9();
    this.folder[Symbol.dispose]();
    this.kept[Symbol.dispose]();
  }

  private async checkClient(client: Client, { inFull }: { inFull: boolean }): Promise<void> {
    const { sessionId, attempts } = client;
    const say = (what: string) => this.wrong.push(`${sessionId}: ${what}`);
    for (const reader of client.readers.splice(0)) {
      if (!(await reader.read()) && !(await reader.read())) say("a stream has no end");
      for (const what of reader.wrong) say(what);
    }
    for (const what of client.wrong.splice(0)) say(what);
    const heap = await this.look(sessionId);
    if (typeof heap === "string") return void say(heap);
    for (const what of checkLog(attempts, heap.log)) say(what);
    if (!heap.whole) say("the large part of its heap is not what it was");
    const inHeap = new Set(heap.log);
    const recent = inFull ? attempts : attempts.slice(-RECENT);
    const tokens = new Set(recent.map(({ token }) => token));
    const rows = await this.api.history(sessionId, (row) => tokens.has(tokenOf(row)));
    for (const attempt of recent) {
      const own = rows.filter((row) => tokenOf(row) === attempt.token);
      for (const what of checkRows(attempt, own, inHeap.has(attempt.token))) say(what);
    }
  }

  /** What is in a session's heap, by an execution of its own; text: why it cannot be had. */
  private async look(sessionId: string): Promise<{ log: string[]; whole: boolean } | string> {
    const body = { session_id: sessionId, input: LOOK };
    for (;;) {
      const answer = await this.api.call<Row>("POST", "/executions/repl", body);
      // A request whose client has gone may still run in it.
      if (answer?.body.error?.code === "SESSION_BUSY") continue;
      if (answer?.body.status !== "ok") return `is not usable: ${JSON.stringify(answer)}`;
      return JSON.parse(answer.body.result!.preview);
    }
  }

  private sessionBody(workspace: string) {
    return {
      template_id: this.templateId,
      workspace_id: workspace,
      base_commit_oid: "0",
      worktree_path: this.folder.path,
    };
  }
}

/** Requests of a client that are looked at closely after each round: more than it makes in one. */
const RECENT = 60;

const tokenOf = ({ input, args }: Row): string =>
  args.token ?? /^log\.push\("([^"]+)"\)/.exec(input ?? "")?.[1] ?? "";

export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
        .split(" ")
        .filter((child) => child !== "")
        .map(Number),
    );
  } catch {
    return [];
  }
}

/** A zombie is dead: whoever inherited it has not looked yet. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
