import { ERRORS, type ErrorCode } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { JsonObject, type TSchema } from "../core/schema.ts";
import { ErrorEnvelope, STATUS_OF } from "./errors.ts";
import { type AnyRoute, OCTETS_TYPE, Octets, route } from "./route.ts";

type Json = Readonly<Record<string, unknown>>;

/** The document is made at the first request for it: most daemons are never asked. */
export function openapiRoutes(routes: readonly AnyRoute[], version: string): readonly AnyRoute[] {
  let document: Json | undefined;
  const own: AnyRoute = route("GET /openapi.json", {
    summary: "This document",
    status: 200,
    answer: JsonObject,
    codes: [],
    handle: () => {
      document ??= openapiDocument([...routes, own], version);
      return document;
    },
  });
  return [own];
}

/** OpenAPI 3.1 of the routes: requests, answers, and every failure by status and code. */
function openapiDocument(routes: readonly AnyRoute[], version: string): Json {
  const components = new Components();
  components.refer(ErrorEnvelope);
  const paths: Record<string, Record<string, Json>> = {};
  for (const one of routes) {
    const path = one.path.replace(/:(\w+)/g, "{$1}");
    paths[path] ??= {};
    paths[path][one.method.toLowerCase()] = operation(one, components);
  }
  return {
    openapi: "3.1.0",
    info: { title: "vm-system", version, description: "Durable JavaScript sessions" },
    servers: [{ url: "/" }],
    paths,
    components: { schemas: components.schemas },
  };
}

function operation(one: AnyRoute, components: Components): Json {
  const content = {
    [mediaTypeOf(one.answer)]: { schema: components.refer(one.answer) },
    ...(one.streams && { "text/event-stream": { schema: { type: "string" } } }),
  };
  return {
    operationId: operationId(one),
    summary: one.summary,
    ...(one.description && { description: one.description }),
    tags: [one.key.split("/")[1]],
    parameters: [...pathParameters(one), ...queryParameters(one), ...headerParameters(one)],
    ...(one.body && { requestBody: requestBody(one.body, one.required ?? [], components) }),
    responses: {
      [one.status]: { description: "Success", content },
      ...(one.acceptedWhen && { 202: { description: "Accepted: it runs", content } }),
      ...failures(one),
    },
  };
}

/** `GET /templates/:template_id/modules` → `get_templates_template_id_modules`. */
const operationId = ({ key }: AnyRoute) =>
  key
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/_$/, "");

function pathParameters({ path }: AnyRoute): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: name!.endsWith("_id") ? { type: "string", format: "uuid" } : { type: "string" },
  }));
}

function queryParameters({ query }: AnyRoute): Json[] {
  const properties: Record<string, TSchema> = query?.properties ?? {};
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: query.required?.includes(name) ?? false,
    ...(description && { description }),
    schema: plain(schema),
  }));
}

function headerParameters({ idempotent, streams }: AnyRoute): Json[] {
  const header = (name: string, description: string, schema: Json) => ({
    name,
    in: "header",
    required: false,
    description,
    schema,
  });
  return [
    header("X-Request-Id", "Comes back in the answer, the error and the log", {
      type: "string",
      pattern: "^[A-Za-z0-9._-]+$",
      maxLength: LIMITS.requestIdCharsMax,
    }),
    ...(idempotent
      ? [
          header("Server-Timing", "`?1` asks for a header of that name: where the time went", {
            type: "string",
            enum: ["?1"],
          }),
          header("Idempotency-Key", "Makes a retry safe for 24 hours", {
            type: "string",
            minLength: 1,
            maxLength: LIMITS.idempotencyKeyCharsMax,
          }),
        ]
      : []),
    ...(streams
      ? [
          header("Last-Event-ID", "Resumes a stream after this seq", {
            type: "integer",
            minimum: 0,
          }),
        ]
      : []),
  ];
}

function requestBody(body: TSchema, required: readonly string[], components: Components): Json {
  const schema = { ...components.refer(body), ...(required.length > 0 && { required }) };
  return { required: true, content: { [mediaTypeOf(body)]: { schema } } };
}

const mediaTypeOf = (schema: TSchema) => (schema === Octets ? OCTETS_TYPE : "application/json");

/** Failures that follow from a route's shape, and those it declares. */
function codesOf(one: AnyRoute): readonly ErrorCode[] {
  const takesBody = one.method !== "GET";
  const takesJson = takesBody && one.body !== Octets;
  const validates = one.body || one.query || one.path.includes(":");
  return [
    ...(validates ? (["VALIDATION_ERROR"] as const) : []),
    ...(takesJson ? (["INVALID_REQUEST"] as const) : []),
    ...(takesBody ? (["UNSUPPORTED_MEDIA_TYPE", "BODY_TOO_LARGE"] as const) : []),
    "FORBIDDEN_HOST",
    "FORBIDDEN_ORIGIN",
    ...one.codes,
    ...(one.codes.includes("STORE_FULL") ? (["STORE_GONE"] as const) : []),
    // What may wait for a worker takes a session up there.
    ...(one.codes.includes("QUEUE_FULL") ? (["CHECKPOINT_DAMAGED"] as const) : []),
    "INTERNAL",
  ];
}

function failures(one: AnyRoute): Record<string, Json> {
  const byStatus = Map.groupBy(codesOf(one), (code) => STATUS_OF[ERRORS[code].kind]);
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, failure(codes)]));
}

function failure(codes: readonly ErrorCode[]): Json {
  const error = { type: "object", properties: { code: { enum: codes } } };
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].message}`).join("\n\n"),
    content: {
      "application/json": {
        schema: { $ref: "#/components/schemas/Error", properties: { error } },
        examples: Object.fromEntries(codes.map((code) => [code, { value: example(code) }])),
      },
    },
  };
}

const example = (code: ErrorCode): Json => ({
  error: {
    code,
    message: ERRORS[code].message,
    hint: ERRORS[code].hint,
    request_id: "0198f0c4-6f2a-7c3e-9a51-3f6d2b8e4c10",
  },
});

/** Schemas with an `$id` become components and are referred to; the others stay where they are. */
class Components {
  readonly schemas: Record<string, Json> = {};

  refer(schema: TSchema): Json {
    return this.resolve(plain(schema)) as Json;
  }

  private resolve(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((item) => this.resolve(item));
    if (typeof node !== "object" || node === null) return node;
    const { $id, ...rest } = node as { $id?: string };
    const resolved = Object.fromEntries(
      Object.entries(rest).map(([name, value]) => [name, this.resolve(value)]),
    );
    if ($id === undefined) return resolved;
    this.schemas[$id] = resolved;
    return { $ref: `#/components/schemas/${$id}` };
  }
}

/** Without the symbols that the schema library keeps for itself. */
const plain = (schema: unknown): unknown => JSON.parse(JSON.stringify(schema));
