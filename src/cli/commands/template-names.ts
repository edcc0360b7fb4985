import type { Client } from "../../client/client.ts";
import { LIBRARY_CATALOG } from "../../libraries/catalog.ts";
import { MODULE_CATALOG } from "../../modules/catalog.ts";
import { command } from "../command.ts";
import { printable } from "../output.ts";
import { TEMPLATE_ID } from "./arguments.ts";

interface Kind {
  readonly singular: "module" | "library";
  readonly plural: "modules" | "libraries";
  /** Those that there are. */
  readonly known: readonly string[];
  list(client: Client, id: string): Promise<string[]>;
  add(client: Client, id: string, name: string): Promise<{ template_id: string; name: string }>;
  remove(client: Client, id: string, name: string): Promise<{ template_id: string; name: string }>;
}

export const modules = commandsFor({
  singular: "module",
  plural: "modules",
  known: MODULE_CATALOG.map(({ name }) => name),
  list: (client, id) => client.listModules(id),
  add: (client, id, name) => client.addModule(id, name),
  remove: (client, id, name) => client.removeModule(id, name),
});

export const libraries = commandsFor({
  singular: "library",
  plural: "libraries",
  known: LIBRARY_CATALOG.map(({ id }) => id),
  list: (client, id) => client.listLibraries(id),
  add: (client, id, name) => client.addLibrary(id, name),
  remove: (client, id, name) => client.removeLibrary(id, name),
});

/** Modules and libraries are attached by name in the same way. */
function commandsFor(kind: Kind) {
  const { singular, plural } = kind;
  const name = {
    type: "string",
    valueHint: "NAME",
    required: true,
    description: `The ${singular}; see list-available-${plural}`,
    completes: kind.known,
  } as const;
  return {
    add: command({
      name: `add-${singular}`,
      summary: `Give new sessions of a template a ${singular}`,
      args: { id: TEMPLATE_ID, name },
      async run(context, args) {
        const added = await kind.add(await context.client(), args.id, args.name);
        context.result(
          added,
          () => `Added ${singular}: ${printable(added.name)} to template ${added.template_id}`,
        );
      },
    }),
    remove: command({
      name: `remove-${singular}`,
      summary: `Take a ${singular} from a template`,
      args: { id: TEMPLATE_ID, name },
      async run(context, args) {
        const removed = await kind.remove(await context.client(), args.id, args.name);
        context.result(
          removed,
          () =>
            `Removed ${singular}: ${printable(removed.name)} from template ${removed.template_id}`,
        );
      },
    }),
    list: command({
      name: `list-${plural}`,
      summary: `List the ${plural} of a template`,
      args: { id: TEMPLATE_ID },
      async run(context, args) {
        const names = await kind.list(await context.client(), args.id);
        context.result(names, () =>
          names.length === 0 ? `No ${plural} configured` : names.map(printable).join("\n"),
        );
      },
    }),
  };
}
