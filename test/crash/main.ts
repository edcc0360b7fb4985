import { Random } from "./random.ts";
import { runRounds } from "./rounds.ts";
import { runStreams } from "./streams.ts";
import { runSweep, sweepCases } from "./sweep.ts";

const USAGE = `usage: scripts/crash-test [--rounds N] [--seed S] [--streams N] [--no-sweep] [--only POINT]

Kills workers and daemons at random instants under load, N times (default 100), then at every fail
point, and checks each time that what was answered is there, whole and once; then cuts event streams,
N times (default 100). The seed reproduces a schedule.`;

const options = parse(process.argv.slice(2));
const startedMs = performance.now();
const tell = (line: string) =>
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${line}`);

console.log(`seed ${options.seed}, ${options.rounds} rounds`);
const wrong = await runRounds(options.rounds, new Random(options.seed), tell);
if (options.sweep && wrong.length === 0) {
  const cases = sweepCases().filter(({ point }) => !options.only || point === options.only);
  const swept = await runSweep(cases, tell);
  wrong.push(...swept.wrong, ...swept.missed.map((point) => `nothing passed ${point}`));
  tell(`${cases.length} cases of fail points`);
}
if (options.streams > 0 && wrong.length === 0) {
  wrong.push(...(await runStreams(options.streams, new Random(options.seed), tell)));
  tell(`${options.streams} cuts of event streams`);
}
for (const what of wrong) console.error(what);
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
console.log(`${wrong.length} broken promises; seed ${options.seed}, ${seconds} s`);
process.exit(wrong.length === 0 ? 0 : 1);

function parse(words: string[]) {
  const parsed = { rounds: 100, seed: Date.now() % 2 ** 31, streams: 100, sweep: true, only: "" };
  while (words.length > 0) {
    const word = words.shift();
    const value = word === "--no-sweep" ? "" : words.shift();
    if (word === "--no-sweep") parsed.sweep = false;
    else if (word === "--only" && value) parsed.only = value;
    else if (word === "--streams" && /^\d+$/.test(value ?? "")) parsed.streams = Number(value);
    else if (word === "--rounds" && /^\d+$/.test(value ?? "")) parsed.rounds = Number(value);
    else if (word === "--seed" && /^\d+$/.test(value ?? "")) parsed.seed = Number(value);
    else {
      console.error(USAGE);
      process.exit(2);
    }
  }
  return parsed;
}
