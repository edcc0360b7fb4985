import type { Logger } from "../../src/core/ports/logger.ts";
import type { Runner } from "../../src/core/ports/runner.ts";
import { worktrees } from "../../src/modules/worktree.ts";
import { createPool } from "../../src/supervisor/pool.ts";

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Real worker processes, as the daemon has them. Their images come from jobs alone: no base is kept. */
export const realRunner = (): Runner =>
  createPool({
    workers: 2,
    workersMax: 4,
    spares: 1,
    queueDepth: 64,
    requireConfinement: false,
    logger: SILENT,
    readFile: worktrees.openFirst,
    getBase: async () => undefined,
  });
