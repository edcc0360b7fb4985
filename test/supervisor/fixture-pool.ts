import { readdirSync, readFileSync } from "node:fs";
import { VmError } from "../../src/core/errors.ts";
import type { ImageChain } from "../../src/core/ports/checkpoint-store.ts";
import type { Job, JobEvent, JobHandle, JobOutcome } from "../../src/core/ports/runner.ts";
import { DEFAULT_SETTINGS, mergeSettings, type SettingsPatch } from "../../src/core/settings.ts";
import { createPool, type Pool, type PoolOptions } from "../../src/supervisor/pool.ts";

const WORKER = new URL("../fixtures/misbehaving-worker.ts", import.meta.url).pathname;

export const FIXTURE_COMMAND = [process.execPath, WORKER] as const;

export interface Order {
  readonly do: string;
  readonly [field: string]: unknown;
}

export interface JobWish {
  readonly id?: string;
  readonly sessionId?: string;
  readonly limits?: NonNullable<SettingsPatch["limits"]>;
  readonly modules?: readonly string[];
  readonly worktreePath?: string;
  readonly head?: string;
  readonly loadImage?: () => Promise<ImageChain>;
}

export interface Ran extends JobHandle {
  readonly id: string;
  readonly events: JobEvent[];
  /** The `json` of its result. */
  json<T>(): Promise<T>;
}

/** A pool over the misbehaving worker, and what a test asks of it. Closed at the end of its scope. */
export class FixturePool implements AsyncDisposable {
  readonly pool: Pool;
  readonly logged: { message: string; fields: Record<string, unknown> | undefined }[] = [];

  constructor(options: Partial<PoolOptions> & { start?: "mute" | "dies" } = {}) {
    const { start, ...rest } = options;
    const log = (message: string, fields?: Record<string, unknown>) => {
      this.logged.push({ message, fields });
    };
    this.pool = createPool({
      workers: 2,
      workersMax: 4,
      spares: 1,
      queueDepth: 16,
      requireConfinement: false,
      command: [...FIXTURE_COMMAND, ...(start ? [start] : [])],
      logger: { debug: log, info: log, warn: log, error: log },
      readFile: async () => undefined,
      getBase: async () => undefined,
      ...rest,
    });
  }

  run(order: Order, wish: JobWish = {}): Ran {
    const id = wish.id ?? crypto.randomUUID();
    const settings = mergeSettings(DEFAULT_SETTINGS, { limits: wish.limits ?? {} });
    const job: Job = {
      id,
      sessionId: wish.sessionId ?? crypto.randomUUID(),
      grants: {
        settings,
        modules: wish.modules ?? [],
        libraries: [],
        globals: {},
        env: {},
        fsReadOnly: false,
        netAllowed: false,
      },
      worktreePath: wish.worktreePath ?? "/tmp",
      headCheckpointId: wish.head,
      nextCheckpointId: crypto.randomUUID(),
      wantFull: false,
      loadImage: wish.loadImage ?? (() => Promise.reject(new Error("no image"))),
      action: { kind: "repl", input: JSON.stringify(order) },
    };
    const events: JobEvent[] = [];
    const handle = this.pool.run(job, (batch) => events.push(...batch));
    return {
      ...handle,
      id,
      events,
      json: async <T>() => (await handle.outcome).result?.json as T,
    };
  }

  outcome(order: Order, wish?: JobWish): Promise<JobOutcome> {
    return this.run(order, wish).outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.close();
  }
}

/** Living processes whose command line holds the mark. */
export function marked(mark: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .filter((pid) => {
      try {
        const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1];
        return state !== "Z" && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(mark);
      } catch {
        return false;
      }
    });
}

export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`never: ${what}`);
    await Bun.sleep(5);
  }
}

/** The code that a promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "none";
  } catch (error) {
    return error instanceof VmError ? error.code : String(error);
  }
}
