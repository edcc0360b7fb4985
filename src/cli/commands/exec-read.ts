import type { Client } from "../../client/client.ts";
import type { Execution, ExecutionEvent } from "../../core/execution.ts";
import { LIMITS } from "../../core/limits.ts";
import { command } from "../command.ts";
import { eventLine, outcomeLines, shortened } from "../execution-text.ts";
import { fields, print, printJson, shortTime, table } from "../output.ts";
import { EXECUTION_ID, SESSION_ID } from "./arguments.ts";

export const list = command({
  name: "list",
  summary: "List a session's executions, newest first",
  args: {
    session: SESSION_ID,
    limit: {
      type: "string",
      valueHint: "N",
      default: `${LIMITS.executionPageRows}`,
      description: "At most this many",
      integer: { min: 1, max: LIMITS.pageRowsMax },
    },
  },
  async run(context, args) {
    const client = await context.client();
    const executions = await client.listExecutions(args.session, Number(args.limit));
    context.result(executions, () =>
      executions.length === 0
        ? "No executions found"
        : table(
            ["ID", "Kind", "Status", "Duration", "Started", "What"],
            executions.map((execution) => [
              execution.id,
              execution.kind,
              statusText(execution),
              durationText(execution),
              shortTime(execution.started_at),
              shortened(execution.path ?? execution.input ?? ""),
            ]),
          ),
    );
  },
});

export const get = command({
  name: "get",
  summary: "Show an execution",
  args: { id: EXECUTION_ID },
  async run(context, args) {
    const execution = await (await context.client()).getExecution(args.id);
    context.result(execution, () =>
      [
        fields([
          ["Execution ID", execution.id],
          ["Session ID", execution.session_id],
          ["Kind", execution.kind],
          ["Input", execution.input],
          ["Path", execution.path],
          ["Status", execution.status],
          ["Dry Run", execution.dry_run ? "yes" : undefined],
          ["At Execution", execution.at_execution_id],
          ["Undone", execution.undone_at],
          ["Started", execution.started_at],
          ["Ended", execution.ended_at],
          ["Duration", execution.ended_at && durationText(execution)],
        ]),
        ...outcomeLines(execution),
      ].join("\n"),
    );
  },
});

export const events = command({
  name: "events",
  summary: "Show an execution's events",
  args: {
    id: EXECUTION_ID,
    "after-seq": {
      type: "string",
      valueHint: "N",
      default: "0",
      description: "Only events after this one",
      integer: { min: 0 },
    },
    follow: {
      type: "boolean",
      description: "Stay until the execution ends, and print each event as it comes",
    },
  },
  async run(context, args) {
    const client = await context.client();
    const afterSeq = Number(args["after-seq"]);
    if (args.follow) {
      const write = context.globals.json ? printJson : printEvent;
      for await (const message of client.followEvents(args.id, { afterSeq })) {
        if (message.type === "event") write(message.event);
      }
      return;
    }
    const found = await allEvents(client, args.id, afterSeq);
    context.result(found, () =>
      found.length === 0 ? "No events found" : found.map(eventLine).join("\n"),
    );
  },
});

const printEvent = (event: ExecutionEvent) => print(eventLine(event));

/** Page by page: an execution may have more events than one answer holds. */
export async function allEvents(
  client: Client,
  id: string,
  afterSeq = 0,
): Promise<ExecutionEvent[]> {
  const found: ExecutionEvent[] = [];
  for (;;) {
    const after = found.at(-1)?.seq ?? afterSeq;
    const page = await client.listEvents(id, { afterSeq: after, limit: LIMITS.pageRowsMax });
    found.push(...page);
    if (page.length < LIMITS.pageRowsMax) return found;
  }
}

/** What became of it since, where that matters. */
const statusText = ({ status, undone_at, dry_run }: Execution) =>
  `${status}${undone_at === undefined ? "" : ", undone"}${dry_run ? ", dry run" : ""}`;

/** Unknown: it ran until the daemon stopped, and its end is only when a later one found it. */
function durationText({ status, metrics }: Execution): string {
  if (status === "running") return "-";
  return metrics.duration_ms === undefined ? "unknown" : `${metrics.duration_ms.toFixed(1)} ms`;
}
