import { VmError } from "../core/errors.ts";
import { heapWorkBytes } from "../core/heap-work.ts";
import { LIMITS } from "../core/limits.ts";
import type { ImageChain } from "../core/ports/checkpoint-store.ts";
import type { Job, JobEvent, JobHandle, JobOutcome } from "../core/ports/runner.ts";
import type { JobSpans } from "../core/timing.ts";
import {
  type DoneMessage,
  type FromWorker,
  INLINE_IMAGE_BYTES_MAX,
  type RunMessage,
  type WorkerProfile,
} from "../worker/protocol.ts";
import { JobClock } from "./job-clock.ts";
import { outcomeOfEnd } from "./outcome.ts";
import { profileKey, profileOf } from "./profile.ts";
import type { MessageBounds } from "./worker-messages.ts";
import type { WorkerEnd, WorkerJob } from "./worker-process.ts";

/**
 * The worker keeps `max_events` and `max_output_kb` exactly. These bounds are the daemon's own, for
 * a worker that does not: wide enough for notices, the result, and another way of counting.
 */
const EVENTS_SPARE = 64;
const CHARS_SPARE = 4 * 1024 * 1024;
const DELTA_BYTES_SPARE = 4 * 1024 * 1024;

/** Most sessions stay far smaller than this. */
const USUAL_HEAP_BYTES_MAX = 32 * 1024 * 1024;

/** One job, from its coming to its outcome. */
export class JobRun implements WorkerJob {
  readonly id: string;
  readonly worktreePath: string;
  readonly profile: WorkerProfile;
  readonly profileKey: string;
  readonly handle: JobHandle & { refused?: VmError };
  readonly deltaBytesMax: number;
  /** Monotonic; 0: no worker has begun it. */
  startedMs = 0;
  readonly clock = new JobClock();
  /** Workers that could not be started for it. */
  failedStarts = 0;
  settled = false;
  /** Nobody wants it any more: it is not to be begun. */
  isCancelled = false;
  private readonly queuedMs = performance.now();
  private eventsLeft: number;
  private charsLeft: number;
  private deltaChunks: Uint8Array[] = [];
  private deltaWhole = false;
  private fault: unknown;
  /** The head's image, until somebody asks for it. */
  private readAhead: ImageChain | undefined;
  private readonly outcome = Promise.withResolvers<JobOutcome>();
  private readonly started = Promise.withResolvers<void>();

  constructor(
    readonly job: Job,
    private readonly deliver: (events: readonly JobEvent[]) => void,
    onCancel: (run: JobRun) => void,
  ) {
    const { limits } = job.grants.settings;
    this.id = job.id;
    this.worktreePath = job.worktreePath;
    this.profile = profileOf(job);
    this.profileKey = profileKey(this.profile);
    this.deltaBytesMax = limits.mem_mb * 1024 * 1024 + DELTA_BYTES_SPARE;
    this.eventsLeft = limits.max_events + EVENTS_SPARE;
    this.charsLeft = limits.max_output_kb * 1024 * 2 + CHARS_SPARE;
    this.handle = {
      outcome: this.outcome.promise,
      started: this.started.promise,
      cancel: () => {
        if (this.settled) return;
        this.isCancelled = true;
        onCancel(this);
      },
    };
    // Whoever holds the handle hears of it; one that waits for `started` first must not end the daemon.
    this.outcome.promise.catch(() => {});
  }

  get message(): RunMessage {
    const { job } = this;
    const image = this.inline;
    return {
      type: "run",
      jobId: job.id,
      sessionId: job.sessionId,
      grants: job.grants,
      worktreePath: job.worktreePath,
      ...(job.headCheckpointId === undefined ? {} : { headCheckpointId: job.headCheckpointId }),
      ...(image === undefined
        ? {}
        : { image: { ...image, links: image.links.map(({ delta }) => delta.byteLength) } }),
      nextCheckpointId: job.nextCheckpointId,
      wantFull: job.wantFull,
      ...(job.discard === undefined ? {} : { discard: job.discard }),
      action: job.action,
    };
  }

  /** Of the message's frame. */
  get messageBody(): Uint8Array | undefined {
    const { inline } = this;
    return inline && Buffer.concat(inline.links.map(({ delta }) => delta));
  }

  /** Undefined: none was read, or it is too large to go with the message. */
  private get inline(): ImageChain | undefined {
    const bytes = this.readAhead?.links.reduce((sum, { delta }) => sum + delta.byteLength, 0) ?? 0;
    return bytes <= INLINE_IMAGE_BYTES_MAX ? this.readAhead : undefined;
  }

  /** Since it came. */
  get waitedMs(): number {
    return performance.now() - this.queuedMs;
  }

  /** Since a worker began it. */
  get ranMs(): number {
    return this.startedMs === 0 ? 0 : performance.now() - this.startedMs;
  }

  get mayStartPrograms(): boolean {
    return this.profile.kind === "worktree" && this.profile.exec;
  }

  /** Resident memory past which its worker is killed, bytes. */
  get residentBytesMax(): number {
    return this.job.grants.settings.limits.mem_mb * 1024 * 1024 + LIMITS.workerMarginBytes;
  }

  /** Most text as JSON: a character is six bytes at most. */
  get messageBytesMax(): number {
    return 6 * this.charsLeft;
  }

  /** What a worker that has nobody else in it may well need to take its session up and run it, bytes. */
  get neededBytes(): number {
    const { grants, headHeapBytes = 0 } = this.job;
    const heapBytesMax = grants.settings.limits.mem_mb * 1024 * 1024;
    const heapBytes = Math.max(headHeapBytes, Math.min(USUAL_HEAP_BYTES_MAX, heapBytesMax));
    return heapBytes + heapWorkBytes(heapBytes);
  }

  bounds(): MessageBounds {
    return {
      jobId: this.id,
      events: this.eventsLeft,
      chars: this.charsLeft,
      deltaBytes: this.deltaBytesMax,
    };
  }

  async loadImage(): Promise<ImageChain> {
    this.clock.takeUp(performance.now());
    const image = this.readAhead ?? (await this.job.loadImage());
    this.readAhead = undefined;
    return image;
  }

  /** Reads the image for a worker that is going to ask for it; a small one goes with the message. */
  async readImageAhead(): Promise<void> {
    try {
      this.readAhead = await this.job.loadImage();
    } catch {
      // The worker asks, and the answer to that says why.
    }
  }

  async loadBase(digest: string): Promise<Uint8Array | undefined> {
    return this.job.loadBase?.(digest);
  }

  onDelta(chunk: Uint8Array, last: boolean): void {
    if (this.deltaWhole) this.deltaChunks = [];
    this.deltaChunks.push(chunk);
    this.deltaWhole = last;
  }

  onFault(error: unknown): void {
    this.fault ??= error;
  }

  onEvents(message: Extract<FromWorker, { type: "events" }>, chars: number): void {
    this.take(message.events, chars);
  }

  onGuest(runs: boolean): boolean {
    const nowMs = performance.now();
    return runs ? this.clock.guestBegins(nowMs) : this.clock.guestEnds(nowMs);
  }

  begin(): void {
    this.startedMs = performance.now();
    this.clock.begin(this.startedMs);
    this.started.resolve();
  }

  /** The worker says that it has ended. */
  end(message: DoneMessage, chars: number): void {
    if (this.fault !== undefined) {
      this.fail(asVmError(this.fault));
      return;
    }
    this.take(message.events, chars);
    const { status, result, resultCut, error, outputLimit, checkpoint } = message;
    const elapsedMs = performance.now() - this.startedMs;
    const delta = checkpoint && this.deltaOf(checkpoint);
    this.settle({
      status,
      ...(result === undefined ? {} : { result }),
      ...(resultCut ? { resultCut } : {}),
      ...(error === undefined ? {} : { error }),
      ...(outputLimit === undefined ? {} : { outputLimit }),
      ...(checkpoint === undefined || delta === undefined
        ? {}
        : {
            checkpoint: {
              engine: checkpoint.engine,
              base: checkpoint.base,
              delta,
              heapBytes: checkpoint.heapBytes,
              full: checkpoint.full,
            },
          }),
      rolledBack: message.rolledBack,
      metrics: {
        duration_ms: rounded(Math.min(message.durationMs, elapsedMs)),
        cpu_ms: rounded(message.cpuMs),
        queue_ms: this.queueMs(),
        heap_bytes: message.heapBytes,
        checkpoint_bytes: delta?.byteLength ?? 0,
      },
      ...(message.spans === undefined ? {} : { spans: spansOf(message.spans, elapsedMs) }),
    });
  }

  /** Whether the delta that `done` speaks of has come. */
  hasDelta(message: DoneMessage): boolean {
    return !message.checkpoint?.deltaByData || this.deltaWhole;
  }

  /** Its worker has gone. */
  endBy(end: WorkerEnd): void {
    const durationMs = this.startedMs === 0 ? 0 : rounded(performance.now() - this.startedMs);
    const spent = { durationMs, cpuMs: rounded(this.clock.cpuMs), queueMs: this.queueMs() };
    this.settle(outcomeOfEnd(this.job, end, spent));
  }

  /** There is no place for it, and its handle says so from the start. */
  refuse(error: VmError): void {
    this.handle.refused = error;
    this.fail(error);
  }

  /** Nothing ran, or it is our fault. */
  fail(error: VmError): void {
    this.settled = true;
    this.dropBytes();
    this.outcome.reject(error);
    this.started.resolve();
  }

  private settle(outcome: JobOutcome): void {
    this.settled = true;
    this.dropBytes();
    this.outcome.resolve(outcome);
    // Nobody waits for a beginning that will not come.
    this.started.resolve();
  }

  private dropBytes(): void {
    this.deltaChunks = [];
    this.readAhead = undefined;
  }

  private take(events: readonly JobEvent[], chars: number): void {
    this.eventsLeft -= events.length;
    this.charsLeft -= chars;
    if (events.length > 0) this.deliver(events);
  }

  private deltaOf(checkpoint: NonNullable<DoneMessage["checkpoint"]>): Uint8Array {
    if (!checkpoint.deltaByData) return checkpoint.delta;
    const [only] = this.deltaChunks;
    return only && this.deltaChunks.length === 1 ? only : Buffer.concat(this.deltaChunks);
  }

  private queueMs(): number {
    const untilMs = this.startedMs === 0 ? performance.now() : this.startedMs;
    return rounded(untilMs - this.queuedMs);
  }
}

/** What the worker did not need of the time was the way there and back. */
function spansOf(spans: NonNullable<DoneMessage["spans"]>, elapsedMs: number): JobSpans {
  const { takeUpMs, evaluateMs, searchMs, writeMs } = spans;
  return { ...spans, ipcMs: Math.max(0, elapsedMs - takeUpMs - evaluateMs - searchMs - writeMs) };
}

/** Microseconds are enough for a record. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function asVmError(cause: unknown): VmError {
  return cause instanceof VmError ? cause : new VmError("INTERNAL", { cause });
}
