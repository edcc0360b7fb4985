import { LIMITS } from "../../core/limits.ts";
import { command } from "../command.ts";
import { bytesText, fields, printable, shortTime, table } from "../output.ts";
import { sessionTreeText } from "../session-tree-text.ts";
import { UsageError } from "../usage-error.ts";
import { fromHere, SESSION_ID, stateFlag } from "./arguments.ts";

export const checkpoints = command({
  name: "checkpoints",
  summary: "List the states that are kept of a session, newest first",
  args: {
    id: SESSION_ID,
    limit: {
      type: "string",
      valueHint: "N",
      default: `${LIMITS.checkpointPageRows}`,
      description: "At most this many",
      integer: { min: 1, max: LIMITS.pageRowsMax },
    },
  },
  async run(context, args) {
    const found = await (await context.client()).listCheckpoints(args.id, Number(args.limit));
    context.result(found, () =>
      found.length === 0
        ? "No checkpoints found"
        : table(
            ["ID", "Execution ID", "Created", "Heap", "Stored", "Label"],
            found.map((checkpoint) => [
              checkpoint.id,
              checkpoint.execution_id,
              shortTime(checkpoint.created_at),
              bytesText(checkpoint.heap_bytes),
              bytesText(checkpoint.stored_bytes),
              [checkpoint.head ? "(now)" : "", checkpoint.label ?? ""].join(" ").trim(),
            ]),
          ),
    );
  },
});

export const label = command({
  name: "label",
  summary: "Label a checkpoint, which keeps it; without a label, take it away",
  examples: ["vm-system session label SESSION EXECUTION 'data loaded'"],
  args: {
    id: SESSION_ID,
    checkpoint: {
      type: "positional",
      required: true,
      description: "Its ID, as `session checkpoints` shows it, or its execution's",
      completes: "execution",
    },
    label: { type: "positional", required: false, description: "Any text" },
  },
  async run(context, args) {
    const client = await context.client();
    const checkpoint =
      args.label === undefined
        ? await client.unlabelCheckpoint(args.id, args.checkpoint)
        : await client.labelCheckpoint(args.id, args.checkpoint, args.label);
    context.result(checkpoint, () =>
      checkpoint.label === undefined
        ? `Removed label of checkpoint: ${checkpoint.id}`
        : fields([
            ["Labelled checkpoint", checkpoint.id],
            ["Label", checkpoint.label],
          ]),
    );
  },
});

export const fork = command({
  name: "fork",
  summary: "Make new sessions that begin with a state of this one",
  examples: [
    "vm-system session fork SESSION --count 8",
    "vm-system session fork SESSION --at 'data loaded'",
  ],
  args: {
    id: SESSION_ID,
    count: {
      type: "string",
      valueHint: "N",
      default: "1",
      description: "How many",
      integer: { min: 1, max: LIMITS.forkCountMax },
    },
    at: stateFlag("The state that they begin with (default: now)"),
    "workspace-id": {
      type: "string",
      valueHint: "ID",
      description: "Your name for the workspace (default: the source's)",
    },
    "base-commit": {
      type: "string",
      valueHint: "COMMIT",
      description: "Your name for the commit (default: the source's)",
    },
    "worktree-path": {
      type: "string",
      valueHint: "PATH",
      description: "The folder that they work in (default: the source's)",
    },
  },
  async run(context, args) {
    const { sessions } = await (await context.client()).forkSession(args.id, {
      count: Number(args.count),
      ...(args.at !== undefined && { at: args.at }),
      ...(args["workspace-id"] !== undefined && { workspace_id: args["workspace-id"] }),
      ...(args["base-commit"] !== undefined && { base_commit_oid: args["base-commit"] }),
      ...(args["worktree-path"] !== undefined && {
        worktree_path: fromHere(args["worktree-path"]),
      }),
    });
    context.result({ sessions }, () => fields(sessions.map(({ id }) => ["Created session", id])));
  },
});

export const rewind = command({
  name: "rewind",
  summary: "Put a session back, or forward again, to another of its states",
  examples: [
    "vm-system session rewind SESSION --steps 1",
    "vm-system session rewind SESSION --to 'data loaded'",
  ],
  args: {
    id: SESSION_ID,
    to: stateFlag("The state that it gets"),
    steps: {
      type: "string",
      valueHint: "N",
      description: "Undo this many executions instead",
      integer: { min: 1 },
    },
  },
  async run(context, args) {
    if ((args.to === undefined) === (args.steps === undefined)) {
      throw new UsageError(
        "session rewind needs --to or --steps, and not both",
        "`--steps 1` undoes the newest execution; `vm-system session checkpoints SESSION` shows the states for --to.",
      );
    }
    const client = await context.client();
    const rewind = () =>
      client.rewindSession(args.id, {
        ...(args.to !== undefined && { to: args.to }),
        ...(args.steps !== undefined && { steps: Number(args.steps) }),
      });
    if (context.globals.json) {
      context.result(await rewind(), () => "");
      return;
    }
    const before = await client.getSession(args.id).catch(() => undefined);
    const session = await rewind();
    const { placeText } = await import("../session-place-text.ts");
    const place = await placeText(client, session, before);
    context.result(session, () => `Rewound session: ${session.id}\n${place}`);
  },
});

export const tree = command({
  name: "tree",
  summary: "Show a session with all that it was forked from and into",
  args: { id: SESSION_ID },
  async run(context, args) {
    const found = await (await context.client()).sessionTree(args.id);
    context.result(found, () => sessionTreeText(found, args.id));
  },
});

export const diff = command({
  name: "diff",
  summary: "Compare the globals of two states of a session",
  examples: ["vm-system session diff SESSION --from 'data loaded' --to EXECUTION"],
  args: {
    id: SESSION_ID,
    from: stateFlag("The state before (default: what the session began with)"),
    to: stateFlag("The state after (default: now)"),
  },
  async run(context, args) {
    const found = await (await context.client()).diffSession(args.id, {
      ...(args.from !== undefined && { from: args.from }),
      ...(args.to !== undefined && { to: args.to }),
    });
    context.result(found, () => {
      const lines = [
        ...found.added.map(({ name, preview }) => `+ ${printable(name)}: ${oneLine(preview)}`),
        ...found.removed.map(({ name, preview }) => `- ${printable(name)}: ${oneLine(preview)}`),
        ...found.changed.map(
          ({ name, before, after }) =>
            `~ ${printable(name)}: ${oneLine(before.preview)} → ${oneLine(after.preview)}`,
        ),
        ...(found.truncated ? ["There are more globals than are compared."] : []),
      ];
      return lines.length === 0 ? "No globals differ" : lines.join("\n");
    });
  },
});

export const sleep = command({
  name: "sleep",
  summary: "Take a session out of memory; its next execution wakes it",
  args: { id: SESSION_ID },
  async run(context, args) {
    const session = await (await context.client()).sleepSession(args.id);
    context.result(session, () => `Asleep session: ${session.id}`);
  },
});

export const wake = command({
  name: "wake",
  summary: "Take a session into memory, so that its next execution finds it there",
  args: { id: SESSION_ID },
  async run(context, args) {
    const session = await (await context.client()).wakeSession(args.id);
    context.result(session, () => `Awake session: ${session.id}`);
  },
});

/** A preview on a line of its own, safe for a terminal. */
const oneLine = (preview: string) => printable(preview.replace(/\s*\n\s*/g, " "));
