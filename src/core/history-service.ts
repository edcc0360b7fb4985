import { boundRecord, checkBoundWorktree } from "./bound-worktree.ts";
import { VmError } from "./errors.ts";
import type { ExecutionRunner } from "./execution-runner.ts";
import { compareGlobals, readGlobals } from "./globals-diff.ts";
import { GLOBALS_SNIPPET } from "./globals-snippet.ts";
import type {
  CheckpointInfo,
  ForkedSessions,
  ForkRequest,
  LabelRequest,
  RewindRequest,
  SessionDiff,
  SessionTree,
} from "./history.ts";
import { newId, parseId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import type { Clock } from "./ports/clock.ts";
import type { SessionPoint } from "./ports/history-store.ts";
import type { NewSession, SessionLease, SessionRecord } from "./ports/session-store.ts";
import type { Store } from "./ports/store.ts";
import type { Worktrees } from "./ports/worktrees.ts";
import { invalidField, printable, required } from "./required.ts";
import type { Residency } from "./residency.ts";
import type { Session, SessionGrants, StoredSession } from "./session.ts";
import type { SessionLooks } from "./session-looks.ts";
import { originPoint, pointAfter, pointNamed, presentPoint } from "./session-points.ts";
import {
  assertWasReady,
  sessionBusy,
  sessionNotFound,
  sessionNotReady,
} from "./session-refusals.ts";

const SNIPPET = GLOBALS_SNIPPET.replace("__NAMES_MAX__", String(LIMITS.diffGlobalsMax));

/** Sessions as data: their checkpoints, forks and past states. */
export class HistoryService {
  constructor(
    private readonly store: Store,
    private readonly runs: ExecutionRunner,
    private readonly looks: SessionLooks,
    private readonly worktrees: Worktrees,
    private readonly residency: Residency,
    private readonly clock: Clock,
  ) {}

  /** Newest first. @throws VmError SESSION_NOT_FOUND */
  async checkpoints(
    id: string,
    limit: number = LIMITS.checkpointPageRows,
  ): Promise<CheckpointInfo[]> {
    const { session } = await this.record(id);
    return this.store.history.checkpoints(session.id, limit);
  }

  /**
   * A labelled checkpoint is kept until its label is taken away.
   *
   * @param checkpointId  Its id, or that of an execution of the session: the state after it.
   * @param body  Null takes the label away.
   * @throws VmError VALIDATION_ERROR, SESSION_NOT_FOUND, CHECKPOINT_NOT_FOUND, STORE_FULL
   */
  async label(
    id: string,
    checkpointId: string,
    body: LabelRequest | null,
  ): Promise<CheckpointInfo> {
    const checkpoint_id = parseId("checkpoint", checkpointId);
    const label =
      body && printable("label", required({ label: body.label }, "label is required").label);
    const { session } = await this.record(id);
    const { history } = this.store;
    const labelled =
      (await history.label(session.id, checkpoint_id, label)) ??
      (await this.labelAfter(session.id, checkpoint_id, label));
    if (labelled) return labelled;
    throw new VmError("CHECKPOINT_NOT_FOUND", {
      details: { session_id: session.id, checkpoint_id },
    });
  }

  /**
   * New ready sessions that begin with a state of this one: all of them or none. Nothing is copied,
   * and the source is not disturbed: while it runs, its last finished state is what is forked.
   *
   * @throws VmError VALIDATION_ERROR, SESSION_NOT_FOUND, SESSION_NOT_READY, EXECUTION_NOT_FOUND,
   *   CHECKPOINT_NOT_FOUND, LABEL_AMBIGUOUS, SESSION_BUSY (that execution runs), CHECKPOINT_GONE,
   *   INVALID_WORKTREE, SHUTTING_DOWN, STORE_FULL
   */
  async fork(id: string, body: ForkRequest): Promise<ForkedSessions> {
    if (body.at !== undefined && body.execution_id !== undefined) {
      throw invalidField("/execution_id", "at and execution_id name one state: give one of them");
    }
    const named = body.at ?? optionalId(body.execution_id);
    for (const field of ["workspace_id", "base_commit_oid"] as const) {
      const value = body[field];
      if (value !== undefined) printable(field, value);
    }
    const record = await this.record(id);
    const { session: source, grants } = record;
    assertWasReady(record);
    this.runs.assertOpen();
    const { executionId: forkedFrom, checkpointId } =
      named === undefined
        ? presentPoint(record)
        : await pointNamed(this.store.history, record, named);
    const worktree_path = body.worktree_path ?? source.worktree_path;
    const worktree = await (body.worktree_path === undefined
      ? checkBoundWorktree(this.worktrees, record)
      : this.worktrees.check(worktree_path));
    const created_at = this.now();
    const forks = Array.from(
      { length: body.count ?? 1 },
      (): NewSession => ({
        session: {
          id: newId(),
          vm_id: source.vm_id,
          workspace_id: body.workspace_id ?? source.workspace_id,
          base_commit_oid: body.base_commit_oid ?? source.base_commit_oid,
          worktree_path,
          status: "ready",
          created_at,
          parent_session_id: source.id,
          ...(forkedFrom === undefined ? {} : { forked_from_execution_id: forkedFrom }),
        },
        grants: { ...grants, worktree },
        ...(checkpointId === undefined ? {} : { headCheckpointId: checkpointId }),
        ...(forkedFrom === undefined ? {} : { headExecutionId: forkedFrom }),
      }),
    );
    await this.store.history.fork(forks);
    return { sessions: await Promise.all(forks.map(({ session }) => this.get(session.id))) };
  }

  /**
   * Puts a session back, or forward again, to the state after one of its executions. Executions that
   * do not lead there stay in the history, undone.
   *
   * @throws VmError VALIDATION_ERROR, SESSION_NOT_FOUND, SESSION_NOT_READY, SESSION_BUSY,
   *   EXECUTION_NOT_FOUND, CHECKPOINT_NOT_FOUND, LABEL_AMBIGUOUS, CHECKPOINT_GONE, SHUTTING_DOWN,
   *   STORE_FULL
   */
  async rewind(id: string, body: RewindRequest): Promise<Session> {
    const { steps } = body;
    const given = [body.to, steps, body.execution_id].filter((value) => value !== undefined);
    if (given.length !== 1) {
      throw invalidField("/to", "one of to, steps and execution_id is required, and only one");
    }
    const named = body.to ?? optionalId(body.execution_id);
    const sessionId = parseId("session", id);
    this.runs.assertOpen();
    const lease = await this.store.sessions.tryLease(sessionId);
    try {
      const record = await this.ready(sessionId, lease);
      const to =
        named === undefined
          ? await this.pointBack(record, steps ?? 0)
          : await pointNamed(this.store.history, record, named);
      await this.store.history.rewind(sessionId, to, this.now());
      return await this.get(sessionId);
    } finally {
      lease?.release();
    }
  }

  /** @throws VmError SESSION_NOT_FOUND */
  async tree(id: string): Promise<SessionTree> {
    const { session } = await this.record(id);
    const sessions = await this.store.history.family(session.id);
    return { root_session_id: sessions[0]!.id, sessions };
  }

  /**
   * How the globals of two states differ. Both are looked at by code that runs in them and whose
   * effects are discarded; a running execution is not disturbed.
   *
   * @param from  A state's name; absent: what the session began with.
   * @param to    A state's name; absent: now.
   * @throws VmError SESSION_NOT_FOUND, SESSION_NOT_READY, SESSION_BUSY (one of the executions runs),
   *   EXECUTION_NOT_FOUND, CHECKPOINT_NOT_FOUND, LABEL_AMBIGUOUS, CHECKPOINT_GONE, DIFF_FAILED,
   *   QUEUE_FULL, SHUTTING_DOWN
   */
  async diff(id: string, from: string | undefined, to: string | undefined): Promise<SessionDiff> {
    const record = await this.record(id);
    if (record.session.status !== "ready") throw sessionNotReady(record);
    const { history } = this.store;
    const before =
      from === undefined ? originPoint(record) : await pointNamed(history, record, from);
    const after = to === undefined ? presentPoint(record) : await pointNamed(history, record, to);
    const [left, right] = await Promise.all([this.look(record, before), this.look(record, after)]);
    return {
      session_id: record.session.id,
      ...(before.executionId === undefined ? {} : { from_execution_id: before.executionId }),
      ...(after.executionId === undefined ? {} : { to_execution_id: after.executionId }),
      ...compareGlobals(left.globals, right.globals),
      truncated: left.truncated || right.truncated,
    };
  }

  /** Takes the session out of the workers' memory. @throws VmError SESSION_NOT_FOUND, SESSION_NOT_READY, SESSION_BUSY */
  async sleep(id: string): Promise<Session> {
    const sessionId = parseId("session", id);
    const lease = await this.store.sessions.tryLease(sessionId);
    try {
      await this.ready(sessionId, lease);
      this.residency.sleep(sessionId);
      return await this.get(sessionId);
    } finally {
      lease?.release();
    }
  }

  /**
   * Takes the session into a worker's memory, so that its next execution finds it there.
   *
   * @throws VmError SESSION_NOT_FOUND, SESSION_NOT_READY, INVALID_WORKTREE (it has vanished, and the
   *   session has modules), QUEUE_FULL, SHUTTING_DOWN
   */
  async wake(id: string): Promise<Session> {
    const record = await this.record(id);
    const { session } = record;
    if (session.status !== "ready") throw sessionNotReady(record);
    if (this.residency.of(session.id) === "asleep") {
      const bound = await boundRecord(this.worktrees, record);
      await this.looks.look(bound, presentPoint(bound), bound.grants, "");
      this.residency.used(session.id);
    }
    return this.get(session.id);
  }

  // -------------------------------------------------------------- the rest

  private async look(record: SessionRecord, at: SessionPoint) {
    const { outcome, events } = await this.looks.look(record, at, looking(record.grants), SNIPPET);
    if (outcome.status === "ok") {
      return { globals: readGlobals(events), truncated: outcome.result?.json === true };
    }
    throw new VmError("DIFF_FAILED", {
      details: {
        session_id: record.session.id,
        ...(at.executionId === undefined ? {} : { execution_id: at.executionId }),
        reason: outcome.error?.message ?? outcome.status,
      },
    });
  }

  private async pointBack(record: SessionRecord, steps: number): Promise<SessionPoint> {
    const { session } = record;
    const { history } = this.store;
    const { executionId, passed } = await history.stepBack(
      session.id,
      session.head_execution_id,
      steps,
    );
    const isOrigin = executionId === undefined || executionId === session.forked_from_execution_id;
    if (!isOrigin && !(await history.stateAfter(executionId))) throw historyCut(session);
    if (passed < steps) {
      throw invalidField(
        "/steps",
        passed === 0
          ? "the session has no execution to undo"
          : `steps must be at most ${passed}: the session has no more executions to undo`,
      );
    }
    return isOrigin ? originPoint(record) : pointAfter(history, record, executionId);
  }

  /** Undefined where it is no execution of the session, or left no state of the session's own. */
  private async labelAfter(sessionId: string, executionId: string, label: string | null) {
    const state = await this.store.history.stateAfter(executionId);
    if (state?.sessionId !== sessionId || state.dryRun || state.status === "running") return;
    if (state.checkpointId === undefined) return;
    return this.store.history.label(sessionId, state.checkpointId, label);
  }

  private async get(id: string): Promise<Session> {
    const { session } = await this.record(id);
    return { ...session, residency: this.residency.of(session.id) };
  }

  /** @throws VmError SESSION_NOT_FOUND, SESSION_NOT_READY, SESSION_BUSY */
  private async ready(id: string, lease: SessionLease | undefined): Promise<SessionRecord> {
    const record = await this.record(id);
    if (record.session.status !== "ready") throw sessionNotReady(record);
    if (lease) return record;
    throw sessionBusy(id, this.runs.inSession(id));
  }

  private async record(id: string): Promise<SessionRecord> {
    const sessionId = parseId("session", id);
    const record = await this.store.sessions.get(sessionId);
    if (record) return record;
    throw sessionNotFound(sessionId);
  }

  private now(): string {
    return new Date(this.clock.nowMs()).toISOString();
  }
}

/** What looking at a state is allowed, whatever its template says: nothing leads out of it. */
const looking = (grants: SessionGrants): SessionGrants => ({
  ...grants,
  modules: [],
  settings: {
    ...grants.settings,
    limits: {
      ...grants.settings.limits,
      cpu_ms: LIMITS.diffMs,
      wall_ms: LIMITS.diffMs,
      max_events: LIMITS.diffGlobalsMax + 1,
      max_output_kb: 65_536,
    },
    runtime: { ...grants.settings.runtime, console: true, strict: false },
  },
});

const optionalId = (id: string | undefined) =>
  id === undefined ? undefined : parseId("execution", id);

/** The way back leads over an execution that retention has removed: what it left is not known any more. */
const historyCut = ({ id }: StoredSession) =>
  new VmError("CHECKPOINT_GONE", {
    message: "The session's history does not reach so far back any more",
    hint: "Name a state that is kept; `vm-system session checkpoints SESSION` lists them.",
    details: { session_id: id },
  });
