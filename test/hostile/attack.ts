import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BINARY, type Daemon, type ExecutionBody } from "../harness/binary.ts";
import type { Bystander } from "./bystander.ts";
import { type Ended, judge, judgeNotice, stateAfter } from "./judge.ts";
import { FORBIDDEN_TEXT, type Outside } from "./outside.ts";
import type { Processes } from "./processes.ts";
import type { HostileProgram } from "./program.ts";
import { Victim } from "./victim.ts";

/** Everything that programs are let loose on. */
export interface World {
  readonly daemon: Daemon;
  readonly bystander: Bystander;
  readonly outside: Outside;
  readonly processes: Processes;
  readonly root: string;
  readonly secret: string;
}

/** What one program did. */
export interface Report {
  readonly faults: readonly string[];
  readonly status: string;
  readonly limit: string | undefined;
  /** Past its limit, milliseconds; absent when it was not stopped by one. */
  readonly lateMs: number | undefined;
  /** Most memory of any worker meanwhile, bytes; looked at in the family `memory` alone. */
  readonly peakBytes: number;
  /** The next execution of its session, milliseconds. */
  readonly nextMs: number;
  readonly durationMs: number;
}

/** Until what was started is gone after the answer. */
const GONE_MS_MAX = 3000;

let worktrees = 0;

/** Runs a program in a session of its own, then looks at everything that it must not have touched. */
export async function attack(world: World, program: HostileProgram): Promise<Report> {
  const worktree = join(world.root, `worktree-${++worktrees}`);
  mkdirSync(worktree);
  const beganMs = performance.now();
  const faults: string[] = [];
  const victim = new Victim(world, program, worktree);
  using memory = program.family === "memory" ? world.processes.watch() : undefined;
  let ended: Ended | undefined;
  let nextMs = 0;
  try {
    await victim.prepare();
    ended = await victim.run();
    faults.push(...judge(program, ended), ...leaks(world, program, worktree, ended));
    if (program.kind === "repl") {
      const state = stateAfter(program, ended);
      faults.push(...judgeNotice(state, ended));
      const next = await victim.goesOn(state);
      faults.push(...next.faults);
      nextMs = next.durationMs;
    }
  } catch (error) {
    faults.push(String(error));
  } finally {
    await victim.end();
  }
  faults.push(...(await around(world)));
  rmSync(worktree, { recursive: true, force: true });
  const { execution } = ended ?? {};
  return {
    faults,
    status: execution?.status ?? String(ended?.http),
    limit: ended?.limit,
    lateMs: latenessMs(program, ended?.limit, execution),
    peakBytes: memory?.peakBytes ?? 0,
    nextMs,
    durationMs: performance.now() - beganMs,
  };
}

/** What a program of another session, the daemon and the machine must be like after any of them. */
async function around(world: World): Promise<string[]> {
  const faults: string[] = [];
  const health = await world.daemon.json("GET", "/health");
  if (health.body.status !== "ok") faults.push(`health: ${JSON.stringify(health.body)}`);
  await world.bystander.step();
  faults.push(...world.bystander.faults.splice(0).map((fault) => `bystander: ${fault}`));
  const change = world.outside.change();
  if (change) faults.push(change);
  const deadlineMs = performance.now() + GONE_MS_MAX;
  let strays = world.processes.strays();
  while (strays.length > 0 && performance.now() < deadlineMs) {
    await Bun.sleep(20);
    strays = world.processes.strays();
  }
  faults.push(...strays.map((stray) => `still there: ${stray}`));
  return faults;
}

/** Text of the host in what a client sees. The program's own text is not searched. */
function leaks(world: World, program: HostileProgram, worktree: string, ended: Ended): string[] {
  const events = ended.execution?.events.filter(({ type }) => type !== "input_echo");
  const { result, error } = ended.execution ?? {};
  const text = JSON.stringify({ events, result, error, ended: ended.code });
  const repository = join(import.meta.dir, "../..");
  const hidden = [world.secret, FORBIDDEN_TEXT, BINARY, repository, "$bunfs", "node_modules"];
  // A program that `exec` starts may know where it is.
  if (!program.modules.includes("exec")) hidden.push(worktree);
  const ours = ["vm:" + "prelude", "wasm-function", "/src/engine/"];
  return [...hidden, ...ours]
    .filter((each) => text.includes(each))
    .map((each) => {
      const at = text.indexOf(each);
      return `${each} is in an answer: …${text.slice(Math.max(0, at - 200), at + 200)}…`;
    });
}

function latenessMs(
  program: HostileProgram,
  limit: string | undefined,
  execution: ExecutionBody | undefined,
): number | undefined {
  if (execution?.status !== "timeout" || limit === undefined) return undefined;
  const spentMs = execution.metrics[limit === "cpu_ms" ? "cpu_ms" : "duration_ms"] ?? 0;
  return spentMs - (program.limits[limit] ?? 0);
}
