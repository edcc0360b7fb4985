import type { Core } from "../core/core.ts";
import { Type } from "../core/schema.ts";
import { NameBody, TemplateName } from "../core/template.ts";
import { NameRemoved } from "./name-removed.ts";
import { route } from "./route.ts";

export const moduleRoutes = ({ templates }: Core) =>
  [
    route("GET /templates/:template_id/modules", {
      summary: "List the native modules of a template, in the order added",
      status: 200,
      answer: Type.Array(Type.String()),
      codes: ["TEMPLATE_NOT_FOUND"],
      handle: ({ params }) => templates.listModules(params.template_id),
    }),
    route("POST /templates/:template_id/modules", {
      summary: "Give a template a native module",
      description: "The name is trimmed and lower-cased. Repeating it changes nothing.",
      body: NameBody,
      required: ["name"],
      status: 201,
      answer: TemplateName,
      codes: ["TEMPLATE_NOT_FOUND", "MODULE_NOT_ALLOWED", "STORE_FULL"],
      handle: ({ params, body }) => templates.addModule(params.template_id, body),
    }),
    route("DELETE /templates/:template_id/modules/:name", {
      summary: "Take a native module away",
      description: "Removing one that is absent changes nothing.",
      status: 200,
      answer: NameRemoved,
      codes: ["TEMPLATE_NOT_FOUND", "STORE_FULL"],
      handle: async ({ params: { template_id, name } }) => ({
        status: "ok" as const,
        template_id,
        name: await templates.removeModule(template_id, name),
      }),
    }),
  ] as const;
