import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Answer, get, HttpConnection, post } from "./http-connection.ts";
import type { BenchOptions } from "./row.ts";
import { runOf } from "./statistics.ts";

export interface DaemonOptions {
  readonly durability?: "full" | "normal";
  readonly workers?: number;
  /** A file that is there already; absent: a new one. */
  readonly db?: string;
  readonly cacheDir?: string;
  /** Further options of `serve`. */
  readonly flags?: readonly string[];
}

export interface SessionOptions {
  readonly template?: Readonly<Record<string, unknown>>;
  readonly modules?: readonly string[];
  readonly libraries?: readonly string[];
}

const READY_MS_MAX = 20_000;
const API = "/api/v1";
let databases = 0;

/** A daemon of the program that is measured, with a database of its own, and one connection to it. */
export class Daemon implements AsyncDisposable {
  private constructor(
    private readonly child: Bun.Subprocess,
    readonly url: string,
    readonly db: string,
    readonly worktree: string,
    readonly connection: HttpConnection,
  ) {}

  static async start(bench: BenchOptions, options: DaemonOptions = {}): Promise<Daemon> {
    const db = options.db ?? join(bench.folder, `bench-${databases++}.db`);
    const worktree = join(bench.folder, "worktree");
    mkdirSync(worktree, { recursive: true });
    const port = await freePort();
    const child = Bun.spawn(
      [
        ...[bench.binary, "serve", "--listen", `127.0.0.1:${port}`, "--db", db],
        ...["--durability", options.durability ?? "full", "--log-level", "error"],
        ...(options.workers === undefined ? [] : ["--workers", String(options.workers)]),
        ...(options.flags ?? []),
        ...["--cache-dir", options.cacheDir ?? join(bench.folder, "cache")],
      ],
      { cwd: bench.folder, stdio: ["ignore", "ignore", "ignore"] },
    );
    const url = `http://127.0.0.1:${port}`;
    const connection = await connectWhenReady(url, child);
    return new Daemon(child, url, db, worktree, connection);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Bytes of the database with its log. */
  get storedBytes(): number {
    return [this.db, `${this.db}-wal`].reduce((sum, path) => sum + sizeOf(path), 0);
  }

  connect(): Promise<HttpConnection> {
    return HttpConnection.open(this.url);
  }

  /** @throws Error when the answer is no success */
  async call<T = Record<string, unknown>>(path: string, body: unknown): Promise<T> {
    return parsed<T>(path, await this.connection.send(post(API + path, body)));
  }

  async read<T = Record<string, unknown>>(path: string): Promise<T> {
    return parsed<T>(path, await this.connection.send(get(API + path)));
  }

  async template(options: SessionOptions = {}): Promise<string> {
    const { id } = await this.call<{ id: string }>("/templates", {
      name: `bench ${crypto.randomUUID()}`,
      ...options.template,
    });
    for (const name of options.modules ?? []) await this.call(`/templates/${id}/modules`, { name });
    for (const name of options.libraries ?? []) {
      await this.call(`/templates/${id}/libraries`, { name });
    }
    return id;
  }

  async session(template: string): Promise<string> {
    const { id } = await this.call<{ id: string }>("/sessions", this.newSession(template));
    return id;
  }

  newSession(template: string): Record<string, string> {
    return {
      template_id: template,
      workspace_id: "bench",
      base_commit_oid: "0",
      worktree_path: this.worktree,
    };
  }

  repl(session: string, input = "1+1", headers: Record<string, string> = {}): Uint8Array {
    return post(`${API}/executions/repl`, { session_id: session, input }, headers);
  }

  runFile(session: string, path: string): Uint8Array {
    return post(`${API}/executions/run-file`, { session_id: session, path });
  }

  /** Milliseconds of each of these requests, one after another. */
  async times(requests: Iterable<Uint8Array>, connection = this.connection): Promise<number[]> {
    const times: number[] = [];
    for (const request of requests) {
      const startMs = performance.now();
      const answer = await connection.send(request);
      times.push(performance.now() - startMs);
      assertSuccess("request", answer);
    }
    return times;
  }

  async run(count: number, request: Uint8Array) {
    return runOf(await this.times(Array<Uint8Array>(count).fill(request)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection.close();
    this.child.kill();
    await this.child.exited;
  }
}

function parsed<T>(path: string, answer: Answer): T {
  assertSuccess(path, answer);
  return JSON.parse(answer.body.toString()) as T;
}

export function assertSuccess(what: string, { status, body }: Answer): void {
  if (status >= 300) throw new Error(`${what}: ${status} ${body}`);
}

async function connectWhenReady(url: string, child: Bun.Subprocess): Promise<HttpConnection> {
  const deadlineMs = performance.now() + READY_MS_MAX;
  for (;;) {
    try {
      return await HttpConnection.open(url);
    } catch (error) {
      if (child.exitCode !== null || performance.now() > deadlineMs) throw error;
      await Bun.sleep(2);
    }
  }
}

async function freePort(): Promise<number> {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port } = server;
  await server.stop(true);
  return port as number;
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
