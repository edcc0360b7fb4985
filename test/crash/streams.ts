import type { Row } from "./api.ts";
import type { Random } from "./random.ts";
import { Reader } from "./stream.ts";
import { isAlive, World } from "./world.ts";

const READERS = 3;
const EVENTS_PER_CUT_MAX = 12;
/** Of the executions that are read, this share loses its worker in the middle, and its daemon. */
const WORKER_KILLS = 0.1;
const DAEMON_KILLS = 0.1;

/** Some say much at once, some little by little. */
const TALKERS = [
  "for (let i = 0; i < 150; i++) console.log(i)",
  `for (let i = 0; i < 60; i++) {
    console.log(i);
    if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
  }`,
  "for (let i = 0; i < 40; i++) console.log('x'.repeat(2000)); throw new Error('at the end')",
];

/**
 * Reads event streams that are cut off in the middle and taken up again, while other sessions are at
 * work and now and then a worker or the daemon dies.
 *
 * @returns what was lost, repeated, or had no end
 */
export async function runStreams(
  cuts: number,
  random: Random,
  tell: (line: string) => void,
): Promise<string[]> {
  await using world = new World();
  await world.start();
  await world.prepare();
  for (let i = 0; i < READERS; i++) await world.join(random.fork());
  const wrong: string[] = [];
  let done = 0;
  let told = 0;
  while (done < cuts && wrong.length === 0) {
    const talks = await Promise.all(
      world.clients.map(({ sessionId }) => talk(world, sessionId, random)),
    );
    const readers = talks.filter((reader) => reader !== undefined);
    const fate = random.next();
    const reading = readers.map(async (reader) => {
      let cutsHere = 0;
      while (!(await reader.read(1 + random.below(EVENTS_PER_CUT_MAX)))) {
        if (!isAlive(world.daemon.process.pid)) return cutsHere;
        cutsHere++;
      }
      return cutsHere;
    });
    if (fate < DAEMON_KILLS) {
      await Bun.sleep(random.below(60));
      await world.kill();
    } else if (fate < DAEMON_KILLS + WORKER_KILLS) {
      await Bun.sleep(random.below(30));
      for (const pid of world.workers()) process.kill(pid, "SIGKILL");
    }
    for (const cutsHere of await Promise.all(reading)) done += cutsHere;
    if (fate < DAEMON_KILLS) await world.start();
    for (const reader of readers) {
      while (!(await reader.read(1 + random.below(EVENTS_PER_CUT_MAX)))) done++;
      wrong.push(...(await compare(world, reader)));
    }
    if (done - told < 250) continue;
    told = done;
    tell(`${done} cuts`);
  }
  world.checkFile();
  return [...wrong, ...world.wrong];
}

async function talk(world: World, sessionId: string, random: Random): Promise<Reader | undefined> {
  const input = random.pick(TALKERS);
  const body = { session_id: sessionId, input, wait: false };
  const accepted = await world.api.call<Row>("POST", "/executions/repl", body);
  if (accepted?.status !== 202) return undefined;
  return new Reader(accepted.body.id, () => world.daemon.url);
}

/** What a reader saw, against what is there. */
async function compare(world: World, reader: Reader): Promise<string[]> {
  const { executionId, events, end, wrong } = reader;
  const stored = await world.api.must<Row["events"]>("GET", `/executions/${executionId}/events`);
  if (!Bun.deepEquals(stored, events)) {
    wrong.push(`${executionId}: saw ${events.length} events of ${stored.length}`);
  }
  const row = await world.api.must<Row>("GET", `/executions/${executionId}`);
  if (!Bun.deepEquals(row, end)) {
    wrong.push(`${executionId}: ended ${JSON.stringify(end)}, is ${JSON.stringify(row)}`);
  }
  return wrong;
}
