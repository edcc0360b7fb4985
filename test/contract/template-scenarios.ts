import type { World } from "./api-world.ts";
import { type Given, invalid, type Scenario } from "./scenario.ts";

const TEMPLATE = ({ template_id }: World): Given => ({ params: { template_id } });

export const TEMPLATE_SCENARIOS: readonly Scenario[] = [
  { route: "GET /templates", says: "lists", given: () => ({}), status: 200 },
  {
    route: "POST /templates",
    says: "creates, with the defaults",
    given: ({ worktree }) => ({ body: { name: `plain ${worktree}` } }),
    status: 201,
    holds: () => ({ engine: "quickjs", is_active: true, exposed_modules: [], libraries: [] }),
  },
  {
    route: "POST /templates",
    says: "takes the older engine name and a part of the settings",
    given: ({ worktree }) => ({
      body: { name: `older ${worktree}`, engine: "goja", settings: { limits: { cpu_ms: 7 } } },
    }),
    status: 201,
  },
  invalid("POST /templates", "no name", "name is required", () => ({ body: {} })),
  invalid("POST /templates", "an empty name", "name is required", () => ({ body: { name: "" } })),
  invalid(
    "POST /templates",
    "a name that is no Unicode text, and could not be kept",
    "name must not contain half of a surrogate pair",
    () => ({ body: { name: "x\ud800" } }),
  ),
  invalid(
    "POST /templates",
    "a limit out of range",
    "settings.limits.cpu_ms must be between 1 and 3600000",
    () => ({ body: { name: "x", settings: { limits: { cpu_ms: 0 } } } }),
  ),
  {
    route: "POST /templates",
    says: "an unknown field deep inside",
    given: () => ({ body: { name: "x", settings: { limits: { cpu: 1 } } } }),
    status: 400,
    code: "INVALID_REQUEST",
    message: "settings.limits.cpu is not a known field",
  },
  {
    route: "POST /templates",
    says: "a wrong type",
    given: () => ({ body: { name: 7 } }),
    status: 400,
    code: "INVALID_REQUEST",
    message: "name must be a string",
  },
  {
    route: "POST /templates",
    says: "a number as text is not converted",
    given: () => ({ body: { name: "x", settings: { limits: { cpu_ms: "5" } } } }),
    status: 400,
    code: "INVALID_REQUEST",
    message: "settings.limits.cpu_ms must be an integer",
  },
  {
    route: "POST /templates",
    says: "a taken name",
    given: async (world) => {
      const { name } = await world.make("/templates", { name: `taken ${world.worktree}` });
      return { body: { name } };
    },
    status: 409,
    code: "TEMPLATE_EXISTS",
  },
  {
    route: "POST /templates",
    says: "another engine",
    given: () => ({ body: { name: "v8", engine: "v8" } }),
    status: 422,
    code: "ENGINE_UNSUPPORTED",
    message: /^Engine is not supported/,
  },
  {
    route: "GET /templates/:template_id",
    says: "with all that belongs to it",
    given: TEMPLATE,
    status: 200,
  },
  {
    route: "PATCH /templates/:template_id",
    says: "merges settings",
    given: async (world) => ({
      params: { template_id: await world.template({ settings: { limits: { wall_ms: 9000 } } }) },
      body: { settings: { limits: { cpu_ms: 10 } } },
    }),
    status: 200,
    holds: () => ({ settings: { limits: { cpu_ms: 10, wall_ms: 9000, mem_mb: 128 } } }),
  },
  {
    route: "PATCH /templates/:template_id",
    says: "to a taken name",
    given: async (world) => {
      const { name } = await world.make("/templates", { name: `held ${world.worktree}` });
      return { params: { template_id: world.template_id }, body: { name } };
    },
    status: 409,
    code: "TEMPLATE_EXISTS",
  },
  {
    route: "DELETE /templates/:template_id",
    says: "says which",
    given: async (world) => ({ params: { template_id: await world.template() } }),
    status: 200,
    holds: () => ({ status: "ok" }),
  },
  {
    route: "GET /templates/:template_id/capabilities",
    says: "lists",
    given: TEMPLATE,
    status: 200,
  },
  {
    route: "POST /templates/:template_id/capabilities",
    says: "is enabled and has no config unless said",
    given: (world) => ({ ...TEMPLATE(world), body: { kind: "module", name: "fs" } }),
    status: 201,
    holds: () => ({ kind: "module", name: "fs", enabled: true, config: {} }),
  },
  ...[{}, { kind: "module" }, { name: "x" }, { kind: "", name: "x" }].map((body) =>
    invalid(
      "POST /templates/:template_id/capabilities",
      `only ${JSON.stringify(body)}`,
      "kind and name are required",
      (world) => ({ ...TEMPLATE(world), body }),
    ),
  ),
  invalid(
    "POST /templates/:template_id/capabilities",
    "another kind",
    "kind must be one of module, global, fs, net, env",
    (world) => ({ ...TEMPLATE(world), body: { kind: "disk", name: "x" } }),
  ),
  {
    route: "POST /templates/:template_id/capabilities",
    says: "a taken kind and name",
    given: (world) => ({ ...TEMPLATE(world), body: { kind: "env", name: "REGION" } }),
    status: 409,
    code: "CAPABILITY_EXISTS",
  },
  {
    route: "DELETE /templates/:template_id/capabilities/:capability_id",
    says: "removes",
    given: async (world) => {
      const template_id = await world.template();
      const path = `/templates/${template_id}/capabilities`;
      const { id } = await world.make(path, { kind: "env", name: "X" });
      return { params: { template_id, capability_id: id! } };
    },
    status: 200,
    holds: () => ({ status: "ok" }),
  },
];
