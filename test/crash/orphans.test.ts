import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { Daemon, makeSession } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";
import { childrenOf, isAlive } from "./world.ts";

const GONE_MS_MAX = 10_000;

/** Each ends in a program whose command line has MARK, or in a loop of its own. */
const GUESTS = (mark: string) => [
  `for (;;) {}`,
  `await new Promise((resolve) => setTimeout(resolve, 25_000))`,
  `require("exec").run("sleep", ["${mark}"])`,
  `require("exec").run("sh", ["-c", "setsid sleep ${mark} & exec sleep ${mark}"])`,
  `require("exec").run("sh", ["-c", "sleep ${mark} & wait"])`,
];

test("nothing of a daemon that was killed lives on: no worker, no program of a guest", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db"), args: ["--workers", "4"] });
  // Seconds that no other program sleeps for.
  const mark = `9${String(process.pid).padStart(7, "0")}`;
  const guests = GUESTS(mark);
  for (const input of guests) {
    const modules = input.includes("exec") ? ["exec"] : [];
    const { sessionId } = await makeSession(daemon, folder.path, { modules });
    const body = { session_id: sessionId, input, wait: false };
    expect((await daemon.json("POST", "/executions/repl", body)).status).toBe(202);
  }
  await until(() => programsWith(mark).length === 4, "the programs run");
  const workers = childrenOf(daemon.process.pid);
  expect(workers.length).toBeGreaterThanOrEqual(guests.length);
  // Who is stopped cannot be told anything any more, it seems; the daemon would soon find it.
  for (const worker of workers.filter((_, at) => at % 2 === 0)) process.kill(worker, "SIGSTOP");
  await daemon.kill9();
  await until(() => programsWith(mark).length === 0, "the programs are gone");
  await until(() => !workers.some(isAlive), "the workers are gone");
}, 30_000);

function programsWith(mark: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && commandOf(pid).endsWith(`sleep\0${mark}\0`) && isAlive(pid));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + GONE_MS_MAX;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(`it never came to be that ${what}`);
    await Bun.sleep(5);
  }
}
