import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ERRORS, type ErrorCode } from "../../src/core/errors.ts";
import { LIMITS } from "../../src/core/limits.ts";
import { OpenapiCheck } from "../harness/openapi-check.ts";
import type { Target } from "../harness/target.ts";
import { API_TABLE } from "./api-table.ts";
import { makeWorld, NOWHERE, type World } from "./api-world.ts";
import type { Given, Scenario } from "./scenario.ts";

/** Codes that need a daemon in distress: other suites bring it there. */
const ELSEWHERE = new Set([
  "INTERNAL",
  "QUEUE_FULL",
  "SHUTTING_DOWN",
  "STORE_FULL",
  "STORE_GONE",
  "CHECKPOINT_DAMAGED",
  "DIFF_FAILED",
]);

/** Some hundred requests in one test; on a busy machine that takes its time. */
const SWEEP_TIMEOUT_MS = 60_000;

/**
 * Every route with every failure that the daemon's OpenAPI document lists for it, and each answer
 * checked against that document.
 *
 * @param bodyBytesMax  What the target takes at most.
 */
export function apiScenarios(
  name: string,
  start: () => Target | Promise<Target>,
  bodyBytesMax: number = LIMITS.bodyBytesMax,
): void {
  describe(`the API, ${name}`, () => {
    let target: Target;
    let world: World;
    let document: OpenapiCheck;
    const seen = new Map<string, Set<string>>();

    beforeAll(async () => {
      target = await start();
      world = await makeWorld(target);
      document = new OpenapiCheck(await json(await target.fetch("/api/v1/openapi.json")));
    });
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
      await target?.[Symbol.asyncDispose]();
    });

    async function play({ route, given, status, code, message, holds }: Scenario) {
      const request = requestOf(route, await given(world));
      const response = await target.fetch(request.path, request.init);
      const isFile = response.headers.get("content-type") === "application/octet-stream";
      const body = isFile ? void (await response.bytes()) : await json(response);
      const answered: string | undefined = response.ok ? undefined : body.error.code;
      if (answered) seen.set(route, (seen.get(route) ?? new Set()).add(answered));

      const wanted = message ?? (code && ERRORS[code as ErrorCode].message);
      expect({ status: response.status, code: answered, body }).toMatchObject({ status, code });
      if (typeof wanted === "string") expect(body.error.message).toBe(wanted);
      else if (wanted) expect(body.error.message).toMatch(wanted);
      if (code) {
        expect(body.error.hint).toMatch(/^.+\.$/);
        expect(body.error.request_id).toBe(response.headers.get("x-request-id"));
        if (code === "VALIDATION_ERROR" || code === "INVALID_REQUEST") {
          expect(body.error.details.issues).toBeArray();
        }
      }
      if (holds) {
        const part = code ? body.error.details : body;
        const expected = holds(world);
        if (Array.isArray(expected)) expect(part).toEqual(expected);
        else expect(part).toMatchObject(expected);
      }
      if (isFile) expect(response.headers.get("content-disposition")).toStartWith("attachment;");
      else expect(response.headers.get("content-type")).toStartWith("application/json");
      expect(document.flaws(route, response.status, body)).toEqual([]);
    }

    for (const scenario of API_TABLE) {
      test(`${scenario.route}: ${scenario.says}`, () => play(scenario));
    }

    test(
      "every route: what all of its kind refuse",
      async () => {
        for (const route of document.routes()) {
          for (const scenario of ofItsKind(route, bodyBytesMax)) {
            await play(scenario).catch((error) => {
              throw new Error(`${route}: ${scenario.says}: ${error.message}`);
            });
          }
        }
      },
      SWEEP_TIMEOUT_MS,
    );

    test("every path: another method is refused with Allow, HEAD and OPTIONS answer", async () => {
      for (const route of document.routes()) {
        const { path } = requestOf(route, valid(route, world));
        const method = path.endsWith("/label") ? "PATCH" : "PUT";
        const refused = await target.fetch(path, { method });
        const allow = refused.headers.get("allow")?.split(", ");
        expect(refused.status).toBe(405);
        expect((await json(refused)).error).toMatchObject({
          code: "METHOD_NOT_ALLOWED",
          details: { allowed: allow },
        });
        expect(allow).toContain(route.split(" ")[0]!);
        const options = await target.fetch(path, { method: "OPTIONS" });
        expect([options.status, options.headers.get("allow")?.split(", ")]).toEqual([204, allow]);
        if (!route.startsWith("GET ")) continue;
        const get = await target.fetch(path + queryOf(route, world));
        const head = await target.fetch(path + queryOf(route, world), { method: "HEAD" });
        expect([path, head.status, await head.text()]).toEqual([path, get.status, ""]);
      }
    });

    test("unknown routes", async () => {
      for (const path of [
        "/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/health",
        "/api/v1/health/",
        "/x?y",
      ]) {
        const response = await target.fetch(path);
        expect([path, response.status]).toEqual([path, 404]);
        expect((await json(response)).error).toMatchObject({
          code: "NOT_FOUND",
          message: "No such route",
        });
      }
    });

    test("every failure that the document lists was seen, with the status it says", () => {
      const missing: string[] = [];
      for (const route of document.routes()) {
        for (const code of document.codes(route).keys()) {
          if (!ELSEWHERE.has(code) && !seen.get(route)?.has(code)) missing.push(`${route} ${code}`);
        }
      }
      expect(missing).toEqual([]);
    });

    test("every code seen is one that the document lists", () => {
      const undocumented = [...seen].flatMap(([route, codes]) =>
        [...codes]
          .filter((code) => !document.codes(route).has(code))
          .map((code) => `${route} ${code}`),
      );
      expect(undocumented).toEqual([]);
    });
  });
}

/** What a test reads of an answer is what it asserts, so its type is of no use. */
// biome-ignore lint/suspicious/noExplicitAny: see above
const json = (response: Response): Promise<any> => response.json() as Promise<any>;

function requestOf(route: string, given: Given): { path: string; init: RequestInit } {
  const [method = "", pattern = ""] = route.split(" ");
  const path = pattern.replace(/:(\w+)/g, (_, name) =>
    encodeURIComponent(given.params?.[name] ?? ""),
  );
  const headers = new Headers(given.headers);
  const init: RequestInit = { method, headers };
  if (given.body !== undefined) {
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    const isRaw = typeof given.body === "string" || given.body instanceof Uint8Array;
    init.body = isRaw ? (given.body as string) : JSON.stringify(given.body);
  }
  return { path: `/api/v1${path}${given.query ? `?${given.query}` : ""}`, init };
}

/** Parameters that exist. */
const valid = (route: string, world: World): Given => ({
  params: { ...world, checkpoint_id: NOWHERE, name: "fs" } as unknown as Record<string, string>,
  query: queryOf(route, world).slice(1),
});

function queryOf(route: string, { session_id, worktree }: World): string {
  if (route === "GET /executions") return `?session_id=${session_id}`;
  return route === "POST /sessions/import" ? `?worktree_path=${worktree}` : "";
}

/** What follows from a route's shape, whatever it does. */
function ofItsKind(route: string, bodyBytesMax: number): Scenario[] {
  const at = (world: World) => valid(route, world);
  const scenarios: Scenario[] = [
    {
      route,
      says: "a foreign host",
      given: (world) => ({ ...at(world), headers: { host: "evil.example" } }),
      status: 403,
      code: "FORBIDDEN_HOST",
    },
    ...[
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: "http://localhost:1" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ].map(
      (headers): Scenario => ({
        route,
        says: `the origin ${JSON.stringify(headers)}`,
        given: (world) => ({ ...at(world), headers }) as unknown as Given,
        status: 403,
        code: "FORBIDDEN_ORIGIN",
      }),
    ),
  ];
  for (const [, id] of route.matchAll(/:(\w+_id)/g)) {
    const name = id!.slice(0, -3);
    for (const value of ["seven", "00000000-0000-4000-8000-00000000000", "%ff", "a b"]) {
      scenarios.push({
        route,
        says: `the ${id} ${value}`,
        given: (world) => ({ params: { ...at(world).params, [id!]: value } }),
        status: 400,
        code: "VALIDATION_ERROR",
        message: `${id} must be a valid UUID`,
      });
    }
    scenarios.push({
      route,
      says: `a ${id} that nothing has`,
      given: (world) => ({
        params: { ...at(world).params, [id!]: NOWHERE },
        ...(/^(POST|PATCH|PUT)/.test(route) && { body: LIKELY_BODIES[route] }),
      }),
      status: 404,
      code: `${name.toUpperCase()}_NOT_FOUND`,
      holds: () => ({ [id!]: NOWHERE }),
    });
  }
  if (route.startsWith("GET ")) return scenarios;
  const unreadable = (says: string, body: unknown): Scenario => ({
    route,
    says,
    given: (world) => ({ ...at(world), body }),
    status: 400,
    code: "INVALID_REQUEST",
    message: /./,
  });
  const takesFile = route === "POST /sessions/import";
  const ofJson = [
    unreadable("no JSON", "{"),
    unreadable("trailing bytes", "{} {}"),
    unreadable("a list", "[]"),
    unreadable("null", "null"),
    unreadable("text", '"x"'),
    unreadable("an unknown field", { nope: 1 }),
    unreadable("a field twice", '{"name":"a","name":"a"}'),
    unreadable("no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d])),
    unreadable("a depth bomb", `{"config":${"[".repeat(200_000)}${"]".repeat(200_000)}}`),
    ...(LIKELY_BODIES[route] === undefined ? [] : [unreadable("an empty body", "")]),
  ];
  return [
    ...scenarios,
    {
      route,
      says: "a body of another type",
      given: (world) => ({ ...at(world), body: "{}", headers: { "content-type": "text/plain" } }),
      status: 415,
      code: "UNSUPPORTED_MEDIA_TYPE",
      ...(takesFile && { message: "Content-Type must be application/octet-stream" }),
    },
    {
      route,
      says: "a body that is too large",
      given: (world) => ({
        ...at(world),
        body: new Uint8Array(bodyBytesMax + 1).fill(32),
        ...(takesFile && { headers: { "content-type": "application/octet-stream" } }),
      }),
      status: 413,
      code: "BODY_TOO_LARGE",
      message: `Request body is larger than ${bodyBytesMax} bytes`,
    },
    ...(takesFile ? [] : ofJson),
  ];
}

/** Bodies that decode, for routes that have one. */
const LIKELY_BODIES: Readonly<Record<string, object>> = {
  "POST /templates": {},
  "PATCH /templates/:template_id": {},
  "POST /templates/:template_id/capabilities": { kind: "env", name: "X" },
  "POST /templates/:template_id/modules": { name: "fs" },
  "POST /templates/:template_id/libraries": { name: "lodash" },
  "POST /templates/:template_id/startup-files": { path: "x.js" },
  "POST /sessions": {},
  "PUT /sessions/:session_id/checkpoints/:checkpoint_id/label": { label: "x" },
  "POST /sessions/:session_id/fork": {},
  "POST /sessions/:session_id/rewind": { steps: 1 },
  "POST /runtime/gc": {},
  "POST /sessions/:session_id/complete": { text: "x" },
  "POST /executions/repl": {},
  "POST /executions/run-file": {},
};
