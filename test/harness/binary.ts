import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Subprocess } from "bun";

/** The built binary; `scripts/test` builds it before the tests run. Another one may be tried. */
export const BINARY =
  process.env.VM_SYSTEM_TEST_BINARY ?? resolve(import.meta.dir, "../../dist/vm-system");

/** What a process gets of ours: nothing that would change how it behaves. */
export const CLEAN_ENV = {
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  HOME: "/nonexistent",
  LANG: "C.UTF-8",
};

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the built binary to its end. */
export async function vm(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; stdin?: string } = {},
): Promise<Ran> {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: run scripts/build`);
  const child = Bun.spawn([BINARY, ...args], {
    cwd: options.cwd ?? "/",
    env: { ...CLEAN_ENV, ...options.env },
    stdin: new TextEncoder().encode(options.stdin ?? ""),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

export interface DaemonOptions {
  readonly db: string;
  readonly cwd?: string;
  readonly listen?: string;
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
}

/** A daemon of the built binary, listening. Disposing kills it, and its workers go with it. */
export class Daemon implements AsyncDisposable {
  private constructor(
    readonly url: string,
    readonly process: Subprocess<"ignore", "ignore", "pipe">,
    private readonly errors: { text: string },
    private readonly options: DaemonOptions,
  ) {}

  /** @throws Error with what it wrote, when it ends before it listens */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const child = Bun.spawn(
      [
        BINARY,
        "serve",
        "--listen",
        options.listen ?? "127.0.0.1:0",
        "--db",
        options.db,
        "--log-format",
        "text",
        ...(options.args ?? []),
      ],
      {
        cwd: options.cwd ?? "/",
        env: { ...CLEAN_ENV, ...options.env },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    const errors = { text: "" };
    const url = await new Promise<string>((found, failed) => {
      const read = async () => {
        const decoder = new TextDecoder();
        for await (const chunk of child.stderr) {
          errors.text += decoder.decode(chunk, { stream: true });
          const match = /http:\/\/[0-9a-z.:[\]]+\d/.exec(errors.text);
          if (match && errors.text.indexOf("\n", match.index) > 0) found(match[0]);
        }
        failed(new Error(`the daemon ended before it listened:\n${errors.text}`));
      };
      read().catch(failed);
    });
    return new Daemon(url, child, errors, options);
  }

  /** What it has written to stderr so far. */
  get log(): string {
    return this.errors.text;
  }

  async json<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: T; headers: Headers }> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      body: (await response.json()) as T,
      headers: response.headers,
    };
  }

  /** As a power cut would: no chance to say goodbye. */
  async kill9(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.process.exited;
  }

  /** The same database at the same address again. */
  restart(): Promise<Daemon> {
    return Daemon.start({ ...this.options, listen: this.url.replace("http://", "") });
  }

  async stop(): Promise<number> {
    this.process.kill("SIGTERM");
    return this.process.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill9();
  }
}

export interface MadeSession {
  readonly templateId: string;
  readonly sessionId: string;
}

/** A template and a session of it, by the API. */
export async function makeSession(
  daemon: Daemon,
  worktree: string,
  options: { modules?: string[]; settings?: object; startup?: string[]; libraries?: string[] } = {},
): Promise<MadeSession> {
  const template = await daemon.json<{ id: string }>("POST", "/templates", {
    name: crypto.randomUUID(),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });
  const base = `/templates/${template.body.id}`;
  for (const name of options.modules ?? []) await daemon.json("POST", `${base}/modules`, { name });
  for (const name of options.libraries ?? []) {
    await daemon.json("POST", `${base}/libraries`, { name });
  }
  for (const path of options.startup ?? []) {
    await daemon.json("POST", `${base}/startup-files`, { path });
  }
  const session = await daemon.json<{ id: string }>("POST", "/sessions", {
    template_id: template.body.id,
    workspace_id: "test",
    base_commit_oid: "0",
    worktree_path: worktree,
  });
  if (session.status !== 201) throw new Error(JSON.stringify(session.body));
  return { templateId: template.body.id, sessionId: session.body.id };
}

export interface ExecutionBody {
  readonly id: string;
  readonly status: string;
  readonly result?: { type: string; preview: string; json?: unknown };
  readonly error?: { message: string; code?: string; limit?: string; stack?: string };
  readonly events: { seq: number; type: string; payload: Record<string, unknown> }[];
  readonly metrics: Record<string, number>;
}

export const repl = (daemon: Daemon, sessionId: string, input: string) =>
  daemon.json<ExecutionBody>("POST", "/executions/repl", { session_id: sessionId, input });

export const runFile = (daemon: Daemon, sessionId: string, path: string) =>
  daemon.json<ExecutionBody & { error?: { code: string } }>("POST", "/executions/run-file", {
    session_id: sessionId,
    path,
  });
