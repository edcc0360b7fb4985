import { resolve } from "node:path";
import { isatty } from "node:tty";
import { command } from "../command.ts";
import { bytesText, fields, printBytes } from "../output.ts";
import { readSessionFile, readSessionStdin, writeSessionFile } from "../session-file-io.ts";
import { UsageError } from "../usage-error.ts";
import { fromHere, SESSION_ID } from "./arguments.ts";

const STDOUT = 1;

export const exportSession = command({
  name: "export",
  summary: "Write a session to a file: its state, in-memory database, template and settings",
  examples: [
    "vm-system session export SESSION -o failing.vmsession",
    "vm-system session export SESSION -o whole.vmsession --history",
  ],
  args: {
    id: SESSION_ID,
    output: {
      type: "string",
      alias: "o",
      valueHint: "FILE",
      notEmpty: true,
      required: true,
      description: "The file; one that is there is replaced; `-` is stdout",
    },
    history: {
      type: "boolean",
      description: "With the executions and their events, the newest that fit",
    },
  },
  async run(context, args) {
    const toStdout = args.output === "-";
    if (toStdout && (context.globals.json || isatty(STDOUT))) {
      throw new UsageError(
        "session export: `-o -` writes the file itself to stdout",
        "Without --json, pipe it on: `vm-system session export SESSION -o - | …`.",
      );
    }
    const client = await context.client();
    const file = await client.exportSession(args.id, { history: args.history === true });
    if (toStdout) {
      printBytes(file);
      return;
    }
    await writeSessionFile(args.output, file);
    context.result(
      { session_id: args.id, file: resolve(args.output), bytes: file.byteLength },
      () => `Exported session: ${args.id} to ${args.output} (${bytesText(file.byteLength)})`,
    );
  },
});

export const importSession = command({
  name: "import",
  summary: "Make a session from an exported file, ready to go on",
  examples: ['vm-system session import failing.vmsession --worktree-path "$PWD"'],
  args: {
    file: {
      type: "positional",
      required: true,
      description: "What `session export` wrote; `-` reads it from stdin",
    },
    "worktree-path": {
      type: "string",
      valueHint: "PATH",
      required: true,
      description: "The folder that it works in, on the daemon's machine",
    },
    "workspace-id": {
      type: "string",
      valueHint: "ID",
      description: "Your name for the workspace (default: the file's)",
    },
    "base-commit": {
      type: "string",
      valueHint: "COMMIT",
      description: "Your name for the commit that the worktree stands at (default: the file's)",
    },
    "template-id": {
      type: "string",
      valueHint: "ID",
      description: "A template that says what the session may do, in place of the file",
      completes: "template",
    },
  },
  async run(context, args) {
    const file = await (args.file === "-" ? readSessionStdin() : readSessionFile(args.file));
    const session = await (await context.client()).importSession(file, {
      worktree_path: fromHere(args["worktree-path"]),
      ...given("workspace_id", args["workspace-id"]),
      ...given("base_commit_oid", args["base-commit"]),
      ...given("template_id", args["template-id"]),
    });
    context.result(session, () =>
      fields([
        ["Imported session", session.id],
        ["Status", session.status],
        ["Template ID", session.vm_id],
        ["Workspace ID", session.workspace_id],
        ["Base Commit", session.base_commit_oid],
        ["Worktree Path", session.worktree_path],
        ["Heap", bytesText(session.heap_bytes)],
      ]),
    );
  },
});

const given = <K extends string>(name: K, value: string | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [_ in K]?: string };
