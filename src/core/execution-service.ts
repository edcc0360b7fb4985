import { boundRecord, worktreeOf } from "./bound-worktree.ts";
import { VmError } from "./errors.ts";
import type { Execution, ExecutionEvent, ReplRequest, RunFileRequest } from "./execution.ts";
import type { EndedRun, ExecutionRunner, RunRequest } from "./execution-runner.ts";
import type { Idempotency, KeyedRequest, RequestOptions } from "./idempotency.ts";
import { parseId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import type { LiveExecution } from "./live-execution.ts";
import { answerOf, outputLimitOf } from "./output-limit.ts";
import type { JobOutcome } from "./ports/runner.ts";
import type { SessionRecord } from "./ports/session-store.ts";
import type { Store } from "./ports/store.ts";
import type { Worktrees } from "./ports/worktrees.ts";
import { invalidField, required } from "./required.ts";
import { pointNamed } from "./session-points.ts";
import { sessionBusy, sessionNotFound, sessionNotReady } from "./session-refusals.ts";
import type { TimingSink } from "./timing.ts";

export type FollowItem =
  | { readonly type: "event"; readonly event: ExecutionEvent }
  | { readonly type: "end"; readonly execution: Execution };

/** Runs code in sessions, and reads what became of it. */
export class ExecutionService {
  constructor(
    private readonly store: Store,
    private readonly runs: ExecutionRunner,
    private readonly worktrees: Worktrees,
    private readonly idempotency: Idempotency,
  ) {}

  /**
   * Runs a snippet in a session and waits until it ends.
   *
   * A session runs one execution at a time and there is no queue for it: a second caller sees
   * SESSION_BUSY at once rather than a time-out later.
   *
   * @returns The ended execution with its events, durable. With `wait: false` the running one,
   *   without events, visible to every reader.
   * @throws VmError VALIDATION_ERROR, SESSION_NOT_FOUND, SESSION_NOT_READY, SESSION_BUSY,
   *   INVALID_WORKTREE (it has vanished, and the session has modules), OUTPUT_LIMIT_EXCEEDED,
   *   QUEUE_FULL, SHUTTING_DOWN, STORE_FULL, IDEMPOTENCY_KEY_REUSED
   */
  async repl(body: ReplRequest, options: RequestOptions = {}): Promise<Execution> {
    const { session_id, input } = required(
      { session_id: body.session_id, input: body.input },
      "session_id and input are required",
    );
    assertSourceSize("input", input);
    const sessionId = parseId("session", session_id);
    return this.once("repl", body, options, (keyed) =>
      this.execute(sessionId, body, keyed, options.timing, async () => ({
        kind: "repl",
        action: { kind: "repl", input },
        fields: { input, args: [], env: {} },
      })),
    );
  }

  /**
   * Runs a file of the session's worktree; else as `repl`. The path is checked before any of it runs.
   *
   * @throws VmError as `repl`, and INVALID_PATH, FILE_NOT_FOUND
   */
  async runFile(body: RunFileRequest, options: RequestOptions = {}): Promise<Execution> {
    const { session_id, path } = required(
      { session_id: body.session_id, path: body.path },
      "session_id and path are required",
    );
    const sessionId = parseId("session", session_id);
    const args = body.args ?? {};
    const env = body.env ?? {};
    return this.once("run-file", body, options, (keyed) =>
      this.execute(sessionId, body, keyed, options.timing, async (record) => {
        const { grants } = record;
        const file = await this.worktrees.readSource(worktreeOf(record), path);
        return {
          kind: "run_file",
          action: { kind: "run_file", ...file, args, env: { ...grants.env, ...env } },
          fields: { path: file.path, args, env },
        };
      }),
    );
  }

  /** Newest first, without events. @throws VmError VALIDATION_ERROR, SESSION_NOT_FOUND */
  async list(sessionId: string, limit: number = LIMITS.executionPageRows): Promise<Execution[]> {
    const id = parseId("session", sessionId);
    if (!(await this.store.sessions.get(id))) throw sessionNotFound(id);
    const rows = await this.store.executions.list(id, limit);
    const live = this.runs.inSession(id);
    const stored = rows.map((row) =>
      // Its end may be in the store already, and not be durable yet.
      row.id === live?.execution.id
        ? live.execution
        : (this.runs.unwrittenEnd(row.id)?.execution ?? row),
    );
    if (!live || stored.includes(live.execution)) return stored;
    return [live.execution, ...stored].slice(0, limit);
  }

  /**
   * @param options.waitMs  Waits for the end at most this long.
   * @throws VmError VALIDATION_ERROR, EXECUTION_NOT_FOUND
   */
  async get(id: string, options: { waitMs?: number } = {}): Promise<Execution> {
    const executionId = parseId("execution", id);
    const deadlineMs = performance.now() + (options.waitMs ?? 0);
    for (;;) {
      const live = this.runs.find(executionId);
      if (!live) return this.stored(executionId);
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return live.execution;
      await live.changed({ timeoutMs: leftMs });
    }
  }

  /** Ascending, `seq > afterSeq`. @throws VmError VALIDATION_ERROR, EXECUTION_NOT_FOUND */
  async events(id: string, afterSeq: number, limit?: number): Promise<ExecutionEvent[]> {
    const executionId = parseId("execution", id);
    const live = this.runs.find(executionId);
    if (live) {
      return live.events.slice(afterSeq, live.stored).slice(0, limit ?? live.stored);
    }
    await this.stored(executionId);
    return this.storedEvents(executionId, afterSeq, limit ?? Number.MAX_SAFE_INTEGER);
  }

  /**
   * Ends a running execution by force; the session is as it was before it.
   *
   * @returns The ended execution: `cancelled`, or how it ended when it was quicker.
   * @throws VmError EXECUTION_NOT_FOUND, EXECUTION_NOT_RUNNING
   */
  async cancel(id: string): Promise<Execution> {
    const executionId = parseId("execution", id);
    const live = this.runs.find(executionId);
    if (!live) {
      const execution = await this.stored(executionId);
      throw new VmError("EXECUTION_NOT_RUNNING", {
        details: { execution_id: executionId, status: execution.status },
      });
    }
    live.cancel();
    while (this.runs.find(executionId)) await live.changed();
    const ended = live.ended ?? (await this.stored(executionId));
    if (ended.status !== "cancelled") {
      throw new VmError("EXECUTION_NOT_RUNNING", {
        details: { execution_id: executionId, status: ended.status },
      });
    }
    return ended;
  }

  /**
   * Every event after `afterSeq`, those to come included, then the ended execution.
   *
   * Events are seen when they are in the store: a reader that comes back after a crash of the daemon
   * and asks for what follows the last one it saw misses none and gets none twice.
   */
  async *follow(id: string, afterSeq: number, signal: AbortSignal): AsyncGenerator<FollowItem> {
    const executionId = parseId("execution", id);
    let seq = afterSeq;
    const live = this.runs.find(executionId);
    if (live) {
      this.runs.follow(live);
      try {
        while (!signal.aborted) {
          for (; seq < live.stored; seq++) yield { type: "event", event: live.events[seq]! };
          if (!this.runs.find(executionId)) break;
          if (seq >= live.stored) await live.changed({ signal });
        }
      } finally {
        this.runs.unfollow(live);
      }
    }
    const execution = await this.stored(executionId);
    while (!signal.aborted) {
      const page = await this.storedEvents(executionId, seq, LIMITS.pageRowsMax);
      for (const event of page) yield { type: "event", event };
      seq = page.at(-1)?.seq ?? seq;
      if (page.length < LIMITS.pageRowsMax) break;
    }
    if (!signal.aborted) yield { type: "end", execution };
  }

  // -------------------------------------------------------------- how one is run

  private async execute(
    sessionId: string,
    mode: RunMode,
    keyed: KeyedRequest | undefined,
    timing: TimingSink | undefined,
    prepare: (record: SessionRecord) => Promise<Pick<RunRequest, "kind" | "action" | "fields">>,
  ): Promise<Execution> {
    const at = atOf(mode);
    this.runs.assertOpen();
    const lease = await this.store.sessions.tryLease(sessionId);
    let pin: Disposable | undefined;
    const release = () => {
      pin?.[Symbol.dispose]();
      lease?.release();
    };
    let started: { live: LiveExecution; ended: Promise<EndedRun> };
    try {
      const stored = await this.store.sessions.get(sessionId);
      if (!stored) throw sessionNotFound(sessionId);
      if (stored.session.status !== "ready") throw sessionNotReady(stored);
      if (!lease) throw sessionBusy(sessionId, this.runs.inSession(sessionId));
      const record = await boundRecord(this.worktrees, stored);
      const past = at === undefined ? undefined : await pointNamed(this.store.history, record, at);
      const prepared = await prepare(record);
      if (past?.checkpointId !== undefined) pin = this.pin(past.checkpointId);
      started = this.runs.start({
        record,
        ...prepared,
        ...(mode.commit === false ? { dryRun: past === undefined ? {} : { at: past } } : {}),
        ...(keyed === undefined ? {} : { idempotency: keyed }),
      });
    } catch (error) {
      release();
      throw error;
    }
    const ended = started.ended.finally(release);
    if (mode.wait === false) {
      const over = ended.catch(() => {}); // Its end is written down; nobody waits for it here.
      try {
        await this.runs.insertNow(started.live, keyed);
      } catch (error) {
        // Refused, it is no more: who is told so finds the session free.
        await over;
        throw error;
      }
      return started.live.execution;
    }
    const { execution, outcome, commitMs } = await ended;
    if (timing) tell(timing, outcome, commitMs);
    return answerOf(execution, outcome.outputLimit);
  }

  private pin(checkpointId: string): Disposable {
    const pin = this.store.history.pin(checkpointId);
    if (pin) return pin;
    throw new VmError("CHECKPOINT_GONE", { details: { checkpoint_id: checkpointId } });
  }

  private once(
    route: string,
    body: unknown,
    options: RequestOptions,
    perform: (keyed: KeyedRequest | undefined) => Promise<Execution>,
  ): Promise<Execution> {
    return this.idempotency.once(route, body, options, perform, async (id) => {
      const execution = await this.stored(id);
      const events = await this.storedEvents(id, 0, Number.MAX_SAFE_INTEGER);
      const record = await this.store.sessions.get(execution.session_id);
      return answerOf({ ...execution, events }, outputLimitOf(execution, record));
    });
  }

  private async storedEvents(
    id: string,
    afterSeq: number,
    limit: number,
  ): Promise<ExecutionEvent[]> {
    const events = await this.store.executions.events(id, afterSeq, limit);
    const last = events.at(-1)?.seq ?? afterSeq;
    const unwritten = this.runs.unwrittenEnd(id)?.events.filter(({ seq }) => seq > last) ?? [];
    return [...events, ...unwritten].slice(0, limit);
  }

  private async stored(id: string): Promise<Execution> {
    const execution =
      this.runs.unwrittenEnd(id)?.execution ?? (await this.store.executions.get(id));
    if (execution) return execution;
    throw new VmError("EXECUTION_NOT_FOUND", { details: { execution_id: id } });
  }
}

/** How a request wants its code to be run. */
type RunMode = Pick<ReplRequest, "wait" | "commit" | "at">;

/** @throws VmError VALIDATION_ERROR */
function atOf({ commit, at }: RunMode): string | undefined {
  if (at === undefined || commit === false) return at;
  const message = "at needs commit false: a past state can be looked at, not changed";
  throw invalidField("/at", message);
}

function tell(timing: TimingSink, { metrics, spans }: JobOutcome, commitMs: number): void {
  timing("queue", metrics.queue_ms);
  if (spans) {
    timing("ipc", spans.ipcMs);
    timing("take_up", spans.takeUpMs);
    timing("evaluate", spans.evaluateMs);
    timing("search", spans.searchMs);
    timing("write", spans.writeMs);
  }
  timing("commit", commitMs);
}

function assertSourceSize(field: string, source: string): void {
  if (Buffer.byteLength(source) <= LIMITS.sourceBytesMax) return;
  const message = `${field} must be at most ${LIMITS.sourceBytesMax} bytes`;
  throw invalidField(`/${field}`, message);
}
