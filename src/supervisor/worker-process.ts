import { failPoint, takeWorkerFailPoint } from "../core/fail-point.ts";
import { LIMITS } from "../core/limits.ts";
import {
  type DoneMessage,
  type FromWorker,
  type RunMessage,
  type ToWorker,
  WORKER_CHANNEL_FD,
  type WorkerProfile,
} from "../worker/protocol.ts";
import { endOrphans, endTree, type Sweep } from "./descendants.ts";
import { takeEarlyOrLaunch } from "./early-launch.ts";
import type { WorkerSubprocess } from "./launch.ts";
import { type Priority, prioritize } from "./priority.ts";
import { type ProcessStat, readStat } from "./process-table.ts";
import { mayStartPrograms } from "./profile.ts";
import { becomeSubreaper } from "./subreaper.ts";
import { type DataJob, type DataSources, WorkerChannel } from "./worker-channel.ts";
import { type MessageBounds, parseMessage } from "./worker-messages.ts";

export type ReadyMessage = Extract<FromWorker, { type: "ready" }>;

/** Why a worker is no more. The first cause counts: it is recorded before the kill. */
export type WorkerEnd =
  | { readonly cause: "retired" | "cancelled" | "memory" | "not_ready" | "stopped" }
  | { readonly cause: "timeout"; readonly limit: "wall_ms" | "cpu_ms" }
  | { readonly cause: "violation"; readonly why: string }
  /** It ended by itself. */
  | {
      readonly cause: "exit";
      readonly exitCode: number | null;
      readonly signal: string | number | null;
    };

/** What the worker may say and ask about its current job. */
export interface WorkerJob extends DataJob {
  readonly message: RunMessage;
  readonly messageBody: Uint8Array | undefined;
  bounds(): MessageBounds;
  onEvents(message: Extract<FromWorker, { type: "events" }>, chars: number): void;
  /** The guest's code begins or is over. False: it cannot be. */
  onGuest(runs: boolean): boolean;
}

export interface WorkerCallbacks {
  onReady(ready: ReadyMessage): void;
  onDone(message: DoneMessage, chars: number): void;
  /**
   * The process has gone, and everything below it.
   * @param left  Programs that would not go: the system holds on to them.
   */
  onEnded(end: WorkerEnd, left: number): void;
}

/** They are there at once, or on a busy machine soon. */
const LAST_WORDS_MS = 100;

const livePids = new Set<number>();

/** One worker process, from its start to the end of the last of its descendants. */
export class WorkerProcess {
  readonly pid: number;
  readonly ended: Promise<void>;
  private readonly child: WorkerSubprocess;
  private readonly data: WorkerChannel;
  private readonly born: ProcessStat | undefined;
  private profile: WorkerProfile | undefined;
  private ready = false;
  private job: WorkerJob | undefined;
  private end: WorkerEnd | undefined;
  private exited = false;
  private killing: Promise<Sweep> | undefined;
  private stderrText = "";
  private readonly stderrRead: Promise<void>;
  private readonly isSoleUse: boolean;
  /** Undefined: not known, for it was never set or not wholly. */
  private priority: Priority | undefined;
  private readonly resolveEnded: () => void;

  /** @throws Error when no process can be started */
  constructor(
    command: readonly string[],
    private readonly sources: DataSources,
    private readonly callbacks: WorkerCallbacks,
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.resolveEnded = resolve;
    const { child, isSoleUse } = takeEarlyOrLaunch(command, {
      onMessage: () => this.kill({ cause: "violation", why: "speaks where nothing is said" }),
      onDisconnect: () => this.disconnected(),
      onExit: (exitCode, signal) => this.exit(exitCode, signal),
    });
    this.child = child;
    this.isSoleUse = isSoleUse;
    this.pid = child.pid;
    livePids.add(this.pid);
    this.born = readStat(this.pid);
    const fd = this.child.stdio[WORKER_CHANNEL_FD];
    if (typeof fd !== "number") throw new Error("no channel to the worker");
    this.data = new WorkerChannel({
      fd,
      sources,
      currentJob: () => (this.end ? undefined : this.job),
      onMessage: (raw, body) => this.receive(raw, body),
      onViolation: (why) => this.kill({ cause: "violation", why }),
      onClosed: () => this.disconnected(),
    });
    this.stderrRead = this.keepStderr().catch(() => {
      // The process has gone; what was read is kept.
    });
  }

  /** The last of what it wrote to stderr: for a log, never for a guest. */
  get stderr(): string {
    return this.stderrText;
  }

  /** It has ended, or is about to. */
  get isEnding(): boolean {
    return this.end !== undefined;
  }

  enter(profile: WorkerProfile): void {
    this.profile = profile;
    if (mayStartPrograms(profile)) becomeSubreaper();
    const point = takeWorkerFailPoint();
    const { databasePath } = this.sources;
    this.send({
      type: "enter",
      profile,
      ...(databasePath === undefined ? {} : { databasePath }),
      ...(point === undefined ? {} : { failPoint: point }),
    });
  }

  run(job: WorkerJob): void {
    this.job = job;
    const { message } = job;
    this.send(message, job.messageBody);
    if (message.image) failPoint("handover.image");
    failPoint("handover.job");
  }

  /** What was refused is tried again with the next call: an order that is in force costs nothing. */
  prioritize(priority: Priority): void {
    if (this.priority === priority || this.isSoleUse || this.exited) return;
    this.priority = prioritize(this.pid, priority) ? priority : undefined;
  }

  forget(sessionId: string): void {
    this.send({ type: "forget", sessionId });
  }

  /** Ends it with all that it started. Later causes change nothing. Idempotent. */
  kill(end: WorkerEnd): void {
    if (this.end) return;
    this.end = end;
    this.data.close();
    if (this.exited) return;
    this.killing = endTree(this.pid);
  }

  private send(message: ToWorker, body?: Uint8Array): void {
    if (this.end || this.exited) return;
    this.data.tell(message, body);
  }

  private receive(raw: unknown, body: Uint8Array): void {
    // What arrives after the decision to kill came too late.
    if (this.end) return;
    const { job } = this;
    const parsed = parseMessage(raw, body, job?.bounds());
    if ("violation" in parsed) {
      this.kill({ cause: "violation", why: parsed.violation });
      return;
    }
    const { message, chars } = parsed;
    if (message.type === "ready") this.takeReady(message);
    else if (!job) this.kill({ cause: "violation", why: "speaks of a job without one" });
    else if (message.type === "events") job.onEvents(message, chars);
    else if (message.type === "guest") {
      if (!job.onGuest(message.runs)) this.kill({ cause: "violation", why: "guest out of turn" });
    } else {
      this.job = undefined;
      this.callbacks.onDone(message, chars);
    }
  }

  private takeReady(message: ReadyMessage): void {
    if (this.ready || !this.profile) {
      this.kill({ cause: "violation", why: "ready out of turn" });
      return;
    }
    this.ready = true;
    this.callbacks.onReady(message);
  }

  private disconnected(): void {
    if (this.exited || this.end) return;
    // At an exit this comes first; the exit tells the better cause.
    setTimeout(() => {
      if (!this.exited) this.kill({ cause: "violation", why: "it closed its channel" });
    }, LIMITS.watchTickMs);
  }

  private exit(exitCode: number | null, signal: string | number | null): void {
    this.exited = true;
    this.end ??= { cause: "exit", exitCode, signal };
    this.data.close();
    const lastWords = this.end.cause === "exit" ? this.lastWords() : undefined;
    Promise.all([this.sweepUp(), lastWords]).then(
      ([left]) => this.settle(left),
      // Whatever went wrong in looking for its programs, the worker itself has gone.
      () => this.settle(0),
    );
  }

  /** They may come after its exit. Whoever else holds on to its stderr is not waited for. */
  private async lastWords(): Promise<void> {
    await Promise.race([this.stderrRead, Bun.sleep(LAST_WORDS_MS)]);
  }

  private async sweepUp(): Promise<number> {
    const below = await this.killing;
    livePids.delete(this.pid);
    if (!this.born || !mayStartPrograms(this.profile)) return below?.left ?? 0;
    const orphans = await endOrphans(this.born, (pid) => livePids.has(pid));
    return orphans.left;
  }

  private settle(left: number): void {
    livePids.delete(this.pid);
    if (this.end) this.callbacks.onEnded(this.end, left);
    this.resolveEnded();
  }

  private async keepStderr(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const piece of this.child.stderr) {
      const text = this.stderrText + decoder.decode(piece, { stream: true });
      this.stderrText = text.slice(-LIMITS.workerStderrBytesMax);
    }
  }
}
