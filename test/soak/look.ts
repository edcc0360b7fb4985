import { Database } from "bun:sqlite";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { LIMITS } from "../../src/core/limits.ts";
import { childrenOf } from "../crash/world.ts";

/** What daemon, workers and database take at one moment. */
export interface Look {
  readonly executions: number;
  readonly daemonMib: number;
  readonly workersMib: number;
  readonly processes: number;
  /** Of the daemon. */
  readonly descriptors: number;
  readonly workerDescriptors: number;
  readonly fileMib: number;
  /** Of the file, what is used. */
  readonly usedMib: number;
  readonly logMib: number;
  readonly checkpoints: number;
  /** Of the session that has most. */
  readonly checkpointsMax: number;
  readonly storedExecutions: number;
  readonly executionsMax: number;
  readonly historyMib: number;
  readonly daemonCpuMs: number;
  readonly clientCpuMs: number;
  readonly atMs: number;
}

const MIB = 1024 * 1024;
const PAGE_BYTES = 4096;
const TICK_MS = 10;
const SAMPLE_MS = 100;
const SETTLED_MS_MAX = 3 * LIMITS.workerIdleMs;
/** Samples of memory that one look is the median of: what a collection of garbage moves it by. */
const SAMPLES = 31;

/** Looks at a daemon and its database from outside. */
export class Observer implements Disposable {
  private readonly samples: { daemon: number; workers: number }[] = [];
  private readonly sampler: ReturnType<typeof setInterval>;

  constructor(
    private readonly pid: number,
    private readonly path: string,
  ) {
    this.sampler = setInterval(() => this.sample(), SAMPLE_MS);
  }

  look(executions: number): Look {
    this.sample();
    const workers = childrenOf(this.pid);
    return {
      executions,
      daemonMib: median(this.samples.map(({ daemon }) => daemon)),
      workersMib: median(this.samples.map((sample) => sample.workers)),
      processes: 1 + workers.length,
      descriptors: descriptorsOf(this.pid),
      workerDescriptors: workers.reduce((sum, worker) => sum + descriptorsOf(worker), 0),
      ...sizesOf(this.path),
      daemonCpuMs: cpuMsOf(this.pid),
      clientCpuMs: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
      atMs: performance.now(),
    };
  }

  /** Waits until there are that few processes, though not forever, and memory has been sampled since. */
  async settled(processes: number): Promise<void> {
    const deadlineMs = performance.now() + SETTLED_MS_MAX;
    while (1 + childrenOf(this.pid).length > processes && performance.now() < deadlineMs) {
      await Bun.sleep(SAMPLE_MS);
    }
    await Bun.sleep(SAMPLES * SAMPLE_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.sampler);
  }

  private sample(): void {
    const workers = childrenOf(this.pid).reduce((sum, worker) => sum + residentMib(worker), 0);
    this.samples.push({ daemon: residentMib(this.pid), workers });
    if (this.samples.length > SAMPLES) this.samples.shift();
  }
}

function sizesOf(path: string) {
  using db = new Database(path, { readonly: true });
  const row = (sql: string) => db.query<Record<string, number>, []>(sql).get()!;
  const bySession = (table: string) =>
    row(`SELECT coalesce(sum(n), 0) AS count, coalesce(max(n), 0) AS most
      FROM (SELECT count(*) AS n FROM ${table} GROUP BY session_id)`);
  const checkpoints = bySession("checkpoint");
  const executions = bySession("execution");
  const { page_count: pages = 0 } = row("PRAGMA page_count");
  const { freelist_count: free = 0 } = row("PRAGMA freelist_count");
  const { bytes = 0 } = row("SELECT coalesce(sum(history_bytes), 0) AS bytes FROM vm_session");
  return {
    fileMib: statSync(path).size / MIB,
    usedMib: ((pages - free) * PAGE_BYTES) / MIB,
    logMib: (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) / MIB,
    checkpoints: checkpoints.count!,
    checkpointsMax: checkpoints.most!,
    storedExecutions: executions.count!,
    executionsMax: executions.most!,
    historyMib: bytes / MIB,
  };
}

function residentMib(pid: number): number {
  const pages = Number(textOf(`/proc/${pid}/statm`).split(" ")[1] ?? 0);
  return (pages * PAGE_BYTES) / MIB;
}

function cpuMsOf(pid: number): number {
  const fields = textOf(`/proc/${pid}/stat`).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function descriptorsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** Empty where the process has just ended. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
