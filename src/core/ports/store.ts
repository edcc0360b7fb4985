import type { CheckpointStore } from "./checkpoint-store.ts";
import type { ExecutionStore } from "./execution-store.ts";
import type { HistoryStore } from "./history-store.ts";
import type { IdempotencyStore } from "./idempotency-store.ts";
import type { ImportStore } from "./import-store.ts";
import type { RetentionStore } from "./retention-store.ts";
import type { SessionStore } from "./session-store.ts";
import type { TemplateStore } from "./template-store.ts";

/**
 * What the core needs of a store. All of it is asynchronous, although SQLite is not: an adapter for one
 * that many daemons share must fit, so nothing here may assume one process.
 */
export interface Store {
  readonly templates: TemplateStore;
  readonly sessions: SessionStore;
  readonly executions: ExecutionStore;
  readonly checkpoints: CheckpointStore;
  readonly history: HistoryStore;
  readonly imports: ImportStore;
  readonly retention: RetentionStore;
  readonly idempotency: IdempotencyStore;
  /**
   * After a start: `starting` sessions become crashed, `running` executions end as error with code
   * DAEMON_STOPPED, a notice and an exception event, and without times in their metrics.
   *
   * @returns How many sessions are ready, how many became crashed, how many executions ended so.
   */
  recover(now: string): Promise<{ ready: number; crashed: number; interrupted: number }>;
  close(): Promise<void>;
}
