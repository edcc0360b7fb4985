import { availableParallelism } from "node:os";
import { Daemon } from "../daemon.ts";
import { LOOPS, NATIVES } from "../loops.ts";
import type { Line, Row } from "../row.ts";
import { type Run, runOf } from "../statistics.ts";

const CPU_MS = 50;

/** How late the cpu limit stops programs that never end, on a machine of its own and on a busy one. */
export const stops: Row = {
  name: "stops",
  about: "how late cpu_ms stops loops of many kinds, alone and on a busy machine",
  async *measure(bench) {
    await using daemon = await Daemon.start(bench);
    const settings = { limits: { cpu_ms: CPU_MS, wall_ms: 60_000 } };
    const session = await daemon.session(await daemon.template({ template: { settings } }));
    yield* lines("", await measured(daemon, session, bench.runs));
    const load = busyProcesses();
    try {
      const busy = await measured(daemon, session, Math.ceil(bench.runs / 2));
      yield* lines(", beside a busy process for each core", busy);
    } finally {
      for (const each of load) each.kill();
    }
  },
};

interface Stop {
  readonly kind: "loop" | "native";
  readonly input: string;
  /** CPU time past the limit, milliseconds. */
  readonly lateMs: number;
  /** Until the answer, milliseconds past the limit. */
  readonly answerMs: number;
}

async function measured(daemon: Daemon, session: string, runs: number): Promise<readonly Stop[][]> {
  const all: Stop[][] = [];
  for (let run = 0; run < runs; run++) {
    const stops: Stop[] = [];
    for (const input of LOOPS) stops.push(await stop(daemon, session, "loop", input));
    for (const input of NATIVES) stops.push(await stop(daemon, session, "native", input));
    all.push(stops);
  }
  return all;
}

async function stop(
  daemon: Daemon,
  session: string,
  kind: Stop["kind"],
  input: string,
): Promise<Stop> {
  const startMs = performance.now();
  const { status, metrics } = await daemon.call<{ status: string; metrics: { cpu_ms: number } }>(
    "/executions/repl",
    { session_id: session, input },
  );
  const answerMs = performance.now() - startMs - CPU_MS;
  if (status !== "timeout") throw new Error(`${input} ended ${status}`);
  return { kind, input, lateMs: Math.max(0, metrics.cpu_ms - CPU_MS), answerMs };
}

function* lines(where: string, runs: readonly Stop[][]): Generator<Line> {
  const each = (kind: Stop["kind"], of: "lateMs" | "answerMs"): Run[] =>
    runs.map((stops) => runOf(stops.filter((stop) => stop.kind === kind).map((stop) => stop[of])));
  const loops = runs.flat().filter(({ kind }) => kind === "loop");
  const within = loops.filter(({ lateMs }) => lateMs <= 100).length;
  const latest = runs.flat().toSorted((a, b) => b.lateMs - a.lateMs);
  const count = `${within} of ${loops.length} loops within 100 ms`;
  yield {
    what: `loops stopped${where}: CPU time past the limit`,
    unit: "ms",
    runs: each("loop", "lateMs"),
    note: `${count}; the latest: ${latest.slice(0, 3).map(describe).join("; ")}`,
  };
  yield { what: "… until the answer", unit: "ms", runs: each("loop", "answerMs") };
  yield {
    what: "… stopped within 100 ms of it",
    unit: "%",
    runs: [{ median: (within / loops.length) * 100 }],
    target: { least: 99 },
  };
  yield {
    what: `natives stopped${where}: CPU time past the limit`,
    unit: "ms",
    runs: each("native", "lateMs"),
    target: { of: "p99", most: 500 },
  };
  yield { what: "… until the answer", unit: "ms", runs: each("native", "answerMs") };
}

const describe = ({ input, lateMs }: Stop): string => `${lateMs.toFixed(0)} ms ${input}`;

function busyProcesses(): Bun.Subprocess[] {
  return Array.from({ length: availableParallelism() }, () =>
    Bun.spawn([process.execPath, "-e", "for(;;);"], { stdio: ["ignore", "ignore", "ignore"] }),
  );
}
