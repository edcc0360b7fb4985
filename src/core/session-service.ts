import { boundRecord } from "./bound-worktree.ts";
import { VmError } from "./errors.ts";
import type { ExecutionRunner } from "./execution-runner.ts";
import { failPoint } from "./fail-point.ts";
import type { Idempotency, RequestOptions } from "./idempotency.ts";
import { parseId } from "./ids.ts";
import type { Clock } from "./ports/clock.ts";
import type { Runner } from "./ports/runner.ts";
import type { SessionLease, SessionRecord } from "./ports/session-store.ts";
import type { Store } from "./ports/store.ts";
import type { Worktrees } from "./ports/worktrees.ts";
import { invalidField, printable, required } from "./required.ts";
import type { Residency } from "./residency.ts";
import {
  type CompleteRequest,
  type Completions,
  type CreateSession,
  SESSION_STATUSES,
  type Session,
  type SessionStatus,
  type StoredSession,
} from "./session.ts";
import type { SessionCreator } from "./session-creator.ts";
import type { SessionLooks } from "./session-looks.ts";
import { sessionNotFound, sessionNotReady } from "./session-refusals.ts";

/** Sessions: made from templates, read, closed. */
export class SessionService {
  /** Sessions that are being closed: an execution that is refused for it is not a bug. */
  private readonly closing = new Set<string>();

  constructor(
    private readonly store: Store,
    private readonly runs: ExecutionRunner,
    private readonly looks: SessionLooks,
    private readonly runner: Runner,
    private readonly creator: SessionCreator,
    private readonly worktrees: Worktrees,
    private readonly idempotency: Idempotency,
    private readonly clock: Clock,
    private readonly residency: Residency,
    private readonly onClosed: () => void,
  ) {}

  /** Newest first. @throws VmError VALIDATION_ERROR for a status that is none */
  async list(status?: string): Promise<Session[]> {
    if (status === undefined) return this.present(await this.store.sessions.list());
    if (!isStatus(status)) {
      const message = `status must be one of ${SESSION_STATUSES.join(", ")}`;
      throw invalidField("status", message);
    }
    return this.present(await this.store.sessions.list(status));
  }

  /** @throws VmError VALIDATION_ERROR, SESSION_NOT_FOUND */
  async get(id: string): Promise<Session> {
    return this.presentOne((await this.record(parseId("session", id))).session);
  }

  /**
   * Makes a session: libraries in list order, then startup files, each recorded as an execution.
   *
   * @returns The ready session, durable.
   * @throws VmError VALIDATION_ERROR, TEMPLATE_NOT_FOUND, INVALID_WORKTREE, SESSION_STARTUP_FAILED
   *   (the row stays, crashed), QUEUE_FULL, SHUTTING_DOWN, STORE_FULL, IDEMPOTENCY_KEY_REUSED
   */
  async create(body: CreateSession, options: RequestOptions = {}): Promise<Session> {
    const fields = required(
      {
        template_id: body.template_id,
        workspace_id: body.workspace_id,
        base_commit_oid: body.base_commit_oid,
        worktree_path: body.worktree_path,
      },
      "template_id, workspace_id, base_commit_oid, and worktree_path are required",
    );
    printable("workspace_id", fields.workspace_id);
    printable("base_commit_oid", fields.base_commit_oid);
    const templateId = parseId("template", fields.template_id);
    return this.idempotency.once(
      "sessions",
      body,
      options,
      async (keyed) => {
        this.runs.assertOpen();
        const detail = await this.store.templates.get(templateId);
        if (!detail) {
          throw new VmError("TEMPLATE_NOT_FOUND", { details: { template_id: templateId } });
        }
        const worktree = await this.worktrees.check(fields.worktree_path);
        const isClosing = (id: string) => this.closing.has(id);
        const bound = { ...fields, worktree };
        return this.presentOne(await this.creator.create(detail, bound, keyed, isClosing));
      },
      async (id) => this.presentOne(await this.creator.recall(await this.record(id))),
    );
  }

  /**
   * Names that complete a text at a prompt, from the session's last state. It is read without the
   * session's lease, so nobody sees SESSION_BUSY for it, and nothing of it is kept.
   *
   * @throws VmError VALIDATION_ERROR, SESSION_NOT_FOUND, SESSION_NOT_READY, INVALID_WORKTREE (it has
   *   vanished, and the session has modules), QUEUE_FULL, SHUTTING_DOWN
   */
  async complete(id: string, body: CompleteRequest): Promise<Completions> {
    const { text } = required({ text: body.text }, "text is required");
    const { record, pin } = await this.pinned(parseId("session", id));
    try {
      const bound = await boundRecord(this.worktrees, record);
      return { completions: await this.looks.complete(bound, text) };
    } finally {
      pin?.[Symbol.dispose]();
    }
  }

  /**
   * Closes a session for good; its row and history stay. A running execution is cancelled first.
   * Closing a closed one changes nothing.
   *
   * @throws VmError VALIDATION_ERROR, SESSION_NOT_FOUND
   */
  async close(id: string): Promise<Session> {
    const sessionId = parseId("session", id);
    const { session } = await this.record(sessionId);
    if (session.status === "closed") return this.presentOne(session);
    this.closing.add(sessionId);
    try {
      const lease = await this.leaseByForce(sessionId);
      try {
        const now = this.now();
        const current = (await this.record(sessionId)).session;
        failPoint("session.closing");
        if (current.status !== "closed") {
          await this.store.sessions.update(sessionId, { status: "closed", closed_at: now });
        }
        this.residency.sleep(sessionId);
        this.onClosed();
        return this.presentOne((await this.record(sessionId)).session);
      } finally {
        lease.release();
      }
    } finally {
      this.closing.delete(sessionId);
    }
  }

  // -------------------------------------------------------------- the rest

  /** Waits for the session's lease, cancelling whatever holds it. */
  private async leaseByForce(id: string): Promise<SessionLease> {
    for (;;) {
      const lease = await this.store.sessions.tryLease(id);
      if (lease) return lease;
      const live = this.runs.inSession(id);
      live?.cancel();
      if (live) await live.changed({ timeoutMs: 50 });
      else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** A ready session, and what keeps its state from being removed while it is looked at. */
  private async pinned(id: string): Promise<{ record: SessionRecord; pin?: Disposable }> {
    for (let tries = 0; ; tries++) {
      const record = await this.record(id);
      if (record.session.status !== "ready") throw sessionNotReady(record);
      const head = record.headCheckpointId;
      const pin = head === undefined ? undefined : this.store.history.pin(head);
      // Without one, the session went on meanwhile, and nobody needed that state any more.
      if (pin) return { record, pin };
      if (head === undefined || tries > 0) return { record };
    }
  }

  private async record(id: string): Promise<SessionRecord> {
    const record = await this.store.sessions.get(id);
    if (record) return record;
    throw sessionNotFound(id);
  }

  private presentOne(session: StoredSession): Session {
    return { ...session, residency: this.residency.of(session.id) };
  }

  private present(sessions: readonly StoredSession[]): Session[] {
    const residents = this.runner.residents();
    return sessions.map((session) => ({
      ...session,
      residency: residents.has(session.id) ? "resident" : "asleep",
    }));
  }

  private now(): string {
    return new Date(this.clock.nowMs()).toISOString();
  }
}

const isStatus = (status: string): status is SessionStatus =>
  (SESSION_STATUSES as readonly string[]).includes(status);
