import type { Core } from "../core/core.ts";
import { Strict, Type, Uuid } from "../core/schema.ts";
import { Capability, CreateCapability } from "../core/template.ts";
import { route } from "./route.ts";

const Removed = Strict(
  { status: Type.Literal("ok"), template_id: Uuid, capability_id: Uuid },
  { $id: "CapabilityRemoved" },
);

export const capabilityRoutes = ({ templates }: Core) =>
  [
    route("GET /templates/:template_id/capabilities", {
      summary: "List a template's capabilities, by kind, then name",
      status: 200,
      answer: Type.Array(Capability),
      codes: ["TEMPLATE_NOT_FOUND"],
      handle: ({ params }) => templates.listCapabilities(params.template_id),
    }),
    route("POST /templates/:template_id/capabilities", {
      summary: "Add a capability",
      body: CreateCapability,
      required: ["kind", "name"],
      status: 201,
      answer: Capability,
      codes: ["TEMPLATE_NOT_FOUND", "CAPABILITY_EXISTS", "STORE_FULL"],
      handle: ({ params, body }) => templates.addCapability(params.template_id, body),
    }),
    route("DELETE /templates/:template_id/capabilities/:capability_id", {
      summary: "Remove a capability",
      status: 200,
      answer: Removed,
      codes: ["TEMPLATE_NOT_FOUND", "CAPABILITY_NOT_FOUND", "STORE_FULL"],
      handle: async ({ params: { template_id, capability_id } }) => {
        await templates.removeCapability(template_id, capability_id);
        return { status: "ok" as const, template_id, capability_id };
      },
    }),
  ] as const;
