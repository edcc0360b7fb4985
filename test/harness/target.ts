import { createCore } from "../../src/core/core.ts";
import type { LibraryCache } from "../../src/core/ports/library-cache.ts";
import type { Logger } from "../../src/core/ports/logger.ts";
import type { Runner } from "../../src/core/ports/runner.ts";
import { mergeDeltas } from "../../src/engine/merge-deltas.ts";
import { createApp } from "../../src/http/app.ts";
import { worktrees } from "../../src/modules/worktree.ts";
import { openStore } from "../../src/sqlite/store.ts";

/** A daemon to send requests to, in this process or over a socket: contract suites are functions of it. */
export interface Target extends AsyncDisposable {
  /** @param path  From the root: `/api/v1/health`. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** The daemon that listens at this URL. It is somebody else's to stop. */
export const urlTarget = (url: string): Target => ({
  fetch: (path, init) => fetch(url + path, init),
  [Symbol.asyncDispose]: async () => {},
});

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

export interface InProcessTarget extends Target {
  readonly log: readonly LogLine[];
  readonly app: ReturnType<typeof createApp>;
  readonly core: ReturnType<typeof createCore>;
}

/**
 * The real core on the real store, in memory, behind the real HTTP layer.
 *
 * @param runner  What runs guests; the target closes it.
 */
export function inProcessTarget(
  runner: Runner,
  options: {
    bodyBytesMax?: number;
    allowedOrigins?: string[];
    allowedHosts?: string[];
    nowMs?: () => number;
    monotonicMs?: () => number;
  } = {},
): InProcessTarget {
  const log: LogLine[] = [];
  const logger = recordingLogger(log);
  const core = createCore({
    store: openStore({ path: ":memory:", durability: "normal" }),
    runner,
    worktrees,
    libraries: emptyCache,
    modules: { names: ["database", "exec", "fs"] },
    clock: {
      nowMs: options.nowMs ?? Date.now,
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
    },
    logger,
    version: "0.0.0-test",
    mergeDeltas,
  });
  const app = createApp(core, {
    logger,
    listenHost: "127.0.0.1",
    allowedHosts: options.allowedHosts ?? [],
    allowedOrigins: options.allowedOrigins ?? [],
    ...(options.bodyBytesMax === undefined
      ? {}
      : { bodyBytesMax: options.bodyBytesMax, importBytesMax: options.bodyBytesMax }),
  });
  return {
    log,
    app,
    core,
    async fetch(path, init = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has("host")) headers.set("host", "127.0.0.1:3210");
      return app.fetch(new Request(`http://127.0.0.1:3210${path}`, { ...init, headers }));
    },
    [Symbol.asyncDispose]: () => core.close(0),
  };
}

/** Knows lodash, and has nothing downloaded. */
const emptyCache: LibraryCache = {
  canonicalName: async (name) =>
    /^lodash([-@]4\.17\.21)?$/.test(name) ? "lodash-4.17.21" : undefined,
  load: async (name) => {
    throw new Error(`${name} is not in the cache; run \`vm-system libs download\``);
  },
};

function recordingLogger(lines: LogLine[]): Logger {
  const at =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) =>
      void lines.push({ level, message, fields });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
