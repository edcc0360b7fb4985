import type { Api } from "../http/app.ts";
import { ApiError, UnreachableError } from "./errors.ts";

/**
 * The API's routes as functions. Their types come from the routes themselves, and nothing of the
 * server is loaded for it: a key says method and path.
 */
export type Key = keyof Api & string;

export type BodyOf<K extends Key> = Api[K]["body"];
export type QueryOf<K extends Key> = Api[K]["query"];

/** Only what the route takes: no `body` where it has none, no `params` where its path has none. */
export type Input<K extends Key> = (unknown extends Api[K]["params"]
  ? unknown
  : { readonly params: Api[K]["params"] }) &
  (Api[K]["body"] extends undefined ? unknown : { readonly body: Api[K]["body"] }) & {
    readonly query?: Partial<Api[K]["query"]>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal | undefined;
  };

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type Call = <K extends Key>(key: K, input: Input<K>) => Promise<Api[K]["answer"]>;

interface AnyInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const API_BASE = "/api/v1";
const OCTETS_TYPE = "application/octet-stream";

/** @throws ApiError, UnreachableError; what `signal` aborts rejects with its reason */
export const callWith =
  (serverUrl: string, fetch: Fetch): Call =>
  async (key, input) => {
    const response = await send(serverUrl, fetch, key, input as AnyInput);
    const text = await read(serverUrl, response);
    return parse(serverUrl, response, text) as never;
  };

/** The answer before its body is read. @throws ApiError, UnreachableError */
export async function send(
  serverUrl: string,
  fetch: Fetch,
  key: Key,
  input: AnyInput,
): Promise<Response> {
  const [method, path] = key.split(" ") as [string, string];
  const url = serverUrl + API_BASE + fill(path, input.params ?? {}) + queryText(input.query ?? {});
  const headers: Record<string, string> = { "x-request-id": crypto.randomUUID(), ...input.headers };
  const isFile = input.body instanceof Uint8Array;
  if (input.body !== undefined) headers["content-type"] = isFile ? OCTETS_TYPE : "application/json";
  // Bun gives up on a silent answer after five minutes; an execution may take a day.
  const init: BunFetchRequestInit = { method, headers, redirect: "error", timeout: false } as never;
  if (input.body !== undefined) {
    init.body = isFile ? (input.body as Uint8Array<ArrayBuffer>) : JSON.stringify(input.body);
  }
  if (input.signal) init.signal = input.signal;
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (input.signal?.aborted) throw error;
    throw new UnreachableError(serverUrl, reasonOf(error), error);
  }
  if (response.ok) return response;
  throw parse(serverUrl, response, await read(serverUrl, response));
}

/** A file of the daemon's. @throws ApiError, UnreachableError */
export const downloadWith =
  (serverUrl: string, fetch: Fetch) =>
  async <K extends Key>(key: K, input: Input<K>): Promise<Uint8Array> => {
    const response = await send(serverUrl, fetch, key, input as AnyInput);
    const file = await read(serverUrl, response, () => response.arrayBuffer());
    return new Uint8Array(file);
  };

async function read<T = string>(
  serverUrl: string,
  response: Response,
  how: () => Promise<T> = () => response.text() as Promise<T>,
): Promise<T> {
  try {
    return await how();
  } catch (error) {
    throw new UnreachableError(serverUrl, `the answer was cut off: ${reasonOf(error)}`, error);
  }
}

/** The value of an answer; for a failure the ApiError. @throws UnreachableError for what is no answer of ours */
function parse(serverUrl: string, response: Response, text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notOurs(serverUrl, response);
  }
  if (response.ok) return value;
  const error = (value as { error?: { code?: unknown; message?: unknown } } | null)?.error;
  if (typeof error?.code !== "string" || typeof error.message !== "string") {
    throw notOurs(serverUrl, response);
  }
  return new ApiError(response.status, error as ConstructorParameters<typeof ApiError>[1]);
}

const notOurs = (serverUrl: string, { status }: Response) =>
  new UnreachableError(serverUrl, `what answers there (${status}) is not vm-system`);

const fill = (path: string, params: Readonly<Record<string, string>>) =>
  path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));

function queryText(query: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) params.set(name, String(value));
  }
  return params.size === 0 ? "" : `?${params}`;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === "string" ? code : String(message ?? error);
}
