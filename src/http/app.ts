import { Elysia } from "elysia";
import type { Core } from "../core/core.ts";
import { VmError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Logger } from "../core/ports/logger.ts";
import { responderOf } from "./answer.ts";
import { type BrowserSafetyOptions, browserSafety } from "./browser-safety.ts";
import { capabilityRoutes } from "./capabilities.ts";
import { Door } from "./door.ts";
import { executionRoutes } from "./executions.ts";
import { libraryRoutes } from "./libraries.ts";
import { moduleRoutes } from "./modules.ts";
import { openapiRoutes } from "./openapi.ts";
import { type AnyRoute, Octets, type ShapeOf } from "./route.ts";
import { runtimeRoutes } from "./runtime.ts";
import { sessionFileRoutes } from "./session-files.ts";
import { sessionHistoryRoutes } from "./session-history.ts";
import { sessionRoutes } from "./sessions.ts";
import { startupFileRoutes } from "./startup-files.ts";
import { storeRoutes } from "./store.ts";
import { templateRoutes } from "./templates.ts";

/** The API's table of contents. */
export const apiRoutes = (core: Core, logger: Logger) =>
  [
    ...runtimeRoutes(core),
    ...storeRoutes(core),
    ...templateRoutes(core),
    ...capabilityRoutes(core),
    ...moduleRoutes(core),
    ...libraryRoutes(core),
    ...startupFileRoutes(core),
    ...sessionRoutes(core),
    ...sessionHistoryRoutes(core),
    ...sessionFileRoutes(core),
    ...executionRoutes(core, logger),
  ] as const;

/** What goes in and comes out, by key: what the client is typed by. */
export type Api = { [R in ReturnType<typeof apiRoutes>[number] as R["key"]]: ShapeOf<R> };

export interface AppOptions extends BrowserSafetyOptions {
  readonly logger: Logger;
  /** Default: LIMITS.bodyBytesMax. */
  readonly bodyBytesMax?: number;
  /** Of a session file. Default: LIMITS.sessionFileBytesMax, and that is as large as they get. */
  readonly importBytesMax?: number;
}

/**
 * The API as a function from requests to responses.
 *
 * Elysia routes; what a route takes and gives is checked here, because the contract's order of checks
 * and its messages are not the framework's: no parser, no hook and no schema of its own is used.
 */
export function createApp(core: Core, options: AppOptions) {
  const routes: readonly AnyRoute[] = apiRoutes(core, options.logger);
  const all = [...routes, ...openapiRoutes(routes, core.version)];
  const bodyBytesMax = options.bodyBytesMax ?? LIMITS.bodyBytesMax;
  const importBytesMax = options.importBytesMax ?? LIMITS.sessionFileBytesMax;
  const door = new Door(browserSafety(options), options.logger);
  const app = new Elysia({ normalize: false, strictPath: true });

  for (const route of all) {
    const respond = responderOf(route, route.body === Octets ? importBytesMax : bodyBytesMax);
    for (const method of methodsOf(route)) {
      app.route(
        method,
        route.path,
        ({ request, params }) => door.pass(request, () => respond(request, params as never)),
        { parse: "none" },
      );
    }
  }
  for (const path of new Set(all.map((route) => route.path))) {
    const allowed = allowedMethods(all, path);
    app.all(path, ({ request }) => door.pass(request, () => answerOtherMethod(request, allowed)), {
      parse: "none",
    });
  }
  const noRoute = () => {
    throw new VmError("NOT_FOUND");
  };
  app.all("/*", ({ request }) => door.pass(request, noRoute), { parse: "none" });
  // Only what the router itself throws comes here.
  app.onError(({ request, error }) =>
    door.pass(request, () => {
      throw error;
    }),
  );
  return app;
}

export type App = ReturnType<typeof createApp>;

const methodsOf = ({ method }: AnyRoute): readonly string[] =>
  method === "GET" ? ["GET", "HEAD"] : [method];

const allowedMethods = (routes: readonly AnyRoute[], path: string): readonly string[] => [
  ...routes.filter((route) => route.path === path).flatMap(methodsOf),
  "OPTIONS",
];

/** OPTIONS says what a path takes, also to a browser that asks for a page of an allowed origin. */
function answerOtherMethod(request: Request, allowed: readonly string[]): Response {
  if (request.method !== "OPTIONS") {
    throw new VmError("METHOD_NOT_ALLOWED", { details: { allowed } });
  }
  const allow = allowed.join(", ");
  return new Response(null, {
    status: 204,
    headers: {
      allow,
      ...(request.headers.has("origin") && {
        "access-control-allow-methods": allow,
        "access-control-allow-headers":
          "content-type, idempotency-key, last-event-id, x-request-id",
        "access-control-max-age": "600",
      }),
    },
  });
}
