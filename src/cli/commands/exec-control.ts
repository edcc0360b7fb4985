import type { Client } from "../../client/client.ts";
import { UnreachableError } from "../../client/errors.ts";
import type { Execution } from "../../core/execution.ts";
import { LIMITS } from "../../core/limits.ts";
import { command } from "../command.ts";
import { executionText } from "../execution-text.ts";
import { exitCodeOfExecution } from "../exit-code.ts";
import { printError } from "../output.ts";
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
      const ended = await withEvents(client, execution);
      context.result(ended, () => executionText(ended));
    }
    return exitCodeOfExecution(execution.status);
  },
});

/** A daemon that stops tells those who wait how the execution ended, and is gone then: that counts. */
async function withEvents(client: Client, execution: Execution): Promise<Execution> {
  try {
    return { ...execution, events: await allEvents(client, execution.id) };
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    printError(`Note: its events could not be read: ${error.message}.`);
    return execution;
  }
}

export const cancel = command({
  name: "cancel",
  summary: "End a running execution; its session is as it was before it",
  args: { id: EXECUTION_ID },
  async run(context, args) {
    const execution = await (await context.client()).cancelExecution(args.id);
    context.result(execution, () => `Cancelled execution: ${execution.id}`);
  },
});
