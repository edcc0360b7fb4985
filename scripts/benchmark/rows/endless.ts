import { Daemon } from "../daemon.ts";
import type { HttpConnection } from "../http-connection.ts";
import type { Line, Row } from "../row.ts";
import { type Run, runOf } from "../statistics.ts";

const WALL_MS = 1000;
const WARM_UP_CALLS = 3000;

/** One of each kind of program that no interrupt ends, and one that an interrupt does. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "while(true){}": "while(true){}",
  'new Array(1e9)+""': 'new Array(1e9)+""',
  "/(a+)+$/ on a long input": "/(a+)+$/.test('a'.repeat(64)+'b')",
  'exec.run("sleep",["1000"])': 'require("exec").run("sleep",["1000"])',
  "an endless query":
    'const db=require("database");db.configure("sqlite3",":memory:");db.query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n")',
};

/** What is seen of one program that never ends. */
interface Seen {
  readonly answeredMs: number;
  readonly nextMs: number;
  /** A neighbour's slow end while it ran, as a multiple of the same while nothing did. */
  readonly neighbour: number;
}

/** Programs that never end, each until its `wall_ms`: when it is answered, and what others notice. */
export const endless: Row = {
  name: "endless",
  about: "five programs that never end, with wall_ms 1000: the answer, the session, a neighbour",
  async *measure(bench) {
    await using daemon = await Daemon.start(bench);
    const settings = { limits: { wall_ms: WALL_MS, cpu_ms: 10 * WALL_MS } };
    const session = await daemon.session(
      await daemon.template({ template: { settings }, modules: ["exec", "database"] }),
    );
    const request = daemon.repl(await daemon.session(await daemon.template()));
    await daemon.run(WARM_UP_CALLS, request);
    await daemon.times([daemon.repl(session, "globalThis.kept=[1,2,3]")]);
    const connection = await daemon.connect();
    const seen = new Map<string, Seen[]>();
    for (let run = 0; run < bench.runs; run++) {
      for (const [name, program] of Object.entries(PROGRAMS)) {
        const of = seen.get(name) ?? [];
        seen.set(name, of);
        of.push(await watched(daemon, session, program, { connection, request }));
      }
    }
    connection.close();
    yield* lines(seen);
  },
};

interface Neighbour {
  readonly connection: HttpConnection;
  readonly request: Uint8Array;
}

/** @throws Error when it does not end as it must, or the session is not as it was before */
async function watched(
  daemon: Daemon,
  session: string,
  program: string,
  { connection, request }: Neighbour,
): Promise<Seen> {
  const idle = await p99Until(daemon, connection, request, Bun.sleep(WALL_MS));
  const startMs = performance.now();
  let answeredMs = 0;
  const ended = daemon
    .call<{ status: string }>("/executions/repl", {
      session_id: session,
      input: `kept.push(4);${program}`,
    })
    .finally(() => {
      answeredMs = performance.now() - startMs;
    });
  const beside = await p99Until(daemon, connection, request, ended);
  const { status } = await ended;
  if (status !== "timeout") throw new Error(`${program} ended ${status}`);
  const nextStartMs = performance.now();
  const next = await daemon.call<{ result?: { preview: string } }>("/executions/repl", {
    session_id: session,
    input: "String(kept)",
  });
  const nextMs = performance.now() - nextStartMs;
  if (next.result?.preview !== "1,2,3") throw new Error(`${program} left ${next.result?.preview}`);
  return { answeredMs, nextMs, neighbour: beside / idle };
}

/** Of calls that are sent one after another until something has happened. */
async function p99Until(
  daemon: Daemon,
  connection: HttpConnection,
  request: Uint8Array,
  event: Promise<unknown>,
): Promise<number> {
  let happened = false;
  event.then(
    () => (happened = true),
    () => (happened = true),
  );
  const times: number[] = [];
  while (!happened) times.push(...(await daemon.times([request], connection)));
  return runOf(times).p99 ?? Number.NaN;
}

function* lines(seen: ReadonlyMap<string, readonly Seen[]>): Generator<Line> {
  const rounds = [...(seen.values().next().value ?? [])].map((_, round) =>
    [...seen.values()].map((of) => of[round] as Seen),
  );
  const each = (of: "answeredMs" | "nextMs"): Run[] =>
    rounds.map((round) => runOf(round.map((one) => one[of])));
  yield {
    what: `five endless programs, wall_ms ${WALL_MS}: answered after`,
    unit: "ms",
    runs: each("answeredMs"),
    target: { of: "p99", most: 1600 },
  };
  yield {
    what: "… the session as before, and its next execution",
    unit: "ms",
    runs: each("nextMs"),
    target: { of: "p99", most: 100 },
  };
  for (const [name, of] of seen) {
    yield {
      what: `… another session's p99 beside \`${name}\`, of the idle one`,
      unit: "×",
      runs: of.map(({ neighbour }) => ({ median: neighbour })),
      target: { most: 2 },
    };
  }
}
