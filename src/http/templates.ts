import type { Core } from "../core/core.ts";
import { Strict, Type, Uuid } from "../core/schema.ts";
import { CreateTemplate, Template, TemplateDetail, UpdateTemplate } from "../core/template.ts";
import { route } from "./route.ts";

const Deleted = Strict(
  { status: Type.Literal("ok"), template_id: Uuid },
  { $id: "TemplateDeleted" },
);

export const templateRoutes = ({ templates }: Core) =>
  [
    route("GET /templates", {
      summary: "List templates, newest first",
      status: 200,
      answer: Type.Array(Template),
      codes: [],
      handle: () => templates.list(),
    }),
    route("POST /templates", {
      summary: "Create a template",
      body: CreateTemplate,
      required: ["name"],
      status: 201,
      answer: Template,
      codes: ["ENGINE_UNSUPPORTED", "TEMPLATE_EXISTS", "STORE_FULL"],
      handle: ({ body }) => templates.create(body),
    }),
    route("GET /templates/:template_id", {
      summary: "Read a template with its settings, capabilities and startup files",
      status: 200,
      answer: TemplateDetail,
      codes: ["TEMPLATE_NOT_FOUND"],
      handle: ({ params }) => templates.get(params.template_id),
    }),
    route("PATCH /templates/:template_id", {
      summary: "Rename a template or change a part of its settings",
      description: "Sessions keep the settings they were created with.",
      body: UpdateTemplate,
      status: 200,
      answer: TemplateDetail,
      codes: ["TEMPLATE_NOT_FOUND", "TEMPLATE_EXISTS", "STORE_FULL"],
      handle: ({ params, body }) => templates.update(params.template_id, body),
    }),
    route("DELETE /templates/:template_id", {
      summary: "Delete a template and all that belongs to it",
      description: "Sessions made from it go on.",
      status: 200,
      answer: Deleted,
      codes: ["TEMPLATE_NOT_FOUND", "STORE_FULL"],
      handle: async ({ params: { template_id } }) => {
        await templates.delete(template_id);
        return { status: "ok" as const, template_id };
      },
    }),
  ] as const;
