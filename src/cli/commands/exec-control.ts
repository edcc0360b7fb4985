import { LIMITS } from "../../core/limits.ts";
import { command } from "../command.ts";
import { executionText } from "../execution-text.ts";
import { exitCodeOfExecution } from "../exit-code.ts";
import { EXECUTION_ID } from "./arguments.ts";
import { allEvents } from "./exec-read.ts";

export const wait = command({
  name: "wait",
  summary: "Wait until an execution has ended, and print it with its events",
  args: { id: EXECUTION_ID },
  async run(context, args) {
    const client = await context.client();
    let execution = await client.getExecution(args.id, { waitMs: LIMITS.waitMsMax });
    while (execution.status === "running") {
      execution = await client.getExecution(args.id, { waitMs: LIMITS.waitMsMax });
    }
    if (context.globals.json) {
      context.result(execution, () => "");
    } else {
      const ended = { ...execution, events: await allEvents(client, args.id) };
      context.result(ended, () => executionText(ended));
    }
    return exitCodeOfExecution(execution.status);
  },
});

export const cancel = command({
  name: "cancel",
  summary: "End a running execution; its session is as it was before it",
  args: { id: EXECUTION_ID },
  async run(context, args) {
    const execution = await (await context.client()).cancelExecution(args.id);
    context.result(execution, () => `Cancelled execution: ${execution.id}`);
  },
});
