import type { Client } from "../../client/client.ts";
import type { Execution } from "../../core/execution.ts";
import { command } from "../command.ts";
import type { Context } from "../context.ts";
import { executionText } from "../execution-text.ts";
import { exitCodeOfExecution } from "../exit-code.ts";
import { readStdin } from "../stdin.ts";
import { UsageError } from "../usage-error.ts";
import { SESSION_ID, stateFlag } from "./arguments.ts";

const DETACH = {
  type: "boolean",
  description: "Do not wait for the end; see `exec wait`, `exec events --follow`, `exec cancel`",
} as const;

const DRY_RUN = {
  "dry-run": {
    type: "boolean",
    description: "Leave the session as it was before",
  },
  at: stateFlag("With --dry-run: the past state to run in"),
} as const;

export const repl = command({
  name: "repl",
  summary: "Run a snippet in a session",
  examples: [
    "vm-system exec repl SESSION '6 * 7'",
    "echo '6 * 7' | vm-system exec repl SESSION -",
    "vm-system exec repl SESSION 'total' --dry-run --at EXECUTION",
  ],
  args: {
    session: SESSION_ID,
    code: {
      type: "positional",
      required: true,
      description: "JavaScript; `-` reads it from stdin",
      mayBeEmpty: true,
    },
    ...DRY_RUN,
    detach: DETACH,
  },
  async run(context, args) {
    const mode = dryRunOf(args["dry-run"], args.at);
    const input = args.code === "-" ? await readStdin() : args.code;
    return runIn(context, args.session, args.detach === true, (client, wait) =>
      client.repl({ session_id: args.session, input, ...mode, ...wait }),
    );
  },
});

export const runFile = command({
  name: "run-file",
  summary: "Run a file of the session's worktree",
  examples: ["vm-system exec run-file SESSION report.js --args '{\"month\": 11}'"],
  args: {
    session: SESSION_ID,
    path: {
      type: "positional",
      required: true,
      description: "The file, relative to the session's worktree",
    },
    args: {
      type: "string",
      valueHint: "JSON",
      description: "The object that the file sees as `__ARGS__`",
      jsonObject: true,
    },
    env: {
      type: "string",
      valueHint: "JSON",
      description: "The object that the file sees as `__ENV__`",
      jsonObject: true,
    },
    ...DRY_RUN,
    detach: DETACH,
  },
  async run(context, args) {
    const mode = dryRunOf(args["dry-run"], args.at);
    const object = (text: string) => JSON.parse(text) as Record<string, unknown>;
    return runIn(context, args.session, args.detach === true, (client, wait) =>
      client.runFile({
        session_id: args.session,
        path: args.path,
        ...(args.args !== undefined && { args: object(args.args) }),
        ...(args.env !== undefined && { env: object(args.env) }),
        ...mode,
        ...wait,
      }),
    );
  },
});

/** @throws UsageError */
function dryRunOf(dryRun: boolean | undefined, at: string | undefined) {
  if (at !== undefined && !dryRun) {
    throw new UsageError(
      "--at needs --dry-run: a past state can be looked at, not changed",
      "To go on from there, see `vm-system session fork --help` and `vm-system session rewind --help`.",
    );
  }
  return { ...(dryRun ? { commit: false } : {}), ...(at === undefined ? {} : { at }) };
}

/** Prints the execution; while it runs, its console lines. @returns the exit code of its status */
async function runIn(
  context: Context,
  sessionId: string,
  detach: boolean,
  send: (client: Client, wait: { wait?: false }) => Promise<Execution>,
): Promise<number> {
  const client = await context.client();
  const execution = detach
    ? await send(client, { wait: false })
    : await attended(context, client, sessionId, () => send(client, {}));
  context.result(execution, () => executionText(execution));
  return exitCodeOfExecution(execution.status);
}

/** Most executions end at once; what attends the others is loaded only for them. */
async function attended(
  context: Context,
  client: Client,
  sessionId: string,
  send: () => Promise<Execution>,
): Promise<Execution> {
  // Ctrl-C so soon would end this process alone, and the execution would go on.
  let interrupted = false;
  const onInterrupt = () => {
    interrupted = true;
  };
  process.on("SIGINT", onInterrupt);
  try {
    const answer = send();
    const quick = await Promise.race([answer, Bun.sleep(ATTEND_AFTER_MS)]);
    if (quick) return quick;
    const { attend } = await import("../attend.ts");
    return await attend({ client, sessionId, answer, quiet: context.globals.json, interrupted });
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

/** Soon enough that a person sees lines as they come, late enough to cost quick calls nothing. */
const ATTEND_AFTER_MS = 100;
