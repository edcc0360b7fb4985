import type { ConsolaInstance } from "consola/core";
import type { Fetch } from "../client/call.ts";
import { directFetch } from "../client/client.ts";

/** Logs each request with its answer, for `--log-level debug`. */
export function loggingFetch(logger: ConsolaInstance): Fetch {
  return async (url, init) => {
    const startMs = performance.now();
    const response = await directFetch(url, init);
    const elapsedMs = (performance.now() - startMs).toFixed(1);
    const requestId = response.headers.get("x-request-id") ?? "none";
    logger.debug(
      `${init.method} ${url}: ${response.status} in ${elapsedMs} ms, request id ${requestId}`,
    );
    return response;
  };
}
