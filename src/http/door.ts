import type { VmError } from "../core/errors.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { BrowserSafety } from "./browser-safety.ts";
import { errorResponse, toVmError } from "./errors.ts";
import { requestIdOf, withRequestId } from "./request-id.ts";

/** Answers one request, or throws a VmError. */
export type Answer = (requestId: string) => Response | Promise<Response>;

/**
 * What every request passes, known route or not: it gets its id, the browser-safety rules are kept,
 * a failure becomes the envelope, and one line is logged.
 */
export class Door {
  constructor(
    private readonly safety: BrowserSafety,
    private readonly logger: Logger,
  ) {}

  async pass(request: Request, answer: Answer): Promise<Response> {
    const startedMs = performance.now();
    const id = requestIdOf(request);
    let code: string | undefined;
    let response: Response;
    try {
      this.safety.check(request.headers);
      response = await withRequestId(id, () => answer(id));
    } catch (thrown) {
      const error = toVmError(thrown, this.logger, id);
      code = error.code;
      response = errorResponse(error, id, allowHeader(error));
    }
    response.headers.set("x-request-id", id);
    for (const [name, value] of Object.entries(this.safety.corsHeaders(request.headers))) {
      response.headers.set(name, value);
    }
    this.log(request, response, { request_id: id, code, startedMs });
    return request.method === "HEAD" ? withoutBody(response) : response;
  }

  private log(
    request: Request,
    { status }: Response,
    {
      request_id,
      code,
      startedMs,
    }: { request_id: string; code: string | undefined; startedMs: number },
  ): void {
    const level = status < 400 ? "debug" : status < 500 ? "info" : "warn";
    this.logger[level]("request", {
      request_id,
      method: request.method,
      path: pathOf(request.url),
      status,
      ...(code === undefined ? {} : { code }),
      duration_ms: Math.round((performance.now() - startedMs) * 1000) / 1000,
    });
  }
}

/** 405 names what is allowed; its details hold it, so that it is said once. */
function allowHeader(error: VmError): Record<string, string> {
  const allowed = error.code === "METHOD_NOT_ALLOWED" && error.details?.allowed;
  return Array.isArray(allowed) ? { allow: allowed.join(", ") } : {};
}

async function withoutBody(response: Response): Promise<Response> {
  const length = (await response.arrayBuffer()).byteLength;
  response.headers.set("content-length", String(length));
  return new Response(null, { status: response.status, headers: response.headers });
}

const pathOf = (url: string): string => {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const query = url.indexOf("?", start);
  return url.slice(start, query === -1 ? undefined : query);
};
