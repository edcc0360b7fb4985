import type { Random } from "./random.ts";
import { isAlive, World } from "./world.ts";

const CLIENTS = 4;
/** A database is used for this many rounds: what is looked at stays small, and first starts are tried. */
const ROUNDS_PER_DATABASE = 25;
const LOAD_MS_MAX = 150;
/** A cold start takes about as long: kills fall into all of it. */
const START_MS_MAX = 120;

const ENDS = { daemon: 6, workers: 3, start: 2, stop: 1 } as const;

/** Kills at random instants, and looks each time whether the promise was kept. @returns what was not */
export async function runRounds(
  rounds: number,
  random: Random,
  tell: (line: string) => void,
): Promise<string[]> {
  const wrong: string[] = [];
  for (let done = 0; done < rounds; done += ROUNDS_PER_DATABASE) {
    await using world = new World();
    await world.start();
    await world.prepare();
    for (let i = 0; i < Math.min(ROUNDS_PER_DATABASE, rounds - done); i++) {
      const how = await round(world, random);
      for (const what of world.wrong.splice(0)) wrong.push(`round ${done + i} (${how}): ${what}`);
      if (wrong.length > 0) return wrong;
    }
    await world.check({ inFull: true });
    while (world.clients[0]) await world.leave(world.clients[0]);
    for (const what of world.wrong) wrong.push(`after round ${done}: ${what}`);
    const fates = Object.entries(world.fates).map(([fate, count]) => `${count} ${fate}`);
    tell(`${Math.min(done + ROUNDS_PER_DATABASE, rounds)} rounds; requests: ${fates.join(", ")}`);
  }
  return wrong;
}

async function round(world: World, random: Random): Promise<string> {
  if (world.clients.length > 0 && random.chance(0.2)) await world.leave(random.pick(world.clients));
  while (world.clients.length < CLIENTS) await world.join(random.fork());
  const how = random.weighted(ENDS);
  const work = world.clients.map((client) => client.work());
  // Sessions are made under load too; nobody may ever hear of this one.
  const joining = random.chance(0.3) ? world.join(random.fork()) : undefined;
  await Bun.sleep(random.below(LOAD_MS_MAX));
  if (how === "workers") {
    for (let kills = 1 + random.below(3); kills > 0; kills--) {
      const workers = world.workers();
      if (workers.length > 0) killOne(random.pick(workers));
      await Bun.sleep(random.below(LOAD_MS_MAX / 2));
    }
  }
  if (how === "workers" && random.chance(0.5)) {
    for (const client of world.clients) client.gone = true;
    await Promise.all([...work, joining]);
    await world.check({ inFull: false });
    return how;
  }
  if (how === "stop") {
    const workers = world.workers();
    const code = await world.daemon.stop();
    if (code !== 0) world.wrong.push(`a stop ended with ${code}: ${world.daemon.log}`);
    await world.untilGone(workers);
  } else {
    await world.kill();
  }
  await Promise.all([...work, joining]);
  if (how === "start") await killAtStart(world, random);
  await world.start();
  await world.check({ inFull: false });
  return how;
}

async function killAtStart(world: World, random: Random): Promise<void> {
  for (let kills = 1 + random.below(2); kills > 0; kills--) {
    await world.startAndKill(random.below(START_MS_MAX));
  }
}

function killOne(pid: number): void {
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
}
