import { lookup } from "node:dns/promises";
import { version } from "../../package.json";
import { type Core, createCore } from "../core/core.ts";
import { VmError } from "../core/errors.ts";
import { failPoint } from "../core/fail-point.ts";
import { LIMITS } from "../core/limits.ts";
import type { Logger } from "../core/ports/logger.ts";
import { StartError } from "../core/start-error.ts";
import { mergeDeltas } from "../engine/merge-deltas.ts";
import { createApp } from "../http/app.ts";
import { type Listening, listen } from "../http/listen.ts";
import { createLibraryCache } from "../libraries/cache.ts";
import { MODULE_CATALOG } from "../modules/catalog.ts";
import { keepFromGuests } from "../modules/store-files.ts";
import { worktrees } from "../modules/worktree.ts";
import { openStore, type SqliteStore } from "../sqlite/store.ts";
import { createPool, type Pool } from "../supervisor/pool.ts";
import type { DaemonConfig } from "./config.ts";
import { keepBase } from "./keep-base.ts";
import { describePortHolder } from "./port-holder.ts";

export interface RunningDaemon {
  /** `http://127.0.0.1:3210`, with the port that it really has. */
  readonly url: string;
  /** Absolute. */
  readonly databasePath: string;
  /** Sessions that were ready before, and are again. */
  readonly sessionsBack: number;
  /**
   * No new work; running executions get LIMITS.drainMs, then are cancelled; then everything is
   * closed. A second call waits for the first.
   */
  stop(): Promise<void>;
}

/** Requests that are being answered when everything has been drained get this long to be sent. */
const ANSWERS_MS = 1000;
/** Workers may be more than compute, while some of them only wait for a program. */
const WORKERS_WAITING_MAX = 8;
const SPARE_WORKERS = 1;
const SWEEP_MS = 60 * 60 * 1000;

const clock = { nowMs: Date.now, monotonicMs: () => performance.now() };

/**
 * Puts the daemon together and starts it: the only place that knows every adapter.
 *
 * @throws StartError when the database or the address cannot be had, or the machine does not give
 *   what the configuration requires. Nothing is left open then.
 */
export async function startDaemon(config: DaemonConfig, logger: Logger): Promise<RunningDaemon> {
  await using opened = new AsyncDisposableStack();
  const store = openStore({
    path: config.db,
    durability: config.durability,
    ...(config.storeBudgetBytes === undefined ? {} : { budgetBytes: config.storeBudgetBytes }),
  });
  opened.defer(() => store.close());
  keepFromGuests(store.path);
  const now = new Date(clock.nowMs()).toISOString();
  const recovered = await takeUp(store, now);

  const pool = createPool({
    workers: config.workers,
    workersMax: config.workers + WORKERS_WAITING_MAX,
    spares: SPARE_WORKERS,
    queueDepth: config.queueDepth,
    requireConfinement: config.requireConfinement,
    logger,
    databasePath: store.path,
    readFile: worktrees.openFirst,
    getBase: (digest) => store.checkpoints.getBase(digest),
  });
  opened.defer(() => pool.close());
  if (config.requireConfinement) await assertConfined(pool);

  const core = createCore({
    store,
    runner: pool,
    worktrees,
    libraries: createLibraryCache(config.cacheDir),
    modules: { names: MODULE_CATALOG.map(({ name }) => name) },
    clock,
    logger,
    version,
    mergeDeltas,
    retention: config.retention,
    ...(config.sleepAfterMs === undefined ? {} : { sleepAfterMs: config.sleepAfterMs }),
  });
  const app = createApp(core, {
    logger,
    bodyBytesMax: config.bodyBytesMax,
    importBytesMax: config.importBytesMax,
    listenHost: config.listen.hostname,
    allowedHosts: config.allowHosts,
    allowedOrigins: config.allowOrigins,
  });
  const listening = await listenOn(() => listen(app, config.listen), config);
  opened.defer(() => listening.stop(true));
  failPoint("start.listening");
  const address = addressOf(listening);
  await store.announce({ pid: process.pid, listen: address, startedAt: now }).catch((error) => {
    logger.warn("who holds the database could not be written into it", { error: String(error) });
  });

  const sweep = () => sweepKeys(core, logger);
  const sweeper = setInterval(sweep, SWEEP_MS);
  opened.defer(() => clearInterval(sweeper));
  void sweep();
  void lookAtWorkers(pool, config, logger);

  core.start();

  const parts = opened.move();
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${address}`,
    databasePath: store.path,
    sessionsBack: recovered.ready,
    stop() {
      stopped ??= (async () => {
        failPoint("stop.draining");
        await core.drain(LIMITS.drainMs);
        await Promise.race([listening.stop(), Bun.sleep(ANSWERS_MS)]);
        failPoint("stop.closing");
        await parts.disposeAsync();
      })();
      return stopped;
    },
  };
}

/** What must be in the store before anybody is served. */
async function takeUp(store: SqliteStore, now: string): ReturnType<SqliteStore["recover"]> {
  try {
    await store.announce({ pid: process.pid, startedAt: now });
    await keepBase(store);
    return await store.recover(now);
  } catch (error) {
    if (!(error instanceof VmError)) throw error;
    throw new StartError(
      `There is no room to take up the database ${store.path}: ${error.message}`,
      "Free disk space, or raise the store budget, and start again.",
      { cause: error },
    );
  }
}

async function listenOn(start: () => Listening, { listen }: DaemonConfig): Promise<Listening> {
  try {
    return start();
  } catch (error) {
    const { hostname, port } = listen;
    const address = addressOf(listen);
    const code = (error as NodeJS.ErrnoException).code;
    // Bun says of a name without an address that the address is in use, or nothing that helps.
    if (!(await hasAddress(hostname))) {
      throw new StartError(
        `The daemon cannot listen on ${address}: the name ${hostname} has no address`,
        "Correct the name, or give an address of this machine, with `--listen HOST:PORT`.",
        { cause: error },
      );
    }
    if (code === "EADDRINUSE") {
      throw new StartError(
        `The address ${address} is in use by ${await describePortHolder(hostname, port)}`,
        "Stop that one, or listen elsewhere with `--listen HOST:PORT`.",
        { cause: error },
      );
    }
    throw new StartError(
      `The daemon cannot listen on ${address}: ${(error as Error).message}`,
      "Give an address of this machine, and a port above 1023 or the right to a lower one, with `--listen HOST:PORT`.",
      { cause: error },
    );
  }
}

const hasAddress = (hostname: string): Promise<boolean> =>
  lookup(hostname).then(
    () => true,
    () => false,
  );

async function assertConfined(pool: Pool): Promise<void> {
  let confinement: "kernel" | "checks";
  try {
    confinement = await pool.confinement();
  } catch (error) {
    throw new StartError(
      `Workers cannot be confined as --require-confinement asks: ${(error as Error).message}`,
      "Use a Linux kernel with Landlock (5.13 or later, enabled), or start without the flag.",
      { cause: error },
    );
  }
  if (confinement === "kernel") return;
  throw new StartError(
    "The kernel of this machine does not confine workers, and --require-confinement asks for it",
    "Use a Linux kernel with Landlock (5.13 or later, enabled), or start without the flag.",
  );
}

/** With the first ready worker: what it is goes to the log. */
async function lookAtWorkers(pool: Pool, config: DaemonConfig, logger: Logger): Promise<void> {
  try {
    const confinement = await pool.confinement();
    if (confinement === "checks" && !config.requireConfinement) {
      logger.warn("the kernel does not confine workers: careful checks alone keep guests in");
    }
  } catch (error) {
    if (error instanceof VmError) return; // Stopped before one was ready.
    logger.error("no worker could be started", { error });
  }
}

async function sweepKeys(core: Core, logger: Logger): Promise<void> {
  try {
    await core.sweepKeys();
  } catch (error) {
    logger.warn("old idempotency keys could not be dropped", { error: String(error) });
  }
}

const addressOf = ({ hostname, port }: { hostname: string; port: number }): string =>
  `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
