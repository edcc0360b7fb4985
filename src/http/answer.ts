import { checkerOf } from "../core/check.ts";
import { parseId } from "../core/ids.ts";
import { readJsonObject, readOctets } from "./body.ts";
import { invalid, jsonResponse, unreadable } from "./errors.ts";
import { readQuery } from "./query.ts";
import { type AnyRoute, Octets } from "./route.ts";
import { ServerTiming } from "./server-timing.ts";

/** Answers a request to a route; the router gives no parameters where the path has none. */
export type Responder = (
  request: Request,
  params: Readonly<Record<string, string | null>> | undefined,
) => Promise<Response>;

/**
 * The contract's order of checks, as far as HTTP knows them: path ids, query, the body decodes. What
 * a body says (required fields, ids in it, the domain) is the core's to check.
 */
export function responderOf(route: AnyRoute, bodyBytesMax: number): Responder {
  const takesBytes = route.body === Octets;
  const takesBody = route.method !== "GET";
  const checkBody = route.body && !takesBytes ? checkerOf(route.body) : undefined;
  return async (request, rawParams) => {
    const timing = ServerTiming.of(request);
    const params = readParams(rawParams ?? {});
    const query = readQuery(route.query, searchParamsOf(request.url));
    const body = takesBytes
      ? await readOctets(request, bodyBytesMax)
      : takesBody
        ? checkedBody(await readJsonObject(request, bodyBytesMax), checkBody)
        : undefined;
    const answer = await route.handle({
      params,
      query,
      body,
      request,
      idempotencyKey: request.headers.get("idempotency-key") ?? undefined,
      timing: timing?.take,
    });
    if (answer instanceof Response) return answer;
    const response = jsonResponse(answer, route.acceptedWhen?.(answer) ? 202 : route.status);
    timing?.write(response.headers);
    return response;
  };
}

/** @throws VmError VALIDATION_ERROR */
function readParams(raw: Readonly<Record<string, string | null>>): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (name.endsWith("_id")) params[name] = parseId(name.slice(0, -3), value ?? "");
    // Null: the router could not percent-decode it.
    else if (value === null)
      throw invalid(`${name} is not valid UTF-8`, [{ path: name, message: "is not valid UTF-8" }]);
    else params[name] = value;
  }
  return params;
}

/** @throws VmError INVALID_REQUEST, VALIDATION_ERROR */
function checkedBody(
  body: Record<string, unknown> | undefined,
  check: ReturnType<typeof checkerOf> | undefined,
): Record<string, unknown> | undefined {
  if (check) assertBody(body, check);
  else if (body && Object.keys(body).length > 0) {
    throw unreadable("This route takes no body", [{ path: "", message: "must be absent" }]);
  }
  return body;
}

function assertBody(
  body: Record<string, unknown> | undefined,
  check: ReturnType<typeof checkerOf>,
): void {
  if (!body) throw unreadable("The request body is empty", [{ path: "", message: "is empty" }]);
  const found = check(body);
  if (found.length === 0) return;
  const ofShape = found.filter((issue) => issue.kind === "shape");
  const issues = (ofShape.length > 0 ? ofShape : found).map(({ path, message }) => ({
    path,
    message,
  }));
  throw (ofShape.length > 0 ? unreadable : invalid)(issues[0]!.message, issues);
}

const NO_PARAMS = new URLSearchParams();

const searchParamsOf = (url: string): URLSearchParams => {
  const start = url.indexOf("?");
  return start === -1 ? NO_PARAMS : new URLSearchParams(url.slice(start + 1));
};
