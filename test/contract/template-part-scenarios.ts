import type { World } from "./api-world.ts";
import { type Given, invalid, type Scenario } from "./scenario.ts";

const TEMPLATE = ({ template_id }: World): Given => ({ params: { template_id } });

export const TEMPLATE_PART_SCENARIOS: readonly Scenario[] = [
  { route: "GET /templates/:template_id/modules", says: "lists", given: TEMPLATE, status: 200 },
  {
    route: "POST /templates/:template_id/modules",
    says: "trims and lower-cases",
    given: (world) => ({ ...TEMPLATE(world), body: { name: " FS " } }),
    status: 201,
    holds: ({ template_id }) => ({ template_id, name: "fs" }),
  },
  {
    route: "POST /templates/:template_id/modules",
    says: "repeating is no error",
    given: (world) => ({ ...TEMPLATE(world), body: { name: "fs" } }),
    status: 201,
  },
  invalid("POST /templates/:template_id/modules", "no name", "name is required", (world) => ({
    ...TEMPLATE(world),
    body: { name: "  " },
  })),
  ...["json", "math", "console", "net"].map(
    (name): Scenario => ({
      route: "POST /templates/:template_id/modules",
      says: `${name} is none`,
      given: (world) => ({ ...TEMPLATE(world), body: { name } }),
      status: 422,
      code: "MODULE_NOT_ALLOWED",
      message: "Module is not allowed for template configuration",
    }),
  ),
  {
    route: "DELETE /templates/:template_id/modules/:name",
    says: "removing an absent one is no error",
    given: ({ template_id }) => ({ params: { template_id, name: "Exec" } }),
    status: 200,
    holds: ({ template_id }) => ({ status: "ok", template_id, name: "exec" }),
  },
  { route: "GET /templates/:template_id/libraries", says: "lists", given: TEMPLATE, status: 200 },
  ...["lodash", "lodash-4.17.21", "lodash@4.17.21"].map(
    (name): Scenario => ({
      route: "POST /templates/:template_id/libraries",
      says: `${name} is lodash-4.17.21`,
      given: async (world) => ({ params: { template_id: await world.template() }, body: { name } }),
      status: 201,
      holds: () => ({ name: "lodash-4.17.21" }),
    }),
  ),
  invalid("POST /templates/:template_id/libraries", "no name", "name is required", (world) => ({
    ...TEMPLATE(world),
    body: {},
  })),
  {
    route: "POST /templates/:template_id/libraries",
    says: "an unknown one",
    given: (world) => ({ ...TEMPLATE(world), body: { name: "left-pad" } }),
    status: 422,
    code: "LIBRARY_UNKNOWN",
    message: /^Library is not in the catalog/,
  },
  {
    route: "DELETE /templates/:template_id/libraries/:name",
    says: "any of its names will do",
    given: ({ template_id }) => ({ params: { template_id, name: "lodash@4.17.21" } }),
    status: 200,
    holds: ({ template_id }) => ({ status: "ok", template_id, name: "lodash-4.17.21" }),
  },
  {
    route: "GET /templates/:template_id/startup-files",
    says: "lists",
    given: TEMPLATE,
    status: 200,
  },
  {
    route: "POST /templates/:template_id/startup-files",
    says: "stores the path cleaned",
    given: async (world) => ({
      params: { template_id: await world.template() },
      body: { path: "./a//b/../c.js", order_index: 3 },
    }),
    status: 201,
    holds: () => ({ path: "a/c.js", order_index: 3, mode: "eval" }),
  },
  invalid("POST /templates/:template_id/startup-files", "no path", "path is required", (world) => ({
    ...TEMPLATE(world),
    body: { order_index: 1 },
  })),
  ...["/etc/passwd", "..", "../x.js", "a/../../x.js", ".", "a\0b", "x".repeat(5000)].map(
    (path): Scenario => ({
      route: "POST /templates/:template_id/startup-files",
      says: `the path ${JSON.stringify(path.slice(0, 20))}`,
      given: (world) => ({ ...TEMPLATE(world), body: { path } }),
      status: 422,
      code: "INVALID_PATH",
      message: "Path escapes allowed worktree",
    }),
  ),
  {
    route: "POST /templates/:template_id/startup-files",
    says: "a taken path",
    given: (world) => ({ ...TEMPLATE(world), body: { path: "./init.js" } }),
    status: 409,
    code: "STARTUP_FILE_EXISTS",
  },
  {
    route: "POST /templates/:template_id/startup-files",
    says: "mode import",
    given: (world) => ({ ...TEMPLATE(world), body: { path: "y.js", mode: "import" } }),
    status: 422,
    code: "STARTUP_MODE_UNSUPPORTED",
    message: "Only startup mode 'eval' is currently supported",
    holds: () => ({ requested_mode: "import", supported_modes: ["eval"] }),
  },
  {
    route: "DELETE /templates/:template_id/startup-files/:startup_file_id",
    says: "removes",
    given: async (world) => {
      const template_id = await world.template();
      const { id } = await world.make(`/templates/${template_id}/startup-files`, { path: "z.js" });
      return { params: { template_id, startup_file_id: id! } };
    },
    status: 200,
    holds: () => ({ status: "ok" }),
  },
];
