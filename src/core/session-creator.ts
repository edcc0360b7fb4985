import { worktreeOf } from "./bound-worktree.ts";
import { ERRORS, VmError } from "./errors.ts";
import type { Execution } from "./execution.ts";
import type { ExecutionRunner } from "./execution-runner.ts";
import { failPoint } from "./fail-point.ts";
import { grantsOf } from "./grants.ts";
import type { KeyedRequest } from "./idempotency.ts";
import { newId } from "./ids.ts";
import type { Clock } from "./ports/clock.ts";
import type { IdempotencyRecord } from "./ports/idempotency-store.ts";
import type { LibraryCache } from "./ports/library-cache.ts";
import type { ModuleCatalog } from "./ports/module-catalog.ts";
import type { NewSession, SessionRecord } from "./ports/session-store.ts";
import type { Store } from "./ports/store.ts";
import type { Worktrees } from "./ports/worktrees.ts";
import type { PreparedImages } from "./prepared-images.ts";
import type { Session, StoredSession } from "./session.ts";
import type { StartupFile, TemplateDetail } from "./template.ts";

const LIBRARIES_FAILED = "failed to load libraries:";
const LIBRARIES_HINT =
  "Fetch the libraries with `vm-system libs download`, in the same folder or with the same `--cache-dir`, and try again.";

/** Makes sessions from templates: from the row `starting` to `ready`, or `crashed`. */
export class SessionCreator {
  constructor(
    private readonly store: Store,
    private readonly runs: ExecutionRunner,
    private readonly prepared: PreparedImages,
    private readonly worktrees: Worktrees,
    private readonly libraries: LibraryCache,
    private readonly modules: ModuleCatalog,
    private readonly clock: Clock,
  ) {}

  /**
   * Libraries in list order, then startup files, each recorded as an execution.
   *
   * @param keyed  The key of the request: recorded when the session is ready, or crashed by its own fault.
   * @param isClosing  Whether somebody wants the session gone already: the rest is left out then.
   * @returns The ready session, durable.
   * @throws VmError SESSION_STARTUP_FAILED (the row stays, crashed), QUEUE_FULL, SHUTTING_DOWN, STORE_FULL
   */
  async create(
    detail: TemplateDetail,
    fields: Pick<Session, "workspace_id" | "base_commit_oid" | "worktree_path"> & {
      /** The folder that the path leads to. */
      readonly worktree: string;
    },
    keyed: KeyedRequest | undefined,
    isClosing: (sessionId: string) => boolean,
  ): Promise<StoredSession> {
    const createdAt = this.now();
    const grants = { ...grantsOf(detail, this.modules), worktree: fields.worktree };
    const starting: NewSession = {
      session: {
        id: newId(),
        vm_id: detail.template.id,
        workspace_id: fields.workspace_id,
        base_commit_oid: fields.base_commit_oid,
        worktree_path: fields.worktree_path,
        status: "starting",
        created_at: createdAt,
      },
      grants,
    };
    const id = starting.session.id;
    const idempotency = keyed && { ...keyed, subjectId: id, createdAt };
    const head = this.prepared.known(grants);
    if (detail.startup_files.length === 0 && head !== undefined) {
      // Nothing of it can fail or take time: the row is ready when it appears.
      const ready: NewSession = {
        ...starting,
        session: { ...starting.session, status: "ready" },
        ...head,
      };
      await this.store.sessions.insert(ready, idempotency);
      return (await this.record(id)).session;
    }
    const lease = await this.store.sessions.tryLease(id);
    if (!lease) throw new Error(`the new session ${id} is leased already`);
    try {
      await this.store.sessions.insert(starting);
      failPoint("session.starting");
      await this.prepareHead(starting, idempotency);
      failPoint("session.prepared");
      await this.runStartupFiles(id, detail.startup_files, idempotency, isClosing);
      return (await this.record(id)).session;
    } catch (error) {
      if (!isStartupFailure(error)) await this.crashFor(id, error);
      throw error;
    } finally {
      lease.release();
    }
  }

  /**
   * What `create` answered, made again from what it left.
   *
   * @throws VmError SESSION_STARTUP_FAILED, as then
   */
  async recall({ session, grants }: SessionRecord): Promise<StoredSession> {
    const { id, last_error } = session;
    // Closed since then, it is a crashed one all the same.
    if (last_error === undefined) return session;
    const details = last_error.startsWith(LIBRARIES_FAILED)
      ? { libraries: grants.libraries }
      : await this.failedStartup(id);
    throw startupFailed(id, last_error, details);
  }

  private async prepareHead(
    { session, grants }: NewSession,
    idempotency: IdempotencyRecord | undefined,
  ): Promise<void> {
    try {
      const { headCheckpointId } = await this.prepared.make(session, grants, this.libraries);
      if (headCheckpointId !== undefined) {
        await this.store.sessions.update(session.id, { headCheckpointId });
      }
    } catch (error) {
      if (error instanceof VmError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      await this.crash(
        session.id,
        `${LIBRARIES_FAILED} ${reason}`,
        idempotency,
        { libraries: grants.libraries },
        error,
      );
    }
  }

  private async runStartupFiles(
    id: string,
    files: readonly StartupFile[],
    idempotency: IdempotencyRecord | undefined,
    isClosing: (sessionId: string) => boolean,
  ): Promise<void> {
    for (const file of files) {
      if (isClosing(id)) break;
      await this.runStartupFile(await this.record(id), file, idempotency);
    }
    await this.store.sessions.update(id, { status: "ready" }, idempotency);
  }

  private async runStartupFile(
    record: SessionRecord,
    file: StartupFile,
    idempotency: IdempotencyRecord | undefined,
  ): Promise<void> {
    const { session, grants } = record;
    let source: { path: string; source: string };
    try {
      source = await this.worktrees.readSource(worktreeOf(record), file.path);
    } catch (error) {
      if (!(error instanceof VmError)) throw error;
      const message = `startup failed: ${error.message}: ${file.path}`;
      return this.crash(session.id, message, idempotency, { path: file.path, cause: error.code });
    }
    const { execution, outcome } = await this.runs.start({
      record,
      kind: "startup",
      action: { kind: "startup", ...source, args: {}, env: grants.env },
      fields: { path: source.path, args: {}, env: {} },
    }).ended;
    if (outcome.status === "ok") return;
    const reason = outcome.error?.message ?? outcome.status;
    const message = `startup failed: ${file.path}: ${reason}`;
    await this.crash(session.id, message, idempotency, startupDetails(execution));
  }

  /** What was said of the startup file that failed; nothing where it could not even be run. */
  private async failedStartup(id: string): Promise<Record<string, unknown>> {
    const [last] = await this.store.executions.list(id, 1);
    return last && last.status !== "ok" ? startupDetails(last) : {};
  }

  /**
   * The runner or the store refused, or this is our bug: the session is not to be used, and the client
   * may try again, with the same idempotency key too, since none is recorded.
   */
  private async crashFor(id: string, error: unknown): Promise<void> {
    const reason = error instanceof VmError ? error.message : ERRORS.INTERNAL.message;
    const change = { status: "crashed", last_error: `startup failed: ${reason}` } as const;
    // Where even that cannot be written, the next start does it.
    await this.store.sessions.update(id, change).catch(() => {});
  }

  private async crash(
    id: string,
    message: string,
    idempotency: IdempotencyRecord | undefined,
    details: Record<string, unknown>,
    cause?: unknown,
  ): Promise<never> {
    await this.store.sessions.update(id, { status: "crashed", last_error: message }, idempotency);
    throw startupFailed(id, message, details, cause);
  }

  private now(): string {
    return new Date(this.clock.nowMs()).toISOString();
  }

  private async record(id: string): Promise<SessionRecord> {
    const record = await this.store.sessions.get(id);
    if (record) return record;
    throw new Error(`the new session ${id} is not in the store`);
  }
}

const isStartupFailure = (error: unknown): boolean =>
  error instanceof VmError && error.code === "SESSION_STARTUP_FAILED";

const startupDetails = ({ id, path, error }: Execution): Record<string, unknown> => ({
  path,
  execution_id: id,
  ...(error?.stack === undefined ? {} : { stack: error.stack }),
});

/** @param details  Beside the session's id. */
const startupFailed = (
  sessionId: string,
  message: string,
  details: Record<string, unknown>,
  cause?: unknown,
) =>
  new VmError("SESSION_STARTUP_FAILED", {
    message,
    details: { session_id: sessionId, ...details },
    ...(message.startsWith(LIBRARIES_FAILED) ? { hint: LIBRARIES_HINT } : {}),
    cause,
  });
