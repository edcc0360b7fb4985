import { newId } from "./ids.ts";
import type { CheckpointStore } from "./ports/checkpoint-store.ts";
import type { Clock } from "./ports/clock.ts";
import type { LibraryCache, LibrarySource } from "./ports/library-cache.ts";
import type { Runner } from "./ports/runner.ts";
import type { Session, SessionGrants } from "./session.ts";
import type { SettingsValues } from "./settings.ts";

/** Loading libraries is bounded apart from a template's limits, which are for its own code. */
const PREPARE_LIMITS = { cpu_ms: 10_000, wall_ms: 30_000 };

/** Where a session's state starts: nothing of it for a runtime that is the base image itself. */
export interface PreparedHead {
  readonly headCheckpointId?: string;
}

const BASE: PreparedHead = {};

/**
 * Runtimes with their libraries and globals loaded, made once and shared by every session that wants
 * the same: evaluating lodash takes longer than everything else that creating a session does.
 */
export class PreparedImages {
  /** By what went into it. */
  private readonly heads = new Map<string, PreparedHead>();
  private readonly making = new Map<string, Promise<PreparedHead>>();

  constructor(
    private readonly store: CheckpointStore,
    private readonly runner: Runner,
    private readonly clock: Clock,
  ) {}

  /** The head when there is nothing to do; undefined when `make` must be called. */
  known(grants: SessionGrants): PreparedHead | undefined {
    return isBare(grants) ? BASE : this.heads.get(keyOf(grants));
  }

  /** @throws Error with the reason, as `lodash-4.17.21 is not in the cache …` */
  async make(
    session: Pick<Session, "worktree_path">,
    grants: SessionGrants,
    libraries: LibraryCache,
  ): Promise<PreparedHead> {
    const known = this.known(grants);
    if (known) return known;
    const key = keyOf(grants);
    const running = this.making.get(key);
    if (running) return running;
    const making = this.prepare(session, grants, libraries).finally(() => this.making.delete(key));
    this.making.set(key, making);
    const head = await making;
    this.heads.set(key, head);
    return head;
  }

  private async prepare(
    session: Pick<Session, "worktree_path">,
    grants: SessionGrants,
    cache: LibraryCache,
  ): Promise<PreparedHead> {
    const libraries: LibrarySource[] = [];
    for (const name of grants.libraries) libraries.push(await cache.load(name));
    const id = newId();
    const outcome = await this.runner.run(
      {
        id: newId(),
        sessionId: id,
        // No module and no worktree: what is shared by sessions must not depend on one of them.
        grants: { ...grants, modules: [], settings: preparing(grants.settings) },
        worktreePath: session.worktree_path,
        headCheckpointId: undefined,
        nextCheckpointId: id,
        wantFull: true,
        loadImage: () => Promise.reject(new Error("a prepared image starts from the base")),
        action: { kind: "prepare", libraries },
      },
      () => {},
    ).outcome;
    if (outcome.status !== "ok" || !outcome.checkpoint) {
      throw new Error(outcome.error?.message ?? `loading ended as ${outcome.status}`);
    }
    await this.store.insert({
      id,
      kind: "prepared",
      createdAt: new Date(this.clock.nowMs()).toISOString(),
      data: outcome.checkpoint,
    });
    return { headCheckpointId: id };
  }
}

const isBare = (grants: SessionGrants) =>
  grants.libraries.length === 0 && Object.keys(grants.globals).length === 0;

/** Libraries are pinned by integrity, so their names say their content. */
const keyOf = ({ libraries, globals, settings }: SessionGrants) =>
  JSON.stringify([libraries, globals, settings.limits.mem_mb]);

const preparing = (settings: SettingsValues): SettingsValues => ({
  ...settings,
  limits: { ...settings.limits, ...PREPARE_LIMITS },
  runtime: { ...settings.runtime, console: false, strict: false, esm: false },
});
