import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Target } from "../harness/target.ts";

export const NOWHERE = "00000000-0000-4000-8000-000000000000";

/** What code of this text does not do is end; a scenario cancels it. */
export const ENDLESS = "while(true){}";

/** What the scenarios are told against: one of everything, made through the API itself. */
export interface World extends AsyncDisposable {
  readonly worktree: string;
  readonly template_id: string;
  readonly session_id: string;
  readonly closed_session_id: string;
  readonly crashed_session_id: string;
  /** Its executions may print five events. */
  readonly terse_session_id: string;
  /** Runs ENDLESS, until the world ends. */
  readonly busy_session_id: string;
  readonly busy_execution_id: string;
  readonly execution_id: string;
  readonly capability_id: string;
  readonly startup_file_id: string;
  /** Posts, and gives the answer, whatever it is. */
  send(path: string, body: object, headers?: Record<string, string>): Promise<Response>;
  /** Posts what must succeed, and gives what it made. */
  make(path: string, body: object): Promise<Record<string, string>>;
  /** A template of a name of its own. */
  template(more?: object): Promise<string>;
  session(template_id: string): Promise<string>;
  /** Labels the state after an execution. */
  label(session_id: string, execution_id: string, label: string): Promise<void>;
  /** What a session exports as. */
  file(session_id: string): Promise<Uint8Array>;
}

export async function makeWorld(target: Target): Promise<World> {
  const worktree = mkdtempSync(join(tmpdir(), "vm-system-contract-"));
  mkdirSync(join(worktree, "folder"));
  writeFileSync(join(worktree, "init.js"), "var started = true;");
  writeFileSync(join(worktree, "broken.js"), "throw new TypeError('no luck');");
  writeFileSync(join(worktree, "answer.js"), "40 + 2");
  writeFileSync(join(worktree, "chatty.js"), "for (var i = 0; i < 50; i++) console.log(i)");
  symlinkSync("/etc/hostname", join(worktree, "outside.js"));
  let count = 0;

  const send = (path: string, body: object, headers: Record<string, string> = {}) =>
    target.fetch(`/api/v1${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const make = async (path: string, body: object): Promise<Record<string, string>> => {
    const response = await send(path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
  const template = async (more: object = {}) =>
    (await make("/templates", { name: `scenario ${worktree} ${++count}`, ...more })).id!;
  const sessionBody = (template_id: string) => ({
    template_id,
    workspace_id: "workspace",
    base_commit_oid: "0123abc",
    worktree_path: worktree,
  });
  const session = async (template_id: string) =>
    (await make("/sessions", sessionBody(template_id))).id!;

  const template_id = await template();
  const capability = await make(`/templates/${template_id}/capabilities`, {
    kind: "env",
    name: "REGION",
    config: { value: "north" },
  });
  const startupFile = await make(`/templates/${template_id}/startup-files`, { path: "init.js" });
  const session_id = await session(template_id);
  const closed_session_id = await session(template_id);
  await make(`/sessions/${closed_session_id}/close`, {});
  const broken = await template();
  await make(`/templates/${broken}/startup-files`, { path: "broken.js" });
  const refused = await send("/sessions", sessionBody(broken));
  const crashed = (await refused.json()) as { error: { details: { session_id: string } } };
  const terse = await template({ settings: { limits: { max_events: 5 } } });
  const patient = await template({ settings: { limits: { cpu_ms: 600_000, wall_ms: 600_000 } } });
  const busy_session_id = await session(patient);
  const busy = await make("/executions/repl", {
    session_id: busy_session_id,
    input: ENDLESS,
    wait: false,
  });
  const execution = await make("/executions/repl", { session_id, input: "6 * 7" });
  return {
    worktree,
    template_id,
    session_id,
    closed_session_id,
    crashed_session_id: crashed.error.details.session_id,
    terse_session_id: await session(terse),
    busy_session_id,
    busy_execution_id: busy.id!,
    execution_id: execution.id!,
    capability_id: capability.id!,
    startup_file_id: startupFile.id!,
    send,
    make,
    template,
    session,
    async label(id, execution_id, label) {
      const path = `/api/v1/sessions/${id}/checkpoints/${execution_id}/label`;
      const response = await target.fetch(path, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ label }),
      });
      if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
    },
    async file(id) {
      const response = await target.fetch(`/api/v1/sessions/${id}/export`);
      return new Uint8Array(await response.arrayBuffer());
    },
    async [Symbol.asyncDispose]() {
      await target.fetch(`/api/v1/sessions/${busy_session_id}/close`, { method: "POST" });
      rmSync(worktree, { recursive: true, force: true });
    },
  };
}
