import type { UpdateTemplate } from "../../core/template.ts";
import { command } from "../command.ts";
import { printable } from "../output.ts";
import { SETTINGS_FLAGS, settingsFrom } from "../settings-flags.ts";
import { UsageError } from "../usage-error.ts";
import { TEMPLATE_ID } from "./arguments.ts";

export const create = command({
  name: "create",
  summary: "Create a template",
  examples: ["vm-system template create --name reports --wall-ms 60000"],
  args: {
    name: { type: "string", valueHint: "NAME", required: true, description: "Its name, unique" },
    engine: {
      type: "string",
      valueHint: "ENGINE",
      description: "quickjs (the default)",
      completes: ["quickjs"],
    },
    ...SETTINGS_FLAGS,
  },
  async run(context, args) {
    const settings = settingsFrom(args, (flag) => context.list(flag).length > 0);
    const client = await context.client();
    const template = await client.createTemplate({
      name: args.name,
      ...(args.engine !== undefined && { engine: args.engine }),
      ...(settings && { settings }),
    });
    context.result(
      template,
      () => `Created template: ${printable(template.name)} (ID: ${template.id})`,
    );
  },
});

export const update = command({
  name: "update",
  summary: "Change a template's name or settings; sessions that exist keep theirs",
  args: {
    id: TEMPLATE_ID,
    name: { type: "string", valueHint: "NAME", description: "A new name" },
    ...SETTINGS_FLAGS,
  },
  async run(context, args) {
    const settings = settingsFrom(args, (flag) => context.list(flag).length > 0);
    const change: UpdateTemplate = {
      ...(args.name !== undefined && { name: args.name }),
      ...(settings && { settings }),
    };
    if (Object.keys(change).length === 0) {
      throw new UsageError(
        "template update: nothing to change",
        "Give --name or a setting, as `--wall-ms 60000`.",
      );
    }
    const detail = await (await context.client()).updateTemplate(args.id, change);
    context.result(detail, () => `Updated template: ${detail.template.id}`);
  },
});

export const remove = command({
  name: "delete",
  summary: "Delete a template; sessions made from it go on",
  args: { id: TEMPLATE_ID },
  async run(context, args) {
    const deleted = await (await context.client()).deleteTemplate(args.id);
    context.result(deleted, () => `Deleted template: ${deleted.template_id}`);
  },
});
