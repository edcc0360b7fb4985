import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { prioritize } from "../../src/supervisor/priority.ts";

/** What the system lets a daemon have of its workers' priorities. */

const POOL = resolve(import.meta.dir, "fixture-pool.ts");
const IS_PRIVILEGED = process.getuid?.() === 0;
const WITHOUT_PRIVILEGE = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"];

/** Its first requests are refused, for another's has just been granted; then a job runs long. */
const DAEMON = `
import { readFileSync, writeFileSync } from "node:fs";
import { FixturePool, until } from ${JSON.stringify(POOL)};

const retry = () => { try { writeFileSync("/proc/self/autogroup", "0"); return true; } catch { return false; } };
await until(retry, "a change of our own");
await using fixture = new FixturePool({ workers: 1, workersMax: 1 });
const job = fixture.run({ do: "who" }, { sessionId: "a" });
const { pid } = await job.json();
const long = fixture.run({ do: "compute", ms: 60_000 }, { sessionId: "a" });
const niceness = () => Number(/nice (-?\\d+)/.exec(readFileSync(\`/proc/\${pid}/autogroup\`, "utf8"))[1]);
await until(() => niceness() === 10, "in the background");
long.cancel();
await long.outcome;
`;

test.skipIf(!existsSync("/proc/self/autogroup") || (IS_PRIVILEGED && !Bun.which("setpriv")))(
  "an unprivileged daemon, refused at first, has a long job in the background all the same",
  async () => {
    const child = Bun.spawn(
      [...(IS_PRIVILEGED ? WITHOUT_PRIVILEGE : []), process.execPath, "-e", DAEMON],
      { stdout: "ignore", stderr: "pipe", detached: true },
    );
    const [errors, exitCode] = await Promise.all([new Response(child.stderr).text(), child.exited]);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  },
);

test.skipIf(!Bun.which("chrt"))("who is a batch job stays one", async () => {
  const child = Bun.spawn(["chrt", "--batch", "0", "cat"], { stdin: "pipe", stdout: "pipe" });
  // It answers: it is past the change of its own.
  child.stdin.write("\n");
  child.stdin.flush();
  await child.stdout.getReader().read();
  prioritize(child.pid, "background");
  prioritize(child.pid, "usual");
  const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
  const BATCH = "3";
  expect(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[41 - 3]).toBe(BATCH);
  child.stdin.end();
  await child.exited;
});
