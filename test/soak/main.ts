import { readdirSync, readFileSync } from "node:fs";
import { childrenOf } from "../crash/world.ts";
import { Daemon, type ExecutionBody, makeSession } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

const USAGE = "usage: scripts/soak [--executions N] [--sessions N] [--clients N]";
/** Memory at the end may be this much of what it was after the first part. */
const GROWTH_MAX = 1.1;
/** Looks in a whole run; memory is compared from the first one on. */
const LOOKS = 10;
const FIRST_LOOK_EXECUTIONS = 10_000;
const PAGE_MIB = 4096 / 1024 / 1024;

const SNIPPETS = [
  "1 + 1",
  "globalThis.count = (globalThis.count ?? 0) + 1",
  "var list = Array.from({ length: 200 }, (_, i) => ({ i, text: 'x'.repeat(i) })); list.length",
  "console.log('said', { a: [1, 2, 3] }); new Map([['k', 1]])",
  "await new Promise((resolve) => setTimeout(resolve, 1)); 'later'",
  "throw new Error('as it happens')",
  "const total: number = [1, 2, 3].reduce((a, b) => a + b); total",
];

const WIDTHS = [10, 10, 11, 9, 11, 10];

const options = parse(process.argv.slice(2));
using folder = tempFolder();
await using daemon = await Daemon.start({ db: folder.join("vm.db") });
const sessions: string[] = [];
for (let i = 0; i < options.sessions; i++) {
  sessions.push((await makeSession(daemon, folder.path)).sessionId);
}

const step = Math.max(1, Math.floor(options.executions / LOOKS));
const looks: Look[] = [];
let sent = 0;
let done = 0;
let nextLookAt = Math.min(FIRST_LOOK_EXECUTIONS, step);
const startedMs = performance.now();
console.log("executions  daemon MiB  workers MiB  processes  descriptors  per second");
await Promise.all(Array.from({ length: options.clients }, (_, client) => work(client)));
look();
process.exit(verdict());

/** Each client has sessions of its own, so that none is ever busy. */
async function work(client: number): Promise<void> {
  const own = sessions.filter((_, index) => index % options.clients === client);
  for (let turn = 0; sent < options.executions; turn++) {
    sent++;
    const input = SNIPPETS[turn % SNIPPETS.length]!;
    const answer = await daemon.json<ExecutionBody>("POST", "/executions/repl", {
      session_id: own[turn % own.length],
      input,
    });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    if (++done >= nextLookAt) look();
  }
}

interface Look {
  readonly daemonMib: number;
  readonly workersMib: number;
  readonly processes: number;
  readonly descriptors: number;
}

function look(): void {
  nextLookAt += step;
  const pid = daemon.process.pid;
  const workers = childrenOf(pid);
  const now = {
    daemonMib: residentMib(pid),
    workersMib: workers.reduce((sum, worker) => sum + residentMib(worker), 0),
    processes: 1 + workers.length,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
  looks.push(now);
  const perSecond = Math.round(done / ((performance.now() - startedMs) / 1000));
  const columns = [done, now.daemonMib, now.workersMib, now.processes, now.descriptors, perSecond];
  console.log(
    columns.map((column, at) => String(Math.round(column)).padStart(WIDTHS[at]!)).join("  "),
  );
}

function verdict(): number {
  const [first, last] = [looks[0]!, looks.at(-1)!];
  const growth = (last.daemonMib + last.workersMib) / (first.daemonMib + first.workersMib);
  console.log(`memory is ${growth.toFixed(2)} times what it was at the first look`);
  const same = first.processes === last.processes && first.descriptors === last.descriptors;
  if (!same) console.log("processes or descriptors are not what they were");
  return growth <= GROWTH_MAX && same ? 0 : 1;
}

function residentMib(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * PAGE_MIB;
}

function parse(words: string[]) {
  const parsed = { executions: 100_000, sessions: 200, clients: 8 };
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i]?.slice(2) as keyof typeof parsed;
    const value = Number(words[i + 1]);
    if (!(name in parsed) || !(value >= 1)) {
      console.error(USAGE);
      process.exit(2);
    }
    parsed[name] = value;
  }
  return parsed;
}
