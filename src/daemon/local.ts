import { version } from "../../package.json";
import { createCore } from "../core/core.ts";
import type { ExecutionService } from "../core/execution-service.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { SettingsPatch } from "../core/settings.ts";
import type { TemplateService } from "../core/template-service.ts";
import { mergeDeltas } from "../engine/merge-deltas.ts";
import { createLibraryCache } from "../libraries/cache.ts";
import { MODULE_CATALOG } from "../modules/catalog.ts";
import { keepFromGuests } from "../modules/store-files.ts";
import { worktrees } from "../modules/worktree.ts";
import { openStore } from "../sqlite/store.ts";
import { createPool } from "../supervisor/pool.ts";
import { keepBase } from "./keep-base.ts";
import { forSoleRun } from "./sole-run.ts";

export interface LocalOptions {
  /** Absolute. */
  readonly worktreePath: string;
  readonly settings: SettingsPatch | undefined;
  readonly modules: readonly string[];
  readonly libraries: readonly string[];
  /** Libraries are in the folder `libraries` of this one. */
  readonly cacheDir: string;
  /** A session file to go on from; it says what `settings`, `modules` and `libraries` else would. */
  readonly from?: Uint8Array;
  /** A database file that keeps the record; undefined: nothing is kept. */
  readonly db: string | undefined;
  /** Whether nobody will ask for the session again after its first execution. */
  readonly soleRun?: boolean;
}

/** A session of this process: core, store and one worker, without a daemon around them. */
export interface LocalSession {
  /** Its present id: `reset` changes it. */
  readonly id: string;
  readonly executions: ExecutionService;
  /** The text of a file of the worktree; undefined: there is none that can be read. */
  source(path: string): Promise<string | undefined>;
  complete(text: string): Promise<readonly string[]>;
  /** The session as a file. @throws VmError as ExportService.export */
  export(): Promise<Uint8Array>;
  /** Closes the session, and makes another of the same template or file. */
  reset(): Promise<void>;
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
  if (options.db !== undefined) keepFromGuests(store.path);
  const pool = createPool({
    workers: 1,
    workersMax: 1,
    spares: 0,
    queueDepth: 1,
    requireConfinement: false,
    logger: SILENT,
    ...(options.db === undefined ? {} : { databasePath: store.path }),
    readFile: worktrees.openFirst,
    getBase: (digest) => store.checkpoints.getBase(digest),
  });
  const core = createCore({
    store,
    runner: options.soleRun ? forSoleRun(pool) : pool,
    worktrees,
    libraries: createLibraryCache(options.cacheDir),
    modules: { names: MODULE_CATALOG.map(({ name }) => name) },
    clock: { nowMs: Date.now, monotonicMs: () => performance.now() },
    logger: SILENT,
    version,
    mergeDeltas,
  });
  const { templates, sessions, executions, exporter, importer } = core;
  const { from } = options;
  try {
    if (options.db !== undefined) await keepBase(store);
    const worktree_path = options.worktreePath;
    const template_id = from ? "" : await makeTemplate(templates, options);
    const make = async () => {
      const session = from
        ? await importer.import(from, { worktree_path })
        : await sessions.create({
            template_id,
            workspace_id: "local",
            base_commit_oid: "none",
            worktree_path,
          });
      return session.id;
    };
    let id = await make();
    return {
      get id() {
        return id;
      },
      executions,
      source: (path) =>
        worktrees.readSource(options.worktreePath, path).then(
          ({ source }) => source,
          () => undefined,
        ),
      complete: async (text) => (await sessions.complete(id, { text })).completions,
      async export() {
        await keepBase(store);
        return exporter.export(id, { history: true });
      },
      async reset() {
        await sessions.close(id);
        id = await make();
      },
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

async function makeTemplate(
  templates: TemplateService,
  { settings, modules, libraries }: LocalOptions,
): Promise<string> {
  const { id } = await templates.create({
    name: `local ${crypto.randomUUID()}`,
    ...(settings === undefined ? {} : { settings }),
  });
  for (const name of modules) await templates.addModule(id, { name });
  for (const name of libraries) await templates.addLibrary(id, { name });
  return id;
}

/** What matters to the person at the terminal comes as an outcome or an error. */
const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };
