import { VmError } from "./errors.ts";
import type { Execution } from "./execution.ts";
import type { ExecutionRunner } from "./execution-runner.ts";
import { parseId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import type { Clock } from "./ports/clock.ts";
import type { SessionPoint } from "./ports/history-store.ts";
import type { Runner } from "./ports/runner.ts";
import type { SessionRecord } from "./ports/session-store.ts";
import type { Store } from "./ports/store.ts";
import { encodeSession, type SessionContent } from "./session-file-parts.ts";
import { type LooseImage, SessionImages } from "./session-images.ts";
import { presentPoint } from "./session-points.ts";
import { assertWasReady, sessionNotFound } from "./session-refusals.ts";
import { Slice } from "./slice.ts";
import { definitionFrom, definitionOf } from "./template-match.ts";

/** A session that moves while it is read is read again this often. */
const READS_MAX = 5;

/** Rows read with one statement: a millisecond or two. */
const EXECUTIONS_AT_ONCE = 100;

/** Sessions to files. */
export class ExportService {
  private readonly images: SessionImages;

  constructor(
    private readonly store: Store,
    private readonly runs: ExecutionRunner,
    runner: Runner,
    private readonly clock: Clock,
    private readonly version: string,
  ) {
    this.images = new SessionImages(runner);
  }

  /**
   * The session as one file. It is not disturbed: while it runs, its last finished state is exported.
   *
   * @param options.history  With its executions and their events, the newest that fit.
   * @throws VmError VALIDATION_ERROR, SESSION_NOT_FOUND, SESSION_NOT_READY, CHECKPOINT_GONE (closed,
   *   and its states given up), BODY_TOO_LARGE, QUEUE_FULL, SHUTTING_DOWN
   */
  async export(id: string, options: { history?: boolean } = {}): Promise<Uint8Array> {
    const sessionId = parseId("session", id);
    this.runs.assertOpen();
    const { record, history } = await this.readSession(sessionId, options.history === true);
    const { session } = record;
    // Where it goes, it is bound to another folder.
    const { worktree: _, ...grants } = record.grants;
    const image = await this.imageOf(record, presentPoint(record));
    const detail = await this.store.templates.get(session.vm_id);
    const content: SessionContent = {
      session: {
        id: session.id,
        workspace_id: session.workspace_id,
        base_commit_oid: session.base_commit_oid,
        ...(session.head_execution_id === undefined
          ? {}
          : { head_execution_id: session.head_execution_id }),
        template: detail
          ? { name: detail.template.name, definition: definitionOf(detail) }
          : { name: `session ${session.id}`, definition: definitionFrom(grants) },
        grants,
        ...(image === undefined ? {} : { image: { engine: image.engine, base: image.base } }),
      },
      ...(image?.baseBytes === undefined ? {} : { base: image.baseBytes }),
      ...(image === undefined ? {} : { image: image.delta }),
      ...(history === undefined ? {} : { history }),
    };
    return encodeSession(content, { madeBy: `vm-system ${this.version}`, createdAt: this.now() });
  }

  /** The session with the history that led to its state. */
  private async readSession(
    id: string,
    withHistory: boolean,
  ): Promise<{ record: SessionRecord; history?: Execution[] }> {
    for (let read = 1; ; read++) {
      const record = await this.record(id);
      assertWasReady(record);
      if (!withHistory) return { record };
      const history = await this.history(id);
      const now = await this.record(id);
      const isSame =
        now.session.head_execution_id === record.session.head_execution_id &&
        now.headCheckpointId === record.headCheckpointId;
      if (isSame || read === READS_MAX) return { record, history };
    }
  }

  /** Oldest first: the newest that have room in a file. Read in short steps: it may be a long one. */
  private async history(sessionId: string): Promise<Execution[]> {
    const executions: Execution[] = [];
    const slice = new Slice();
    let left = LIMITS.sessionPartBytesMax / 2;
    for await (const execution of this.newestFirst(sessionId)) {
      if (execution.status === "running") continue;
      const events = await this.store.executions.events(execution.id, 0, Number.MAX_SAFE_INTEGER);
      const whole: Execution = { ...execution, events };
      left -= Buffer.byteLength(JSON.stringify(whole)) + 1;
      if (left < 0) break;
      executions.push(whole);
      await slice.over();
    }
    return executions.reverse();
  }

  private async *newestFirst(sessionId: string): AsyncGenerator<Execution> {
    let before: string | undefined;
    for (let read = 0; read < LIMITS.exportExecutionsMax; read += EXECUTIONS_AT_ONCE) {
      const page = await this.store.executions.list(sessionId, EXECUTIONS_AT_ONCE, before);
      yield* page;
      if (page.length < EXECUTIONS_AT_ONCE) return;
      before = page.at(-1)?.id;
    }
  }

  private async imageOf(
    { session, grants }: SessionRecord,
    { checkpointId }: SessionPoint,
  ): Promise<LooseImage | undefined> {
    if (checkpointId === undefined) return undefined;
    const { checkpoints, history } = this.store;
    using _ = this.pinned(history.pin(checkpointId), session.id);
    const { engine, base, delta } = await this.images.fold(
      session.id,
      checkpointId,
      grants,
      async () => {
        const chain = await checkpoints.chain(checkpointId);
        if (!chain) throw new Error(`checkpoint ${checkpointId} is not in the store`);
        return chain;
      },
    );
    const baseBytes = await checkpoints.getBase(base);
    return { engine, base, delta, ...(baseBytes === undefined ? {} : { baseBytes }) };
  }

  /** The session has moved on, and its state went, since it was read. */
  private pinned(pin: Disposable | undefined, sessionId: string): Disposable {
    if (pin) return pin;
    throw new VmError("CHECKPOINT_GONE", { details: { session_id: sessionId } });
  }

  private async record(id: string): Promise<SessionRecord> {
    const record = await this.store.sessions.get(id);
    if (record) return record;
    throw sessionNotFound(id);
  }

  private now(): string {
    return new Date(this.clock.nowMs()).toISOString();
  }
}
