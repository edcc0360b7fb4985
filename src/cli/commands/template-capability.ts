import { reasonOfNoEffect } from "../../core/grants.ts";
import { MODULE_CATALOG } from "../../modules/catalog.ts";
import { command } from "../command.ts";
import { jsonText, printable, printError, table } from "../output.ts";
import { UsageError } from "../usage-error.ts";
import { TEMPLATE_ID } from "./arguments.ts";

// The kinds are the API's to check: a kind that a newer daemon knows may pass.
const KIND = {
  type: "string",
  valueHint: "KIND",
  default: "module",
  description: "module, global, fs, net or env",
  completes: ["module", "global", "fs", "net", "env"],
} as const;

export const add = command({
  name: "add-capability",
  summary: "Give new sessions of a template a permission or a value",
  examples: [
    'vm-system template add-capability ID --kind env --name STAGE --config \'{"value": "test"}\'',
  ],
  args: {
    id: TEMPLATE_ID,
    name: { type: "string", valueHint: "NAME", required: true, description: "Its name" },
    kind: KIND,
    config: {
      type: "string",
      valueHint: "JSON",
      default: "{}",
      description: "What it is configured with",
      jsonObject: true,
    },
    enabled: { type: "boolean", default: true, description: "Add it switched off" },
  },
  async run(context, args) {
    const client = await context.client();
    const capability = await client.addCapability(args.id, {
      kind: args.kind,
      name: args.name,
      enabled: args.enabled,
      config: JSON.parse(args.config) as Record<string, unknown>,
    });
    context.result(
      capability,
      () =>
        `Added capability: ${capability.kind}:${printable(capability.name)} to template ${capability.vm_id}`,
    );
    const reason = reasonOfNoEffect(
      capability,
      MODULE_CATALOG.map(({ name }) => name),
    );
    if (reason !== undefined && !context.globals.json) {
      printError(printable(`Note: this capability gives sessions nothing: ${reason}.`));
    }
  },
});

export const list = command({
  name: "list-capabilities",
  summary: "List a template's capabilities",
  args: { id: TEMPLATE_ID },
  async run(context, args) {
    const capabilities = await (await context.client()).listCapabilities(args.id);
    context.result(capabilities, () =>
      capabilities.length === 0
        ? "No capabilities found"
        : table(
            ["ID", "Kind", "Name", "Enabled", "Config"],
            capabilities.map(({ id, kind, name, enabled, config }) => [
              id,
              kind,
              name,
              `${enabled}`,
              jsonText(config),
            ]),
          ),
    );
  },
});

export const remove = command({
  name: "remove-capability",
  summary: "Take a capability from a template",
  args: {
    id: TEMPLATE_ID,
    name: { type: "string", valueHint: "NAME", required: true, description: "Its name" },
    kind: KIND,
  },
  async run(context, args) {
    const client = await context.client();
    const capabilities = await client.listCapabilities(args.id);
    const found = capabilities.find(({ kind, name }) => kind === args.kind && name === args.name);
    if (!found) {
      throw new UsageError(
        `template ${args.id} has no capability ${args.kind}:${args.name}`,
        `List them with \`vm-system template list-capabilities ${args.id}\`.`,
      );
    }
    const removed = await client.removeCapability(args.id, found.id);
    context.result(
      removed,
      () => `Removed capability: ${found.kind}:${printable(found.name)} from template ${args.id}`,
    );
  },
});
