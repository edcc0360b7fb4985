import { Daemon } from "../daemon.ts";
import { type Line, type Row, repeat } from "../row.ts";
import { median, type Run, runOf } from "../statistics.ts";

const CALLS = 300;

/** What keeping costs, and where the time of a call goes. */
export const durability: Row = {
  name: "durability",
  about: "the same call kept on disk, kept past a crash, and not kept; where its time goes",
  async *measure(bench) {
    for (const [what, options, measured] of [
      ["full: on the disk", { durability: "full" }, true],
      ["normal: past every crash of the process", { durability: "normal" }, false],
      ["off: a database in memory", { durability: "normal", db: ":memory:" }, false],
    ] as const) {
      await using daemon = await Daemon.start(bench, options);
      const session = await daemon.session(await daemon.template());
      const request = daemon.repl(session);
      await daemon.run(3000, request);
      yield {
        what: `REPL call, durability ${what}`,
        unit: "ms",
        runs: await repeat(bench.runs, () => daemon.run(CALLS, request)),
      };
      if (measured) yield* spans(daemon, session, bench.runs);
    }
  },
};

const NAMES: Readonly<Record<string, string>> = {
  http: "HTTP: reading, checking, answering",
  queue: "waiting for a worker",
  ipc: "to the worker and back",
  take_up: "taking the session up",
  evaluate: "evaluation",
  search: "finding the changed pages",
  write: "writing the difference, compression",
  commit: "commit",
  total: "all of it, inside the daemon",
};

async function* spans(daemon: Daemon, session: string, runs: number): AsyncGenerator<Line> {
  const request = daemon.repl(session, "1+1", { "Server-Timing": "?1" });
  const all = await repeatSpans(daemon, request, runs);
  for (const [name, what] of Object.entries(NAMES)) {
    yield { what: `… ${what}`, unit: "ms", runs: all.map((run) => run[name] ?? { median: 0 }) };
  }
}

async function repeatSpans(
  daemon: Daemon,
  request: Uint8Array,
  runs: number,
): Promise<Record<string, Run>[]> {
  const all: Record<string, Run>[] = [];
  for (let run = 0; run < runs; run++) {
    const times: Record<string, number[]> = {};
    for (let i = 0; i < CALLS; i++) {
      const { head } = await daemon.connection.send(request);
      for (const [, name = "", ms] of head.toString().matchAll(/([a-z_]+);dur=([\d.]+)/g)) {
        times[name] ??= [];
        times[name].push(Number(ms));
      }
    }
    all.push(Object.fromEntries(Object.entries(times).map(([name, list]) => [name, runOf(list)])));
  }
  if (median(Object.values(all[0] ?? {}).map((run) => run.median)) !== undefined) return all;
  throw new Error("the daemon gave no Server-Timing");
}
