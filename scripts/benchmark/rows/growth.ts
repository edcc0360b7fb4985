import { Daemon } from "../daemon.ts";
import { cloneExecutions, cloneSessions } from "../prefill.ts";
import { type BenchOptions, type Line, type Row, repeat } from "../row.ts";

/** What retention takes away later would not be measured. */
const KEEP_ALL = ["--keep-executions", "1000000"];

const HEAPS_MB = [0, 1, 8, 32, 96];
const SESSIONS = [1, 100, 10_000];
const HISTORY = [10, 1_000, 100_000];

/** Latency and stored bytes against what has gathered. */
export const growth: Row = {
  name: "growth",
  about: "a REPL call against the size of the heap, the number of sessions, the length of history",
  async *measure(bench) {
    yield* byHeap(bench);
    yield* flat(bench, "sessions", SESSIONS, (db, count) => cloneSessions(db, count - 1));
    yield* flat(bench, "executions in the session", HISTORY, (db, count) =>
      cloneExecutions(db, count - 1),
    );
  },
};

async function* byHeap(bench: BenchOptions): AsyncGenerator<Line> {
  await using daemon = await Daemon.start(bench);
  const template = await daemon.template();
  for (const mb of HEAPS_MB) {
    const session = await daemon.session(template);
    const fill = `var big = []; for (let i = 0; i < ${mb}; i++) big.push(new Uint8Array(2 ** 20).fill(i)); 1`;
    await daemon.times([daemon.repl(session, fill), daemon.repl(session), daemon.repl(session)]);
    yield {
      what: `REPL call, heap of ${mb} MB`,
      unit: "ms",
      runs: await repeat(bench.runs, () => daemon.run(mb > 8 ? 20 : 100, daemon.repl(session))),
    };
    yield {
      what: "… stored of it",
      unit: "KiB",
      runs: await repeat(1, async () => ({ median: await storedOfOne(daemon, session) })),
    };
  }
}

async function storedOfOne(daemon: Daemon, session: string): Promise<number> {
  const { metrics } = await daemon.call<{ metrics: { checkpoint_bytes: number } }>(
    "/executions/repl",
    { session_id: session, input: "1+1" },
  );
  return metrics.checkpoint_bytes / 1024;
}

async function* flat(
  bench: BenchOptions,
  of: string,
  counts: readonly number[],
  fill: (db: string, count: number) => void,
): AsyncGenerator<Line> {
  const lines: Line[] = [];
  for (const count of counts) {
    const db = `${bench.folder}/growth-${of.slice(0, 4)}-${count}.db`;
    let session: string;
    {
      await using daemon = await Daemon.start(bench, { db });
      session = await daemon.session(await daemon.template());
      await daemon.times([daemon.repl(session)]);
    }
    if (count > 1) fill(db, count);
    await using daemon = await Daemon.start(bench, { db, flags: KEEP_ALL });
    await daemon.run(300, daemon.repl(session));
    const runs = await repeat(bench.runs, () => daemon.run(200, daemon.repl(session)));
    lines.push({ what: `REPL call, ${of}: ${count.toLocaleString("en")}`, unit: "ms", runs });
  }
  yield* lines;
  const [first, last] = [lines[0], lines.at(-1)];
  yield {
    what: "… the most as a multiple of the fewest",
    unit: "×",
    runs: (last?.runs ?? []).map(({ median }, i) => ({
      median: median / (first?.runs[i]?.median ?? 1),
    })),
    target: { most: 1.3 },
  };
}
