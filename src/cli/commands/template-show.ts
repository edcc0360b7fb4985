import type { TemplateDetail } from "../../core/template.ts";
import { command } from "../command.ts";
import { fields, jsonText, printable, table } from "../output.ts";
import { TEMPLATE_ID } from "./arguments.ts";

export const list = command({
  name: "list",
  summary: "List the templates, newest first",
  async run(context) {
    const templates = await (await context.client()).listTemplates();
    context.result(templates, () =>
      templates.length === 0
        ? "No templates found"
        : table(
            ["ID", "Name", "Engine", "Active"],
            templates.map(({ id, name, engine, is_active }) => [id, name, engine, `${is_active}`]),
          ),
    );
  },
});

export const get = command({
  name: "get",
  summary: "Show a template with its settings and all that belongs to it",
  args: { id: TEMPLATE_ID },
  async run(context, args) {
    const detail = await (await context.client()).getTemplate(args.id);
    context.result(detail, () => detailText(detail));
  },
});

function detailText({ template, settings, capabilities, startup_files }: TemplateDetail): string {
  return [
    fields([
      ["Template", template.name],
      ["ID", template.id],
      ["Engine", template.engine],
      ["Active", `${template.is_active}`],
      ["Created", template.created_at],
      ["Updated", template.updated_at],
    ]),
    "Settings:",
    `  Limits: ${jsonText(settings.limits)}`,
    `  Resolver: ${jsonText(settings.resolver)}`,
    `  Runtime: ${jsonText(settings.runtime)}`,
    ...section(
      "Capabilities",
      capabilities.map(
        ({ kind, name, enabled, config }) =>
          `${kind}:${printable(name)} (enabled: ${enabled}, config: ${jsonText(config)})`,
      ),
    ),
    ...section(
      "Startup Files",
      startup_files.map(
        ({ order_index, path, mode }) => `[${order_index}] ${printable(path)} (mode: ${mode})`,
      ),
    ),
    ...section("Exposed Modules", template.exposed_modules.map(printable)),
    ...section("Loaded Libraries", template.libraries.map(printable)),
  ].join("\n");
}

const section = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
