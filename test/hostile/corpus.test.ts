import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, mkdirSync } from "node:fs";
import { Daemon } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";
import { attack, type Report, type World } from "./attack.ts";
import { Bystander } from "./bystander.ts";
import { FORBIDDEN_TEXT, Outside } from "./outside.ts";
import { Processes } from "./processes.ts";
import { type HostileProgram, readPrograms } from "./program.ts";
import { summaryOf } from "./summary.ts";

/** Only programs whose name holds this text: HOSTILE=loops/ bun test test/hostile */
const programs = readPrograms(process.env.HOSTILE || undefined);

/** Alone on the machine: what is measured, or what leaves processes that must be told apart. */
const isAlone = ({ family, modules, beside }: HostileProgram) =>
  family === "memory" || modules.includes("exec") || beside !== undefined;

const together = programs.filter((each) => !isAlone(each));
const alone = programs.filter(isAlone);

const LANES = 2;
const secret = crypto.randomUUID();
const folder = tempFolder();
const reports = new Map<HostileProgram, Report>();
const waiting = new Map(programs.map((each) => [each, Promise.withResolvers<Report>()]));
let world: World;

beforeAll(async () => {
  const outside = new Outside(folder.path);
  const home = folder.join("worktree-0");
  mkdirSync(home);
  const daemon = await Daemon.start({
    db: folder.join("vm.db"),
    args: ["--workers", String(LANES + 1)],
    env: { VM_SYSTEM_TEST_SECRET: secret, SECRET: secret },
  });
  const processes = new Processes(daemon.process.pid, folder.path);
  const bystander = await Bystander.begin(daemon, home);
  world = { daemon, bystander, outside, processes, root: folder.path, secret };
  runAll().catch((error) => {
    for (const each of waiting.values()) each.reject(error);
  });
});

afterAll(async () => {
  await world?.bystander.stop();
  if (world) console.log(summaryOf(reports, world.bystander.latenciesMs));
  await world?.daemon.kill9();
  folder[Symbol.dispose]();
});

for (const program of [...together, ...alone]) {
  test(program.name, async () => {
    const report = await waiting.get(program)?.promise;
    expect(report?.faults).toEqual([]);
  });
}

test("the log holds no secret, and no fault of ours", () => {
  expect(world.daemon.log).not.toContain(secret);
  expect(world.daemon.log).not.toContain(FORBIDDEN_TEXT);
  expect(world.daemon.log).not.toMatch(/\bINTERNAL\b|status[=:]"?500/);
});

async function runAll(): Promise<void> {
  const queue = [...together];
  await Promise.all(Array.from({ length: LANES }, () => lane(queue)));
  await lane([...alone]);
}

async function lane(queue: HostileProgram[]): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const report = await judged(next);
    reports.set(next, report);
    waiting.get(next)?.resolve(report);
    note(next, report);
  }
}

/**
 * A limit of some ten milliseconds is also passed by a machine that is busy with other things, so a
 * program at fault is judged once more; what is not its own shows here.
 */
async function judged(program: HostileProgram): Promise<Report> {
  const report = await attack(world, program);
  if (report.faults.length === 0) return report;
  console.log(`${program.name} is judged again: ${report.faults[0]}`);
  return attack(world, program);
}

/** One line for each, where a file is named: HOSTILE_LOG=/tmp/hostile.log */
function note({ name }: HostileProgram, report: Report): void {
  const path = process.env.HOSTILE_LOG;
  if (!path) return;
  const { status, limit = "-", lateMs, peakBytes, nextMs, durationMs, faults } = report;
  const figures = [lateMs ?? 0, peakBytes / 1024 / 1024, nextMs, durationMs];
  appendFileSync(path, `${name} ${status} ${limit} ${figures.map(Math.round).join(" ")}\n`);
  for (const fault of faults) appendFileSync(path, `    ${fault.slice(0, 2000)}\n`);
}
