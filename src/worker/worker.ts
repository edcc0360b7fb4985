import { IS_COMPILED } from "../core/compiled.ts";
import { VmError } from "../core/errors.ts";
import { armFailPoint, failPoint } from "../core/fail-point.ts";
import { baseImage } from "../engine/base-source.ts";
import { EngineHost } from "../engine/engine-host.ts";
import type { EngineResult } from "../engine/engine-job.ts";
import type { NativeModuleFactory } from "../engine/native-modules.ts";
import { preloadParsers } from "../engine/source-syntax.ts";
import { memoryAdvice } from "../modules/advise-memory.ts";
import { enterConfinement } from "../modules/confinement.ts";
import { endIfOrphaned, endWithParent } from "../modules/parent-death.ts";
import { giveBackProgramPages } from "../modules/program-pages.ts";
import { keepFromGuests } from "../modules/store-files.ts";
import { prepareWrittenPages, WrittenPages } from "../modules/written-pages.ts";
import { ChannelClosed, DaemonChannel } from "./daemon-channel.ts";
import { inlineOf, JobOutside } from "./job-outside.ts";
import type { DoneMessage, RunMessage, WorkerProfile } from "./protocol.ts";
import { WarmUp } from "./warm-up.ts";
import { WorkerMemory } from "./worker-memory.ts";

/** The memory limit of a template that says nothing: its slot is made before the first job comes. */
const USUAL_MEM_MB = 128;

/** Whoever waits for the worker, or for the daemon that has just started, is to be through by then. */
const IDLE_MS = 200;

/** Jobs between two turns of the host's own event loop. */
const TURN_JOBS = 64;

/**
 * The process that runs guests; protocol.ts has what it says and hears. It is to be started with a
 * stack of 64 MiB (`ulimit -s 65536`) and BUN_JSC_maxPerThreadStackUsage=60000000, so that the
 * engine's recursion ends by the engine's own count.
 *
 * @param prepare  Loads what the first job is known to need.
 * @param isShortLived  For one program that somebody waits for: it need not be small.
 */
export async function runWorker(
  parentPid: number,
  prepare: () => Promise<void>,
  isShortLived: boolean,
): Promise<void> {
  endWithParent(parentPid);
  // Where there is such a channel: launch.ts says why.
  process.on("disconnect", () => process.exit(0));
  try {
    // Before the profile is known: a spare that is given one is then as good as ready.
    const warmed = warmEngine();
    // Until the engine is compiled, this thread has nothing better to do.
    await prepare();
    const engine = await warmed;
    if (!isShortLived) giveBackProgramPages();
    const channel = new DaemonChannel();
    await whileIdle(channel, engine.warmUp);
    const { message } = channel.next();
    if (message.type !== "enter") throw new Error("no profile to enter");
    armFailPoint(message.failPoint, "worker");
    failPoint("worker.entering");
    if (message.databasePath !== undefined) keepFromGuests(message.databasePath);
    const worker = await Worker.enter(message.profile, engine, channel);
    await worker.serve();
  } catch (error) {
    if (error instanceof ChannelClosed) process.exit(0);
    // The supervisor reads what a worker leaves on stderr.
    console.error(error);
    process.exit(1);
  }
}

class Worker {
  private constructor(
    private readonly engine: EngineHost,
    private readonly memory: WorkerMemory,
    private readonly warmUp: WarmUp,
    private readonly channel: DaemonChannel,
  ) {}

  /** What the engine and the modules need of the file system is read before the profile forbids it. */
  static async enter(
    profile: WorkerProfile,
    { base, engine, memory, modules, warmUp }: Awaited<ReturnType<typeof warmEngine>>,
    channel: DaemonChannel,
  ): Promise<Worker> {
    if (!IS_COMPILED) preloadParsers();
    if (profile.kind !== "bare") {
      modules.create = (await import("./module-factory.ts")).createModule;
    }
    const confinement = enterConfinement(profile);
    failPoint("worker.ready");
    channel.tell({
      type: "ready",
      pid: process.pid,
      engine: base.engine.fingerprint,
      base: base.digest,
      confinement,
    });
    return new Worker(engine, memory, warmUp, channel);
  }

  /** Until the channel closes. @throws ChannelClosed */
  async serve(): Promise<never> {
    await whileIdle(this.channel, this.warmUp);
    for (let taken = 0; ; taken++) {
      const { message, body } = this.channel.next();
      this.warmUp.end();
      if (message.type === "forget") this.engine.forget(message.sessionId);
      else if (message.type === "run") await this.run(message, body);
      // What the host itself puts off to its event loop is not to be put off for ever.
      if (taken % TURN_JOBS === 0) await new Promise(setImmediate);
    }
  }

  private async run(message: RunMessage, body: Uint8Array): Promise<void> {
    const { jobId } = message;
    failPoint("worker.job");
    const { memory } = this;
    memory.begin(message.grants.settings.limits.mem_mb);
    const outside = new JobOutside(
      jobId,
      this.channel,
      inlineOf(message, body),
      (message) => this.channel.tell(message),
      () => {
        endIfOrphaned();
        memory.makeRoom(0);
      },
      (nextBytes) => memory.isFull(nextBytes),
    );
    let done: DoneMessage;
    try {
      const job = { ...message, headCheckpointId: message.headCheckpointId };
      done = doneOf(jobId, await this.engine.run(job, outside), outside);
      failPoint("worker.ran");
    } catch (error) {
      done = failedBefore(jobId, error, outside);
    } finally {
      outside.close();
    }
    this.tellDone(memory.isSpent(done) ? { ...done, retire: true } : done);
    failPoint("worker.done");
  }

  private tellDone(done: DoneMessage): void {
    const { checkpoint } = done;
    if (!checkpoint) {
      this.channel.tell(done);
      return;
    }
    const { delta, ...described } = checkpoint;
    this.channel.tell({ ...done, checkpoint: described as typeof checkpoint }, delta);
  }
}

/** A worker that is left alone warms itself up. Resolves when the daemon has something to say. */
async function whileIdle(channel: DaemonChannel, warmUp: WarmUp): Promise<void> {
  if (warmUp.isDone || channel.hasNews(IDLE_MS)) return;
  while (!warmUp.isDone && !channel.hasNews(0)) await warmUp.step();
}

/**
 * An engine with a slot, which is to become quick when it is left alone; what makes its modules is to
 * be set with the profile.
 */
async function warmEngine() {
  const base = await baseImage();
  const modules: { create: NativeModuleFactory } = { create: () => undefined };
  const memory = new WorkerMemory(() => engine.shed());
  const engine: EngineHost = new EngineHost(
    base,
    (name, context) => modules.create(name, context),
    {
      advice: memoryAdvice,
      watchWrites: prepareWrittenPages() ? () => WrittenPages.create() : undefined,
      makeRoom: (bytes) => memory.makeRoom(bytes),
    },
  );
  await engine.warm(USUAL_MEM_MB);
  const warmUp = new WarmUp(engine, { engine: base.engine.fingerprint, base: base.digest });
  return { base, engine, memory, modules, warmUp };
}

function doneOf(jobId: string, result: EngineResult, outside: JobOutside): DoneMessage {
  const { outcome, checkpoint } = result;
  if (outcome.cause !== undefined) console.error(outcome.cause);
  return {
    type: "done",
    jobId,
    events: outside.events,
    status: outcome.status,
    ...(outcome.result === undefined ? {} : { result: outcome.result }),
    ...(outcome.resultCut ? { resultCut: true } : {}),
    ...(outcome.error === undefined ? {} : { error: outcome.error }),
    ...(outcome.outputLimit === undefined ? {} : { outputLimit: outcome.outputLimit }),
    ...(checkpoint === undefined
      ? {}
      : { checkpoint: { ...checkpoint, ...outside.takeDelta(), heapBytes: result.heapBytes } }),
    rolledBack: outcome.heap !== "keep",
    durationMs: result.durationMs,
    cpuMs: result.cpuMs,
    heapBytes: result.heapBytes,
    spans: result.spans,
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
