import type { Core } from "../core/core.ts";
import { type Static, Strict, Type } from "../core/schema.ts";
import { RuntimeSummary } from "../core/session.ts";
import { route } from "./route.ts";

export const Health = Strict(
  {
    status: Type.Literal("ok"),
    version: Type.String(),
    uptime_ms: Type.Integer({ minimum: 0 }),
  },
  { $id: "Health" },
);
export type Health = Static<typeof Health>;

export const runtimeRoutes = (core: Core) =>
  [
    route("GET /health", {
      summary: "Whether the daemon answers",
      status: 200,
      answer: Health,
      codes: [],
      handle: () => ({
        status: "ok" as const,
        version: core.version,
        uptime_ms: core.uptimeMs(),
      }),
    }),
    route("GET /runtime/summary", {
      summary: "What runs now",
      status: 200,
      answer: RuntimeSummary,
      codes: [],
      handle: () => core.summary(),
    }),
  ] as const;
