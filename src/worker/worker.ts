import { VmError } from "../core/errors.ts";
import { baseImage } from "../engine/base-source.ts";
import { EngineHost, type EngineResult } from "../engine/engine-host.ts";
import type { NativeModuleFactory } from "../engine/native-modules.ts";
import { enterConfinement } from "../modules/confinement.ts";
import { DataClient } from "./data-client.ts";
import { JobOutside } from "./job-outside.ts";
import type { DoneMessage, FromWorker, RunMessage, ToWorker, WorkerProfile } from "./protocol.ts";
import { ResidentMemory } from "./resident-memory.ts";

/** The memory limit of a template that says nothing: its slot is made before the first job comes. */
const USUAL_MEM_MB = 128;

/** Resident memory beyond the session's limit at which a worker collects, and at which it retires. */
const COLLECT_BYTES = 64 * 1024 * 1024;
const RETIRE_BYTES = 84 * 1024 * 1024;

/** Reading the process's own size costs some 20 µs. */
const SIZE_CHECK_JOBS = 64;

/**
 * The process that runs guests; protocol.ts has what it says and hears. It is to be started with a
 * stack of 64 MiB (`ulimit -s 65536`) and BUN_JSC_maxPerThreadStackUsage=60000000, so that the
 * engine's recursion ends by the engine's own count.
 */
export function runWorker(): void {
  let worker: Promise<Worker> | undefined;
  process.on("disconnect", () => process.exit(0));
  process.on("message", (message: ToWorker) => {
    if (message.type === "enter") {
      worker ??= Worker.enter(message.profile);
      worker.catch(fail);
      return;
    }
    worker?.then((each) => each.take(message)).catch(fail);
  });
}

class Worker {
  private readonly data = new DataClient();
  private readonly parentPid = process.ppid;
  private jobs = 0;

  private constructor(
    private readonly engine: EngineHost,
    private readonly memory: ResidentMemory,
  ) {}

  /** What the engine and the modules need of the file system is read before the profile forbids it. */
  static async enter(profile: WorkerProfile): Promise<Worker> {
    const base = await baseImage();
    const modules = profile.kind === "bare" ? NO_MODULES : (await import("./module-factory.ts")).createModule;
    const engine = new EngineHost(base, modules);
    await engine.warm(USUAL_MEM_MB);
    const memory = new ResidentMemory();
    const confinement = enterConfinement(profile);
    tell({
      type: "ready",
      pid: process.pid,
      engine: base.engine.fingerprint,
      base: base.digest,
      confinement,
    });
    return new Worker(engine, memory);
  }

  async take(message: Exclude<ToWorker, { type: "enter" }>): Promise<void> {
    if (message.type === "forget") this.engine.forget(message.sessionId);
    else await this.run(message);
  }

  private async run(message: RunMessage): Promise<void> {
    const { jobId } = message;
    const outside = new JobOutside(
      jobId,
      this.data,
      (events) => tell({ type: "events", jobId, events }),
      () => {
        if (process.ppid !== this.parentPid) process.exit(0);
      },
    );
    let done: DoneMessage;
    try {
      const job = { ...message, headCheckpointId: message.headCheckpointId };
      done = doneOf(jobId, await this.engine.run(job, outside), outside);
    } catch (error) {
      done = failedBefore(jobId, error, outside);
    } finally {
      outside.close();
    }
    tell(this.isTooLarge(message.grants.settings.limits.mem_mb) ? { ...done, retire: true } : done);
  }

  /** Looks at the process's own size from time to time, and collects; true: it is not enough. */
  private isTooLarge(memMb: number): boolean {
    if (this.jobs++ % SIZE_CHECK_JOBS !== 0) return false;
    const allowed = memMb * 1024 * 1024;
    if (this.memory.bytes() < allowed + COLLECT_BYTES) return false;
    Bun.gc(true);
    return this.memory.bytes() > allowed + RETIRE_BYTES;
  }
}

const NO_MODULES: NativeModuleFactory = () => undefined;

const tell = (message: FromWorker): void => {
  process.send?.(message);
};

function doneOf(jobId: string, result: EngineResult, outside: JobOutside): DoneMessage {
  const { outcome, checkpoint } = result;
  return {
    type: "done",
    jobId,
    events: outside.events,
    status: outcome.status,
    ...(outcome.result === undefined ? {} : { result: outcome.result }),
    ...(outcome.error === undefined ? {} : { error: outcome.error }),
    ...(outcome.outputLimit === undefined ? {} : { outputLimit: outcome.outputLimit }),
    ...(checkpoint === undefined
      ? {}
      : { checkpoint: { ...checkpoint, ...outside.takeDelta(), heapBytes: result.heapBytes } }),
    rolledBack: outcome.heap !== "keep",
    durationMs: result.durationMs,
    cpuMs: result.cpuMs,
    heapBytes: result.heapBytes,
  };
}

/** The session's image could not be taken up, or this is our bug: no guest code ran. */
function failedBefore(jobId: string, error: unknown, outside: JobOutside): DoneMessage {
  const known = error instanceof VmError;
  if (!known) console.error(error);
  return {
    type: "done",
    jobId,
    events: outside.events,
    status: "error",
    error: known
      ? { message: error.message, code: error.code }
      : { message: "Error: the session could not be taken up", code: "WORKER_CRASHED" },
    rolledBack: false,
    durationMs: 0,
    cpuMs: 0,
    heapBytes: 0,
    ...(known ? {} : { retire: true }),
  };
}

/** The supervisor reads what a worker leaves on stderr. */
function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}
