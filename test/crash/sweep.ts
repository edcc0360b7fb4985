import { Database } from "bun:sqlite";
import { FAIL_POINT_VARIABLE, FAIL_POINTS, type FailPoint } from "../../src/core/fail-point.ts";
import { STEP_NAMES } from "./client.ts";
import { Random } from "./random.ts";
import { isAlive, World } from "./world.ts";

/** Which pass of a point dies: the first, and some in the middle of things. */
const PASSES = [1, 3];
/** Points inside a transaction, or before it: an error there must undo all of it and no more. */
const THROWING: readonly FailPoint[] = [
  "migrate.run",
  "recover.run",
  "group.begun",
  "group.applied",
  "commit.checkpoint",
  "commit.execution",
];

/** A case takes about one. */
const SLOW_SECONDS = 5;

/** Points that a daemon passes once in its life. */
const ONCE = /^(start|recover|stop)\./;

export interface SweepCase {
  readonly point: FailPoint;
  readonly pass: number;
  readonly action: "kill" | "throw";
}

export function sweepCases(passes: readonly number[] = PASSES): SweepCase[] {
  const names = Object.keys(FAIL_POINTS) as FailPoint[];
  return [
    ...names.flatMap((point) =>
      passes
        .filter((pass) => pass === 1 || !ONCE.test(point))
        .map((pass) => ({ point, pass, action: "kill" }) as const),
    ),
    ...THROWING.flatMap((point) =>
      passes.map((pass) => ({ point, pass, action: "throw" }) as const),
    ),
  ];
}

/**
 * Dies at each of the points, in a daemon that finds a database with a history, an execution and a
 * session that were cut off; that then goes through every kind of work, and is told to stop.
 *
 * @returns what was not as promised, and the points that nothing passed
 */
export async function runSweep(
  cases: readonly SweepCase[],
  tell: (line: string) => void,
): Promise<{ wrong: string[]; missed: string[] }> {
  const wrong: string[] = [];
  const hit = new Set<FailPoint>();
  await using used = new World();
  await used.start();
  await used.prepare();
  await leaveUnfinished(used, new Random(cases.length));
  used.keep();
  for (const [index, each] of cases.entries()) {
    const spec = `${each.point}:${each.pass}:${each.action}`;
    // A step of the schema is taken in a database that is new.
    const isNew = each.point.startsWith("migrate.");
    await using fresh = isNew ? new World() : undefined;
    const world = fresh ?? used;
    if (!isNew) await used.restore();
    const startedMs = performance.now();
    if (await sweepOne(world, each, spec, index)) hit.add(each.point);
    for (const what of world.wrong) wrong.push(`${spec}: ${what}`);
    const seconds = (performance.now() - startedMs) / 1000;
    if (seconds > SLOW_SECONDS) tell(`${spec} took ${seconds.toFixed(1)} s`);
    if ((index + 1) % 20 === 0) tell(`${index + 1} of ${cases.length} cases`);
  }
  const missed = [...new Set(cases.map(({ point }) => point))].filter((point) => !hit.has(point));
  return { wrong, missed };
}

/** @returns whether the point was passed often enough */
async function sweepOne(
  world: World,
  { point, action }: SweepCase,
  spec: string,
  seed: number,
): Promise<boolean> {
  const random = new Random(seed);
  const isFirstStart = point.startsWith("migrate.");
  const env = { [FAIL_POINT_VARIABLE]: spec };
  let died = false;
  try {
    await world.start(env);
  } catch {
    died = true; // While it started.
  }
  if (!died) died = await goThroughAll(world, random, action === "throw");
  if (isFirstStart && died) checkMigration(world);
  if (!isRunning(world)) {
    await world.start();
    if (isFirstStart) {
      await world.prepare();
      await goThroughAll(world, random, false, { stop: false });
    }
  }
  await world.check({ inFull: true });
  return died || action === "throw" || FAIL_POINTS[point] === "worker";
}

/** A history, one execution that runs, one session that is being made: and then the daemon is killed. */
async function leaveUnfinished(world: World, random: Random): Promise<void> {
  for (let i = 0; i < 2; i++) await world.join(random.fork());
  for (const client of world.clients) for (const step of STEP_NAMES) await client.step(step);
  const work = world.clients.map((client) => client.step("cancelled"));
  const joining = world.join(random.fork());
  await world.untilRunning();
  await world.kill();
  await Promise.all([...work, joining]);
}

/** @returns whether the daemon died of it */
async function goThroughAll(
  world: World,
  random: Random,
  mayFail: boolean,
  { stop }: { stop: boolean } = { stop: true },
): Promise<boolean> {
  const workers = world.workers();
  for (const client of world.clients) client.gone = false;
  const joined = await world.join(random.fork(), mayFail);
  const clients = mayFail ? (joined ? [joined] : []) : [...world.clients];
  for (const step of [...STEP_NAMES, "repl", "big", "repl"] as const) {
    await Promise.all(
      clients.map(async (client) => {
        if (!client.gone) await client.step(step);
      }),
    );
  }
  const [first] = clients;
  if (first && !first.gone) await world.transfer(first);
  if (first && !first.gone) await world.leave(first);
  if (stop && isRunning(world)) {
    const [busy] = world.clients;
    const running = busy && !busy.gone ? busy.step("detached") : undefined;
    const stopped = world.daemon.stop();
    await Promise.all([running, stopped]);
  }
  if (!isRunning(world)) await world.daemon.process.exited;
  const died = !isRunning(world) && world.daemon.process.signalCode === "SIGKILL";
  if (!isRunning(world)) await world.untilGone(workers);
  return died;
}

const isRunning = ({ daemon }: World): boolean =>
  daemon !== undefined && daemon.process.exitCode === null && isAlive(daemon.process.pid);

/** Between two steps of a migration every step is there whole, or not at all. */
function checkMigration(world: World): void {
  using db = new Database(world.db);
  const version = db.query("PRAGMA user_version").values()[0]?.[0];
  const tables = db.query("SELECT count(*) FROM sqlite_schema").values()[0]?.[0];
  if ((version === 0) !== (tables === 0)) {
    world.wrong.push(`schema version ${version} with ${tables} tables and indexes`);
  }
}
