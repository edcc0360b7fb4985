import { EXECUTION_SCENARIOS } from "./execution-scenarios.ts";
import { HISTORY_SCENARIOS } from "./history-scenarios.ts";
import { RUN_SCENARIOS } from "./run-scenarios.ts";
import type { Scenario } from "./scenario.ts";
import { SESSION_FILE_SCENARIOS } from "./session-file-scenarios.ts";
import { SESSION_SCENARIOS } from "./session-scenarios.ts";
import { TEMPLATE_PART_SCENARIOS } from "./template-part-scenarios.ts";
import { TEMPLATE_SCENARIOS } from "./template-scenarios.ts";

/** Successes, and the failures that a route has of its own; api-scenarios.ts adds those of all routes. */
export const API_TABLE: readonly Scenario[] = [
  {
    route: "GET /health",
    says: "is ok",
    given: () => ({}),
    status: 200,
    holds: () => ({ status: "ok" }),
  },
  {
    route: "GET /openapi.json",
    says: "is 3.1",
    given: () => ({}),
    status: 200,
    holds: () => ({ openapi: "3.1.0" }),
  },
  { route: "GET /runtime/summary", says: "counts ready sessions", given: () => ({}), status: 200 },

  ...TEMPLATE_SCENARIOS,
  ...TEMPLATE_PART_SCENARIOS,
  ...SESSION_SCENARIOS,
  ...HISTORY_SCENARIOS,
  ...SESSION_FILE_SCENARIOS,
  ...RUN_SCENARIOS,
  ...EXECUTION_SCENARIOS,
];
