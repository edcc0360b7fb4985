import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { CLEAN_ENV, type ExecutionBody, makeSession, repl } from "../harness/binary.ts";
import type { World } from "./attack.ts";
import { type Ended, matches } from "./judge.ts";
import type { ExpectedState, HostileProgram } from "./program.ts";

/** Cannot be changed or removed by what runs later. */
const MARK = "Object.defineProperty(globalThis, 'mark', { value: 'as before' })";

interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly details?: { readonly execution_id?: string; readonly limit?: string };
  };
}

type Answer = { readonly status: number; readonly body: unknown };

/** The session that a program is run in. */
export class Victim {
  private sessionId = "";
  private beside: Subprocess | undefined;
  private readonly text: string;

  constructor(
    private readonly world: World,
    private readonly program: HostileProgram,
    private readonly worktree: string,
  ) {
    const mark = program.file ? "globalThis.touched = 1; " : "var touched = 1; ";
    this.text = this.fill((program.marks ? mark : "") + program.text);
  }

  async prepare(): Promise<void> {
    const { program, worktree } = this;
    for (const [name, text] of program.files) writeFileSync(join(worktree, name), text);
    const name = program.kind === "startup" ? "startup.js" : program.file;
    if (name) writeFileSync(join(worktree, name), this.text);
    if (program.before) await this.shell(program.before).exited;
    if (program.kind === "startup") return;
    this.sessionId = (await this.make([])).sessionId;
    const { body: marked } = await repl(this.world.daemon, this.sessionId, MARK);
    if (marked.status !== "ok") throw new Error(`not marked: ${JSON.stringify(marked.error)}`);
    if (program.beside) this.beside = this.shell(program.beside);
  }

  async run(): Promise<Ended> {
    const { daemon } = this.world;
    if (this.program.kind === "startup") return this.startUp();
    const path = this.program.file ? "run-file" : "repl";
    const what = this.program.file ? { path: this.program.file } : { input: this.text };
    const answer = await daemon.json<unknown>("POST", `/executions/${path}`, {
      session_id: this.sessionId,
      ...what,
    });
    return this.ended(answer);
  }

  /** Whether the session works, and has what it should have. */
  async goesOn(state: ExpectedState): Promise<{ faults: string[]; durationMs: number }> {
    const faults: string[] = [];
    const beganMs = performance.now();
    const left = await this.ask("mark + ' ' + typeof touched");
    const durationMs = performance.now() - beganMs;
    const touched = state === "kept" ? "number" : "undefined";
    const wanted =
      !this.program.marks || state === "any" ? /^as before \w+$/ : `as before ${touched}`;
    if (typeof wanted === "string" ? left !== wanted : !wanted.test(left)) {
      faults.push(`afterwards the session has ${JSON.stringify(left)}, not ${wanted}`);
    }
    for (const [code, preview] of this.program.afterwards) {
      const seen = await this.ask(code);
      if (!matches(preview, seen))
        faults.push(`${code} gives ${JSON.stringify(seen)}, not ${preview}`);
    }
    return { faults, durationMs };
  }

  async end(): Promise<void> {
    if (this.beside) {
      killGroup(this.beside.pid);
      await this.beside.exited;
    }
    if (!this.sessionId) return;
    await this.world.daemon.json("DELETE", `/sessions/${this.sessionId}`);
  }

  private async ask(code: string): Promise<string> {
    const { status, body } = await repl(this.world.daemon, this.sessionId, code);
    if (status !== 201) return `${status} ${JSON.stringify(body)}`;
    return body.result ? body.result.preview : `error ${body.error?.message}`;
  }

  private async startUp(): Promise<Ended> {
    try {
      await this.make(["startup.js"]);
      return { http: 201, code: undefined, limit: undefined, execution: undefined };
    } catch (error) {
      const body = JSON.parse((error as Error).message) as ErrorBody;
      return { http: 422, code: body.error.code, limit: undefined, execution: undefined };
    }
  }

  private make(startup: string[]) {
    return makeSession(this.world.daemon, this.worktree, {
      modules: [...this.program.modules],
      settings: { limits: this.program.limits },
      startup,
    });
  }

  private async ended({ status, body }: Answer): Promise<Ended> {
    if (status === 201) {
      const execution = body as ExecutionBody;
      const { code, limit } = execution.error ?? {};
      return { http: status, code, limit, execution };
    }
    const { code, details } = (body as ErrorBody).error;
    const id = details?.execution_id;
    return {
      http: status,
      code,
      limit: details?.limit,
      execution: id ? await this.read(id) : undefined,
    };
  }

  private async read(id: string): Promise<ExecutionBody> {
    const { daemon } = this.world;
    const { body } = await daemon.json<ExecutionBody>("GET", `/executions/${id}`);
    const events = await daemon.json<ExecutionBody["events"]>("GET", `/executions/${id}/events`);
    return { ...body, events: events.body };
  }

  private fill(text: string): string {
    const { daemon, outside } = this.world;
    return text
      .replaceAll("{{OUTSIDE}}", outside.path)
      .replaceAll("{{PID}}", String(daemon.process.pid))
      .replaceAll("{{PORT}}", new URL(daemon.url).port);
  }

  private shell(line: string): Subprocess {
    return Bun.spawn(["/bin/sh", "-c", line], {
      cwd: this.worktree,
      env: CLEAN_ENV,
      stdio: ["ignore", "ignore", "ignore"],
      detached: true,
    });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
