import { command } from "../command.ts";
import { printable, table } from "../output.ts";
import { UsageError } from "../usage-error.ts";
import { TEMPLATE_ID } from "./arguments.ts";

export const add = command({
  name: "add-startup",
  summary: "Add a file that every new session runs first",
  args: {
    id: TEMPLATE_ID,
    path: {
      type: "string",
      valueHint: "PATH",
      required: true,
      description: "The file, relative to the session's worktree",
    },
    order: {
      type: "string",
      valueHint: "N",
      default: "10",
      description: "Lower ones run first",
      integer: { min: -2147483648, max: 2147483647 },
    },
    mode: {
      type: "string",
      valueHint: "MODE",
      default: "eval",
      description: "How it is run",
      completes: ["eval"],
    },
  },
  async run(context, args) {
    const client = await context.client();
    const file = await client.addStartupFile(args.id, {
      path: args.path,
      order_index: Number(args.order),
      mode: args.mode,
    });
    context.result(
      file,
      () =>
        `Added startup file: ${printable(file.path)} (order: ${file.order_index}) to template ${file.vm_id}`,
    );
  },
});

export const list = command({
  name: "list-startup",
  summary: "List a template's startup files in the order they run",
  args: { id: TEMPLATE_ID },
  async run(context, args) {
    const files = await (await context.client()).listStartupFiles(args.id);
    context.result(files, () =>
      files.length === 0
        ? "No startup files found"
        : table(
            ["Order", "Mode", "Path", "ID"],
            files.map(({ order_index, mode, path, id }) => [`${order_index}`, mode, path, id]),
          ),
    );
  },
});

export const remove = command({
  name: "remove-startup",
  summary: "Remove a startup file from a template",
  args: {
    id: TEMPLATE_ID,
    path: {
      type: "string",
      valueHint: "PATH",
      required: true,
      description: "The file's path, as list-startup shows it",
    },
  },
  async run(context, args) {
    const client = await context.client();
    const files = await client.listStartupFiles(args.id);
    const file = files.find(({ path }) => path === args.path);
    if (!file) {
      throw new UsageError(
        `template ${args.id} has no startup file ${args.path}`,
        `List them with \`vm-system template list-startup ${args.id}\`.`,
      );
    }
    const removed = await client.removeStartupFile(args.id, file.id);
    context.result(
      removed,
      () => `Removed startup file: ${printable(file.path)} from template ${args.id}`,
    );
  },
});
