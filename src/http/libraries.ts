import type { Core } from "../core/core.ts";
import { Type } from "../core/schema.ts";
import { NameBody, TemplateName } from "../core/template.ts";
import { NameRemoved } from "./name-removed.ts";
import { route } from "./route.ts";

export const libraryRoutes = ({ templates }: Core) =>
  [
    route("GET /templates/:template_id/libraries", {
      summary: "List the libraries of a template, in load order",
      status: 200,
      answer: Type.Array(Type.String()),
      codes: ["TEMPLATE_NOT_FOUND"],
      handle: ({ params }) => templates.listLibraries(params.template_id),
    }),
    route("POST /templates/:template_id/libraries", {
      summary: "Give a template a library",
      description:
        "`lodash`, `lodash-4.17.21` and `lodash@4.17.21` name the same. Repeating it changes nothing.",
      body: NameBody,
      required: ["name"],
      status: 201,
      answer: TemplateName,
      codes: ["TEMPLATE_NOT_FOUND", "LIBRARY_UNKNOWN", "STORE_FULL"],
      handle: ({ params, body }) => templates.addLibrary(params.template_id, body),
    }),
    route("DELETE /templates/:template_id/libraries/:name", {
      summary: "Take a library away",
      description: "Removing one that is absent changes nothing.",
      status: 200,
      answer: NameRemoved,
      codes: ["TEMPLATE_NOT_FOUND", "STORE_FULL"],
      handle: async ({ params: { template_id, name } }) => ({
        status: "ok" as const,
        template_id,
        name: await templates.removeLibrary(template_id, name),
      }),
    }),
  ] as const;
