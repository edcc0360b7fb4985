import { Daemon } from "../daemon.ts";
import { post } from "../http-connection.ts";
import { downloadLibraries } from "../libraries.ts";
import { clients } from "../load.ts";
import { type BenchOptions, type Line, type Row, repeat } from "../row.ts";
import { runOf } from "../statistics.ts";

/** Until the compilers of daemon and worker have settled, calls take a third more: these are shown apart. */
const WARM_UP_CALLS = 3000;
const FIRST_CALLS = 300;
const CALLS = 400;

/** What one client waits for, and many. */
export const calls: Row = {
  name: "calls",
  about: "a REPL call from one client, and from 16 clients on 100 sessions",
  async *measure(bench) {
    for (const [durability, most] of [
      ["full", 0.8],
      ["normal", 0.6],
    ] as const) {
      await using daemon = await Daemon.start(bench, { durability });
      const request = daemon.repl(await daemon.session(await daemon.template()));
      const first = await daemon.run(FIRST_CALLS, request);
      await daemon.run(WARM_UP_CALLS - FIRST_CALLS, request);
      yield {
        what: `REPL call 1+1, one client, ${durability}`,
        unit: "ms",
        runs: await repeat(bench.runs, () => daemon.run(CALLS, request)),
        target: { most },
      };
      yield { what: `… the first ${FIRST_CALLS} of a new daemon`, unit: "ms", runs: [first] };
    }
    yield* manyClients(bench);
  },
};

async function* manyClients(bench: BenchOptions): AsyncGenerator<Line> {
  await using daemon = await Daemon.start(bench);
  const template = await daemon.template();
  const sessions: string[] = [];
  for (let i = 0; i < 100; i++) sessions.push(await daemon.session(template));
  const requests = sessions.map((session) => daemon.repl(session));
  await clients(daemon, 16, requests, 2000);
  const loads = [];
  for (let run = 0; run < bench.runs; run++) {
    loads.push(await clients(daemon, 16, requests, 1000));
  }
  const what = "REPL calls, 16 clients on 100 sessions";
  yield {
    what: `${what}: calls a second`,
    unit: "/s",
    runs: loads.map(({ perSecond }) => ({ median: perSecond })),
    target: { least: 5000 },
  };
  yield {
    what: `${what}: each call`,
    unit: "ms",
    runs: loads.map(({ times }) => runOf(times)),
    target: { of: "p99", most: 15 },
  };
}

export const creation: Row = {
  name: "creation",
  about: "creating a session, bare and with lodash",
  async *measure(bench) {
    const cacheDir = await downloadLibraries(bench);
    await using daemon = await Daemon.start(bench, { cacheDir });
    for (const [what, most, libraries] of [
      ["session created, no startup file", 2, []],
      ["session created, with lodash", 4, ["lodash"]],
    ] as const) {
      const template = await daemon.template({ libraries });
      const request = post("/api/v1/sessions", daemon.newSession(template));
      await daemon.run(20, request);
      yield {
        what,
        unit: "ms",
        runs: await repeat(bench.runs, () => daemon.run(100, request)),
        target: { most },
      };
    }
  },
};
