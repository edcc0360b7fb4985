import type { Server } from "bun";
import { VmError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { App } from "./app.ts";
import { errorResponse } from "./errors.ts";

export interface Listening {
  readonly hostname: string;
  readonly port: number;
  /** No new connections; open requests go on. With `force` they are cut. */
  stop(force?: boolean): Promise<void>;
}

/**
 * Serves the app on a socket.
 *
 * @throws Error with code EADDRINUSE, EACCES … where the address cannot be had
 */
export function listen(app: App, address: { hostname: string; port: number }): Listening {
  const server = Bun.serve({
    ...address,
    development: false,
    reusePort: false,
    idleTimeout: LIMITS.idleConnectionSeconds,
    // The app counts bytes itself and answers in its own words; Bun's own limit answers without any.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request, server) => answer(app, request, server),
    error: () => errorResponse(new VmError("INTERNAL"), Bun.randomUUIDv7()),
  });
  return {
    hostname: server.hostname ?? address.hostname,
    port: server.port ?? address.port,
    stop: (force = false) => server.stop(force),
  };
}

/** Most answers are there before an idle connection is in any danger. */
const SLOW_MS = 1000;

/** An execution may take longer than an idle connection is kept, and its answer is waited for. */
async function answer(app: App, request: Request, server: Server<undefined>): Promise<Response> {
  let isSlow = false;
  const slow = setTimeout(() => {
    isSlow = true;
    server.timeout(request, 0);
  }, SLOW_MS);
  const response = await app.fetch(withAbsoluteUrl(request));
  clearTimeout(slow);
  const streams = response.headers.get("content-type")?.startsWith("text/event-stream");
  if (streams) server.timeout(request, 0);
  else if (isSlow) server.timeout(request, LIMITS.idleConnectionSeconds);
  return response;
}

/** Bun gives the bare path where the Host header is missing or no host; the router needs a URL. */
function withAbsoluteUrl(request: Request): Request {
  if (!request.url.startsWith("/")) return request;
  return new Request(`http://invalid${request.url}`, {
    method: request.method,
    headers: request.headers,
  });
}
