import { version } from "../../package.json";
import { createCore } from "../core/core.ts";
import type { ExecutionService } from "../core/execution-service.ts";
import type { Logger } from "../core/ports.ts";
import type { SettingsPatch } from "../core/settings.ts";
import { createLibraryCache } from "../libraries/cache.ts";
import { MODULE_CATALOG } from "../modules/catalog.ts";
import { worktrees } from "../modules/worktree.ts";
import { openStore } from "../sqlite/store.ts";
import { createPool } from "../supervisor/pool.ts";

export interface LocalOptions {
  /** Absolute. */
  readonly worktreePath: string;
  readonly settings: SettingsPatch | undefined;
  readonly modules: readonly string[];
  readonly libraries: readonly string[];
  /** Where libraries are; undefined: the usual folder. */
  readonly cacheDir: string | undefined;
  /** A database file that keeps the record; undefined: nothing is kept. */
  readonly db: string | undefined;
}

/** A session of this process: core, store and one worker, without a daemon around them. */
export interface LocalSession {
  readonly id: string;
  readonly executions: ExecutionService;
  complete(text: string): Promise<readonly string[]>;
  /**
   * Ends what runs, and the session. Only a kept record needs it: a worker ends with this process, and
   * so does a store in memory.
   */
  close(): Promise<void>;
}

const MEMORY = ":memory:";

/**
 * Makes a throw-away session from a template of its own.
 *
 * @throws StartError when the database cannot be had; VmError as the services that it goes through
 */
export async function openLocalSession(options: LocalOptions): Promise<LocalSession> {
  const store = openStore({ path: options.db ?? MEMORY, durability: "full" });
  const pool = createPool({
    workers: 1,
    workersMax: 1,
    spares: 0,
    queueDepth: 1,
    requireConfinement: false,
    logger: SILENT,
    readFile: worktrees.openFirst,
    getBase: (digest) => store.checkpoints.getBase(digest),
  });
  const core = createCore({
    store,
    runner: pool,
    worktrees,
    libraries: createLibraryCache(options.cacheDir),
    modules: { names: MODULE_CATALOG.map(({ name }) => name) },
    clock: { nowMs: Date.now },
    logger: SILENT,
    version,
  });
  const { templates, sessions, executions } = core;
  try {
    const { id: template_id } = await templates.create({
      name: `local ${crypto.randomUUID()}`,
      ...(options.settings === undefined ? {} : { settings: options.settings }),
    });
    for (const name of options.modules) await templates.addModule(template_id, { name });
    for (const name of options.libraries) await templates.addLibrary(template_id, { name });
    const { id } = await sessions.create({
      template_id,
      workspace_id: "local",
      base_commit_oid: "none",
      worktree_path: options.worktreePath,
    });
    return {
      id,
      executions,
      complete: async (text) => (await sessions.complete(id, { text })).completions,
      async close() {
        if (options.db !== undefined) await sessions.close(id);
        await core.close(0);
      },
    };
  } catch (error) {
    await core.close(0);
    throw error;
  }
}

/** What matters to the person at the terminal comes as an outcome or an error. */
const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };
