import { type BodyOf, callWith, downloadWith, type Fetch, type QueryOf } from "./call.ts";
import { follow } from "./follow.ts";

export type Client = ReturnType<typeof createClient>;

interface KeyedOptions {
  /** The same key with the same body within 24 hours gives the first answer. */
  readonly idempotencyKey?: string | undefined;
}

/**
 * The daemon at this URL, a method per route.
 *
 * All of them reject with ApiError where the daemon says no and UnreachableError where there is none.
 * A guest's failure is neither: it is an execution whose status is `error`.
 */
export function createClient(url: string, options: { fetch?: Fetch } = {}) {
  const serverUrl = url.replace(/\/+$/, "");
  const fetch = options.fetch ?? directFetch;
  const call = callWith(serverUrl, fetch);
  const download = downloadWith(serverUrl, fetch);
  return {
    serverUrl,

    health: () => call("GET /health", {}),
    storeReport: () => call("GET /runtime/store", {}),
    collectGarbage: (dry_run: boolean) => call("POST /runtime/gc", { body: { dry_run } }),
    runtimeSummary: () => call("GET /runtime/summary", {}),

    listTemplates: () => call("GET /templates", {}),
    createTemplate: (body: BodyOf<"POST /templates">) => call("POST /templates", { body }),
    getTemplate: (template_id: string) =>
      call("GET /templates/:template_id", { params: { template_id } }),
    updateTemplate: (template_id: string, body: BodyOf<"PATCH /templates/:template_id">) =>
      call("PATCH /templates/:template_id", { params: { template_id }, body }),
    deleteTemplate: (template_id: string) =>
      call("DELETE /templates/:template_id", { params: { template_id } }),

    listCapabilities: (template_id: string) =>
      call("GET /templates/:template_id/capabilities", { params: { template_id } }),
    addCapability: (
      template_id: string,
      body: BodyOf<"POST /templates/:template_id/capabilities">,
    ) => call("POST /templates/:template_id/capabilities", { params: { template_id }, body }),
    removeCapability: (template_id: string, capability_id: string) =>
      call("DELETE /templates/:template_id/capabilities/:capability_id", {
        params: { template_id, capability_id },
      }),

    listModules: (template_id: string) =>
      call("GET /templates/:template_id/modules", { params: { template_id } }),
    addModule: (template_id: string, name: string) =>
      call("POST /templates/:template_id/modules", { params: { template_id }, body: { name } }),
    removeModule: (template_id: string, name: string) =>
      call("DELETE /templates/:template_id/modules/:name", { params: { template_id, name } }),

    listLibraries: (template_id: string) =>
      call("GET /templates/:template_id/libraries", { params: { template_id } }),
    addLibrary: (template_id: string, name: string) =>
      call("POST /templates/:template_id/libraries", { params: { template_id }, body: { name } }),
    removeLibrary: (template_id: string, name: string) =>
      call("DELETE /templates/:template_id/libraries/:name", { params: { template_id, name } }),

    listStartupFiles: (template_id: string) =>
      call("GET /templates/:template_id/startup-files", { params: { template_id } }),
    addStartupFile: (
      template_id: string,
      body: BodyOf<"POST /templates/:template_id/startup-files">,
    ) => call("POST /templates/:template_id/startup-files", { params: { template_id }, body }),
    removeStartupFile: (template_id: string, startup_file_id: string) =>
      call("DELETE /templates/:template_id/startup-files/:startup_file_id", {
        params: { template_id, startup_file_id },
      }),

    /** The status is the server's to check: what a person typed may be anything. */
    listSessions: (status?: string) =>
      call("GET /sessions", { query: status === undefined ? {} : { status: status as never } }),
    createSession: (body: BodyOf<"POST /sessions">, keyed: KeyedOptions = {}) =>
      call("POST /sessions", { body, headers: keyHeader(keyed) }),
    getSession: (session_id: string) =>
      call("GET /sessions/:session_id", { params: { session_id } }),
    complete: (session_id: string, text: string) =>
      call("POST /sessions/:session_id/complete", { params: { session_id }, body: { text } }),
    closeSession: (session_id: string) =>
      call("POST /sessions/:session_id/close", { params: { session_id } }),

    listCheckpoints: (session_id: string, limit?: number) =>
      call("GET /sessions/:session_id/checkpoints", {
        params: { session_id },
        query: limit === undefined ? {} : { limit },
      }),
    labelCheckpoint: (session_id: string, checkpoint_id: string, label: string) =>
      call("PUT /sessions/:session_id/checkpoints/:checkpoint_id/label", {
        params: { session_id, checkpoint_id },
        body: { label },
      }),
    unlabelCheckpoint: (session_id: string, checkpoint_id: string) =>
      call("DELETE /sessions/:session_id/checkpoints/:checkpoint_id/label", {
        params: { session_id, checkpoint_id },
      }),
    forkSession: (session_id: string, body: BodyOf<"POST /sessions/:session_id/fork"> = {}) =>
      call("POST /sessions/:session_id/fork", { params: { session_id }, body }),
    rewindSession: (session_id: string, body: BodyOf<"POST /sessions/:session_id/rewind">) =>
      call("POST /sessions/:session_id/rewind", { params: { session_id }, body }),
    sessionTree: (session_id: string) =>
      call("GET /sessions/:session_id/tree", { params: { session_id } }),
    diffSession: (session_id: string, { from, to }: { from?: string; to?: string } = {}) =>
      call("GET /sessions/:session_id/diff", {
        params: { session_id },
        query: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
      }),
    exportSession: (session_id: string, { history }: { history?: boolean } = {}) =>
      download("GET /sessions/:session_id/export", {
        params: { session_id },
        query: history === undefined ? {} : { history },
      }),
    importSession: (file: Uint8Array, query: QueryOf<"POST /sessions/import">) =>
      call("POST /sessions/import", { body: file, query }),
    sleepSession: (session_id: string) =>
      call("POST /sessions/:session_id/sleep", { params: { session_id } }),
    wakeSession: (session_id: string) =>
      call("POST /sessions/:session_id/wake", { params: { session_id } }),

    repl: (body: BodyOf<"POST /executions/repl">, keyed: KeyedOptions = {}) =>
      call("POST /executions/repl", { body, headers: keyHeader(keyed) }),
    runFile: (body: BodyOf<"POST /executions/run-file">, keyed: KeyedOptions = {}) =>
      call("POST /executions/run-file", { body, headers: keyHeader(keyed) }),
    listExecutions: (session_id: string, limit?: number) =>
      call("GET /executions", {
        query: { session_id, ...(limit === undefined ? {} : { limit }) },
      }),
    getExecution: (execution_id: string, { waitMs }: { waitMs?: number } = {}) =>
      call("GET /executions/:execution_id", {
        params: { execution_id },
        query: waitMs === undefined ? {} : { wait_ms: waitMs },
      }),
    listEvents: (
      execution_id: string,
      { afterSeq, limit }: { afterSeq?: number; limit?: number } = {},
    ) =>
      call("GET /executions/:execution_id/events", {
        params: { execution_id },
        query: {
          ...(afterSeq === undefined ? {} : { after_seq: afterSeq }),
          ...(limit === undefined ? {} : { limit }),
        },
      }),
    followEvents: (
      execution_id: string,
      options: { afterSeq?: number; signal?: AbortSignal } = {},
    ) => follow(serverUrl, fetch, execution_id, options),
    cancelExecution: (execution_id: string) =>
      call("POST /executions/:execution_id/cancel", { params: { execution_id } }),
  };
}

const keyHeader = ({ idempotencyKey }: KeyedOptions): Record<string, string> =>
  idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey };

/**
 * Bun sends requests to HTTP_PROXY also for addresses of this machine, and reads NO_PROXY at each
 * request: a loopback daemon is named there before the first.
 */
export const directFetch: Fetch = (url, init) => {
  const { hostname } = new URL(url);
  if (/^(localhost|127\..*|\[::1\])$/.test(hostname) && usesProxy()) {
    const exempt = process.env.NO_PROXY ?? process.env.no_proxy ?? "";
    if (!exempt.split(",").includes(hostname)) process.env.NO_PROXY = `${exempt},${hostname}`;
  }
  return fetch(url, init);
};

const usesProxy = () => Boolean(process.env.HTTP_PROXY ?? process.env.http_proxy);
