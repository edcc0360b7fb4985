import { SESSION_STATUSES, type Session, type SessionStatus } from "../../core/session.ts";
import { command } from "../command.ts";
import { bytesText, fields, shortTime, table } from "../output.ts";
import { fromHere, SESSION_ID } from "./arguments.ts";

export const create = command({
  name: "create",
  summary: "Create a session: a runtime bound to a folder, ready when this ends",
  examples: [
    'vm-system session create --template-id ID --workspace-id demo --base-commit main --worktree-path "$PWD"',
  ],
  args: {
    "template-id": {
      type: "string",
      valueHint: "ID",
      required: true,
      description: "The template it is made from",
      completes: "template",
    },
    "workspace-id": {
      type: "string",
      valueHint: "ID",
      required: true,
      description: "Your name for the workspace",
    },
    "base-commit": {
      type: "string",
      valueHint: "COMMIT",
      required: true,
      description: "Your name for the commit that the worktree stands at",
    },
    "worktree-path": {
      type: "string",
      valueHint: "PATH",
      required: true,
      description: "The folder that it works in, on the daemon's machine",
    },
  },
  async run(context, args) {
    const session = await (await context.client()).createSession({
      template_id: args["template-id"],
      workspace_id: args["workspace-id"],
      base_commit_oid: args["base-commit"],
      worktree_path: fromHere(args["worktree-path"]),
    });
    context.result(session, () =>
      fields([
        ["Created session", session.id],
        ["Status", session.status],
        ["Template ID", session.vm_id],
        ["Workspace ID", session.workspace_id],
        ["Base Commit", session.base_commit_oid],
        ["Worktree Path", session.worktree_path],
      ]),
    );
  },
});

export const list = command({
  name: "list",
  summary: "List the sessions, newest first",
  args: {
    status: {
      type: "enum",
      options: [...SESSION_STATUSES],
      description: "Only sessions of this status",
    },
  },
  async run(context, args) {
    const status = args.status as SessionStatus | undefined;
    const sessions = await (await context.client()).listSessions(status);
    context.result(sessions, () =>
      sessions.length === 0
        ? "No sessions found"
        : table(
            ["ID", "Status", "Workspace ID", "Template ID", "Created"],
            sessions.map((session) => [
              session.id,
              session.status,
              session.workspace_id,
              session.vm_id,
              shortTime(session.created_at),
            ]),
          ),
    );
  },
});

export const get = command({
  name: "get",
  summary: "Show a session",
  args: { id: SESSION_ID },
  async run(context, args) {
    const session = await (await context.client()).getSession(args.id);
    context.result(session, () => sessionText(session));
  },
});

export const close = command({
  name: "close",
  summary: "Close a session; its history stays",
  args: { id: SESSION_ID },
  async run(context, args) {
    const session = await (await context.client()).closeSession(args.id);
    context.result(session, () => `Closed session: ${session.id}`);
  },
});

/** Absent where an older daemon does not say. */
const bytesOf = (bytes: number | undefined) => (bytes === undefined ? undefined : bytesText(bytes));

function sessionText(session: Session): string {
  return fields([
    ["Session ID", session.id],
    ["Status", session.status],
    ["Template ID", session.vm_id],
    ["Workspace ID", session.workspace_id],
    ["Base Commit", session.base_commit_oid],
    ["Worktree Path", session.worktree_path],
    ["Created", session.created_at],
    ["Last Used", session.last_used_at],
    ["Residency", session.residency],
    ["Heap", bytesOf(session.heap_bytes)],
    ["Stored", bytesOf(session.stored_bytes)],
    ["Forked From Session", session.parent_session_id],
    ["Forked From Execution", session.forked_from_execution_id],
    ["At Execution", session.head_execution_id],
    ["Closed", session.closed_at],
    ["Last Error", session.last_error],
  ]);
}
