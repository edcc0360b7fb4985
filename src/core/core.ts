import { ExecutionRunner } from "./execution-runner.ts";
import { ExecutionService } from "./execution-service.ts";
import { Idempotency } from "./idempotency.ts";
import type {
  Clock,
  LibraryCache,
  Logger,
  ModuleCatalog,
  Runner,
  Store,
  Worktrees,
} from "./ports.ts";
import { PreparedImages } from "./prepared-images.ts";
import type { RuntimeSummary } from "./session.ts";
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
}

/** What vm-system does, whatever it is reached by. */
export interface Core {
  readonly templates: TemplateService;
  readonly sessions: SessionService;
  readonly executions: ExecutionService;
  readonly version: string;
  readonly startedAtMs: number;
  summary(): Promise<RuntimeSummary>;
  /** No new work; running executions get the grace, then are cancelled. Reading goes on. */
  drain(graceMs: number): Promise<void>;
  /** Drains, then closes runner and store. */
  close(graceMs: number): Promise<void>;
}

export function createCore(parts: CoreParts): Core {
  const { store, runner, clock } = parts;
  const runs = new ExecutionRunner(store, runner, clock, parts.logger);
  const idempotency = new Idempotency(store.idempotency, clock);
  const prepared = new PreparedImages(store.checkpoints, runner, clock);
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
      runner,
      prepared,
      parts.worktrees,
      parts.libraries,
      parts.modules,
      idempotency,
      clock,
    ),
    executions: new ExecutionService(store, runs, parts.worktrees, idempotency),
    version: parts.version,
    startedAtMs: clock.nowMs(),
    async summary() {
      const ids = await store.sessions.idsByStatus("ready");
      return { active_sessions: ids.length, active_session_ids: ids, ...runner.summary() };
    },
    drain: (graceMs) => runs.drain(graceMs),
    async close(graceMs) {
      await runs.drain(graceMs);
      await runner.close();
      await store.close();
    },
  };
}
