import { ExecutionRunner } from "./execution-runner.ts";
import { ExecutionService } from "./execution-service.ts";
import { ExportService } from "./export-service.ts";
import { HistoryService } from "./history-service.ts";
import { Idempotency } from "./idempotency.ts";
import { ImportService } from "./import-service.ts";
import type { Clock } from "./ports/clock.ts";
import type { LibraryCache } from "./ports/library-cache.ts";
import type { Logger } from "./ports/logger.ts";
import type { MergeDeltas } from "./ports/merge-deltas.ts";
import type { ModuleCatalog } from "./ports/module-catalog.ts";
import type { Runner } from "./ports/runner.ts";
import type { Store } from "./ports/store.ts";
import type { Worktrees } from "./ports/worktrees.ts";
import { PreparedImages } from "./prepared-images.ts";
import { Residency } from "./residency.ts";
import { DEFAULT_RETENTION, Retention, type RetentionPolicy } from "./retention.ts";
import type { RuntimeSummary } from "./session.ts";
import { SessionCreator } from "./session-creator.ts";
import { SessionLooks } from "./session-looks.ts";
import { SessionService } from "./session-service.ts";
import { TemplateService } from "./template-service.ts";

export interface CoreParts {
  readonly store: Store;
  readonly runner: Runner;
  readonly worktrees: Worktrees;
  readonly libraries: LibraryCache;
  readonly modules: ModuleCatalog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  readonly mergeDeltas: MergeDeltas;
  /** Default: DEFAULT_RETENTION. */
  readonly retention?: RetentionPolicy;
  /** Idle sessions leave the workers' memory after this; absent: when their place is needed. */
  readonly sleepAfterMs?: number;
}

/** What vm-system does, whatever it is reached by. */
export interface Core {
  readonly templates: TemplateService;
  readonly sessions: SessionService;
  readonly executions: ExecutionService;
  readonly history: HistoryService;
  readonly exporter: ExportService;
  readonly importer: ImportService;
  readonly retention: Retention;
  readonly version: string;
  uptimeMs(): number;
  summary(): Promise<RuntimeSummary>;
  /** Drops the records of idempotency keys whose time has passed. */
  sweepKeys(): Promise<void>;
  /** Begins what is done by itself, now and then: retention, and sending sessions to sleep. */
  start(): void;
  /** No new work; running executions get the grace, then are cancelled. Reading goes on. */
  drain(graceMs: number): Promise<void>;
  /** Drains, then closes runner and store. */
  close(graceMs: number): Promise<void>;
}

export function createCore(parts: CoreParts): Core {
  const { store, runner, clock } = parts;
  const startedMs = clock.monotonicMs();
  const retention = new Retention(
    store.retention,
    runner,
    parts.mergeDeltas,
    parts.retention ?? DEFAULT_RETENTION,
    clock,
    parts.logger,
  );
  const residency = new Residency(runner, parts.sleepAfterMs);
  const runs = new ExecutionRunner(store, runner, clock, parts.logger, {
    ended(sessionId) {
      residency.used(sessionId);
      retention.used(sessionId);
    },
    storeFull() {
      retention.makeRoom().catch((error) => {
        parts.logger.warn("no room could be made", { error: String(error) });
      });
    },
  });
  const idempotency = new Idempotency(store.idempotency, clock);
  const looks = new SessionLooks(store, runs, runner);
  return {
    templates: new TemplateService(
      store.templates,
      parts.worktrees,
      parts.libraries,
      parts.modules,
      clock,
    ),
    sessions: new SessionService(
      store,
      runs,
      looks,
      runner,
      new SessionCreator(
        store,
        runs,
        new PreparedImages(store.checkpoints, runner, clock),
        parts.worktrees,
        parts.libraries,
        parts.modules,
        clock,
      ),
      parts.worktrees,
      idempotency,
      clock,
      residency,
      () => retention.sessionClosed(),
    ),
    executions: new ExecutionService(store, runs, parts.worktrees, idempotency),
    history: new HistoryService(store, runs, looks, parts.worktrees, residency, clock),
    exporter: new ExportService(store, runs, runner, clock, parts.version),
    importer: new ImportService(
      store,
      runs,
      runner,
      parts.worktrees,
      parts.modules,
      residency,
      clock,
    ),
    retention,
    version: parts.version,
    uptimeMs: () => Math.floor(clock.monotonicMs() - startedMs),
    sweepKeys: () => idempotency.sweep(),
    async summary() {
      const ids = await store.sessions.idsByStatus("ready");
      return { active_sessions: ids.length, active_session_ids: ids, ...runner.summary() };
    },
    start() {
      retention.start();
      residency.start();
    },
    async drain(graceMs) {
      residency.stop();
      await runs.drain(graceMs);
      await retention.stop();
    },
    async close(graceMs) {
      await this.drain(graceMs);
      await runner.close();
      await store.close();
    },
  };
}
