import type { Core } from "../core/core.ts";
import { GcReport, GcRequest, StoreReport } from "../core/store-report.ts";
import { route } from "./route.ts";

export const storeRoutes = ({ retention }: Core) =>
  [
    route("GET /runtime/store", {
      summary: "What uses the disk, by kind and by session",
      status: 200,
      answer: StoreReport,
      codes: [],
      handle: () => retention.report(),
    }),
    route("POST /runtime/gc", {
      summary: "Remove now what is no longer kept, and give its space back",
      description:
        "The daemon does it by itself in idle time; this does all of it, the states of closed sessions included.",
      body: GcRequest,
      status: 200,
      answer: GcReport,
      codes: ["STORE_FULL"],
      handle: ({ body }) => retention.gc(body.dry_run === true),
    }),
  ] as const;
