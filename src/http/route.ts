import type { ErrorCode } from "../core/errors.ts";
import { type Static, type TSchema, Type } from "../core/schema.ts";
import type { TimingSink } from "../core/timing.ts";

/**
 * One route, declared once: the server, the OpenAPI document and the client's types are made from it.
 *
 * A key reads `METHOD /path/:param`, relative to API_BASE.
 */
export const API_BASE = "/api/v1";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export type RouteKey = `${Method} /${string}`;

/** As a route's body or answer: bytes, not JSON. */
export const Octets = Type.Unsafe<Uint8Array>({ type: "string", format: "binary" });
export const OCTETS_TYPE = "application/octet-stream";

/** The `:name` parts of a path. */
export type Params<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { readonly [K in Name]: string } & Params<Rest>
  : Path extends `${string}:${infer Name}`
    ? { readonly [K in Name]: string }
    : unknown;

/** What a handler is given: all of it checked. */
export interface Visit<Key extends string, Query, Body> {
  /** Ids are UUIDs in lower case; names are as sent, percent-decoded. */
  readonly params: Params<Key>;
  readonly query: Query;
  readonly body: Body;
  readonly request: Request;
  readonly idempotencyKey: string | undefined;
  /** For a client that asks where the time goes. */
  readonly timing: TimingSink | undefined;
}

export interface RouteSpec<
  Key extends string,
  Query extends TSchema,
  Body extends TSchema,
  Answer extends TSchema,
> {
  readonly summary: string;
  readonly description?: string;
  /** An object of strings, integers and booleans; query.ts converts by it. */
  readonly query?: Query;
  /** Absent: the route takes no body. */
  readonly body?: Body;
  /** Body fields that the core requires; the schema leaves them optional so that it can say which. */
  readonly required?: readonly string[];
  readonly idempotent?: boolean;
  readonly status: 200 | 201;
  readonly answer: Answer;
  /** Where an answer of another status is possible: 202 when this holds. */
  readonly acceptedWhen?: (answer: Static<Answer>) => boolean;
  /** Where the answer may also be a stream of server-sent events. */
  readonly streams?: boolean;
  /** Failures of this route beside those that its shape implies (openapi.ts). */
  readonly codes: readonly ErrorCode[];
  readonly handle: (
    visit: Visit<Key, Static<Query>, Static<Body>>,
  ) => Promise<Static<Answer> | Response> | Static<Answer>;
}

export interface Route<
  Key extends RouteKey = RouteKey,
  Query extends TSchema = TSchema,
  Body extends TSchema = TSchema,
  Answer extends TSchema = TSchema,
> extends RouteSpec<Key, Query, Body, Answer> {
  readonly key: Key;
  readonly method: Method;
  /** With API_BASE. */
  readonly path: string;
}

/** What goes in and comes out of a route, for those who call it. */
export interface Shape<Key extends string, Query, Body, Answer> {
  readonly params: Params<Key>;
  readonly query: Query;
  readonly body: Body;
  readonly answer: Answer;
}

export type ShapeOf<R> =
  R extends Route<infer Key, infer Query, infer Body, infer Answer>
    ? Shape<Key, Static<Query>, Static<Body>, Static<Answer>>
    : never;

/** A route of any shape, for code that treats all alike. */
// biome-ignore lint/suspicious/noExplicitAny: handlers are contravariant in what they take
export type AnyRoute = Route<any, any, any, any>;

export function route<
  const Key extends RouteKey,
  Answer extends TSchema,
  Query extends TSchema = TSchema & { static: Record<string, never> },
  Body extends TSchema = TSchema & { static: undefined },
>(key: Key, spec: RouteSpec<Key, Query, Body, Answer>): Route<Key, Query, Body, Answer> {
  const [method, path] = key.split(" ") as [Method, string];
  return { ...spec, key, method, path: API_BASE + path };
}
