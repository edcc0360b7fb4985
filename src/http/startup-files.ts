import type { Core } from "../core/core.ts";
import { Strict, Type, Uuid } from "../core/schema.ts";
import { CreateStartupFile, StartupFile } from "../core/template.ts";
import { route } from "./route.ts";

const Removed = Strict(
  { status: Type.Literal("ok"), template_id: Uuid, startup_file_id: Uuid },
  { $id: "StartupFileRemoved" },
);

export const startupFileRoutes = ({ templates }: Core) =>
  [
    route("GET /templates/:template_id/startup-files", {
      summary: "List a template's startup files, by order_index, then insertion",
      status: 200,
      answer: Type.Array(StartupFile),
      codes: ["TEMPLATE_NOT_FOUND"],
      handle: ({ params }) => templates.listStartupFiles(params.template_id),
    }),
    route("POST /templates/:template_id/startup-files", {
      summary: "Add a file that every new session runs first",
      body: CreateStartupFile,
      required: ["path"],
      status: 201,
      answer: StartupFile,
      codes: [
        "TEMPLATE_NOT_FOUND",
        "INVALID_PATH",
        "STARTUP_MODE_UNSUPPORTED",
        "STARTUP_FILE_EXISTS",
        "STORE_FULL",
      ],
      handle: ({ params, body }) => templates.addStartupFile(params.template_id, body),
    }),
    route("DELETE /templates/:template_id/startup-files/:startup_file_id", {
      summary: "Remove a startup file from the template",
      status: 200,
      answer: Removed,
      codes: ["TEMPLATE_NOT_FOUND", "STARTUP_FILE_NOT_FOUND", "STORE_FULL"],
      handle: async ({ params: { template_id, startup_file_id } }) => {
        await templates.removeStartupFile(template_id, startup_file_id);
        return { status: "ok" as const, template_id, startup_file_id };
      },
    }),
  ] as const;
