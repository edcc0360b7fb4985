import { Daemon } from "../daemon.ts";
import { children, residentMib } from "../processes.ts";
import { type BenchOptions, type Line, type Row, repeat } from "../row.ts";
import { type Run, runOf } from "../statistics.ts";

/** Enough for a p99 to be more than the third worst of them. */
const CALLS = 1000;
const WARM_UP_CALLS = 3000;

/** A loop in one session, and what others notice of it. */
export const neighbour: Row = {
  name: "neighbour",
  about: "latency of others while one session loops without end",
  async *measure(bench) {
    await using daemon = await Daemon.start(bench);
    const template = await daemon.template();
    const request = daemon.repl(await daemon.session(template));
    const looping = await daemon.session(template);
    await daemon.run(WARM_UP_CALLS, request);
    const idle = await repeat(bench.runs, () => daemon.run(CALLS, request));
    yield { what: "REPL call, nobody else there", unit: "ms", runs: idle };
    const beside = await repeat(bench.runs, () => besideLoop(daemon, looping, request));
    yield { what: "REPL call beside an endless loop", unit: "ms", runs: beside };
    yield {
      what: "… its p99, as a multiple of the idle p99",
      unit: "×",
      runs: beside.map(({ p99 = 0 }, i) => ({ median: p99 / (idle[i]?.p99 ?? 1) })),
      target: { most: 2 },
    };
  },
};

async function besideLoop(daemon: Daemon, looping: string, request: Uint8Array): Promise<Run> {
  const { id } = await daemon.call<{ id: string }>("/executions/repl", {
    session_id: looping,
    input: "for(;;);",
    wait: false,
  });
  const run = await daemon.run(CALLS, request);
  await daemon.call(`/executions/${id}/cancel`, {});
  return run;
}

/** How limits hold. */
export const limits: Row = {
  name: "limits",
  about: "lateness of stops, the next execution after a kill, memory of a worker",
  async *measure(bench) {
    await using daemon = await Daemon.start(bench);
    yield* lateness(daemon, bench);
    yield* afterKill(daemon, bench);
    yield* workerMemory(daemon, bench);
  },
};

const CPU_MS = 100;
const short = { settings: { limits: { cpu_ms: CPU_MS } } };

async function* lateness(daemon: Daemon, bench: BenchOptions): AsyncGenerator<Line> {
  const template = await daemon.template({ template: short });
  for (const [what, most, inputs] of [
    ["stop by interrupt, late by", 100, LOOPS],
    ["stop by kill, late by", 500, NATIVES],
  ] as const) {
    const session = await daemon.session(template);
    const requests = inputs.map((input) => daemon.repl(session, input));
    const runs = await repeat(bench.runs, async () =>
      runOf((await daemon.times(requests)).map((ms) => Math.max(0, ms - CPU_MS))),
    );
    yield { what, unit: "ms", runs, target: { of: "p99", most } };
  }
}

const LOOPS = [
  "for(;;);",
  "for(;;)JSON.stringify([1,2,3])",
  "(function f(){try{f()}finally{f()}})()",
  "(async()=>{for(;;)await 0})(); 1",
  "let s='x'; for(;;){s+=s.slice(0,10); if(s.length>1e5)s='x'}",
  "/(a+)+b/.test('a'.repeat(40))",
];
const NATIVES = ["Array.prototype.indexOf.call({length:2**53-1},1)"];

async function* afterKill(daemon: Daemon, bench: BenchOptions): AsyncGenerator<Line> {
  const session = await daemon.session(await daemon.template({ template: short }));
  const [stuck, next] = [daemon.repl(session, NATIVES[0]), daemon.repl(session)];
  yield {
    what: "after a kill, the session's next execution",
    unit: "ms",
    runs: await repeat(bench.runs, async () => {
      await daemon.times([stuck]);
      return runOf(await daemon.times([next]));
    }),
    target: { most: 100 },
  };
}

/** The worst of a worker's life: a full heap, again and again, also of what the host holds for it. */
async function* workerMemory(daemon: Daemon, bench: BenchOptions): AsyncGenerator<Line> {
  const template = await daemon.template({ template: { settings: { limits: { mem_mb: 128 } } } });
  const session = await daemon.session(template);
  const fill = daemon.repl(
    session,
    "globalThis.kept=[]; for(;;) kept.push(new Array(1000).fill(Math.random()))",
  );
  const runs = await repeat(bench.runs, async () => {
    let most = 0;
    const timer = setInterval(() => {
      for (const pid of children(daemon.pid)) most = Math.max(most, residentOf(pid));
    }, 5);
    await daemon.times([fill, daemon.repl(session, "kept=[]; 1")]);
    clearInterval(timer);
    return { median: most };
  });
  yield {
    what: "memory of a worker, a heap of 128 MiB filled",
    unit: "MiB",
    runs,
    target: { most: 128 + 90 },
  };
}

function residentOf(pid: number): number {
  try {
    return residentMib(pid);
  } catch {
    return 0; // It has just ended.
  }
}
