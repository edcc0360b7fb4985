import type { Client } from "../client/client.ts";
import type { Execution, ExecutionEvent } from "../core/execution.ts";
import { printableLines, printError } from "./output.ts";

/**
 * Stays with an execution that takes its time: shows its console lines on stderr as they come, and
 * Ctrl-C cancels it. The answer of the request stays what counts: whatever fails here is let go.
 *
 * @param quiet  Shows nothing (`--json`), cancels all the same.
 * @param interrupted  Ctrl-C came already.
 */
export async function attend(options: {
  client: Client;
  sessionId: string;
  answer: Promise<Execution>;
  quiet: boolean;
  interrupted: boolean;
}): Promise<Execution> {
  const { client, sessionId, answer, quiet, interrupted } = options;
  const ended = new AbortController();
  const running = findRunning(client, sessionId, ended.signal).catch(() => undefined);

  let interrupts = 0;
  const onInterrupt = () => {
    // A second Ctrl-C means: do not wait for the daemon either.
    if (++interrupts > 1) process.exit(130);
    if (!quiet) printError("Cancelling …");
    void running
      .then((execution) => execution && client.cancelExecution(execution.id))
      .catch(ignore);
  };
  process.on("SIGINT", onInterrupt);
  if (interrupted) onInterrupt();
  if (!quiet)
    void running
      .then((execution) => execution && show(client, execution, ended.signal))
      .catch(ignore);
  try {
    return await answer;
  } finally {
    ended.abort();
    process.off("SIGINT", onInterrupt);
  }
}

/**
 * The execution that the unanswered request started. A session runs one at a time and refuses
 * others at once, so the one that runs while our request waits is ours.
 */
async function findRunning(
  client: Client,
  sessionId: string,
  ended: AbortSignal,
): Promise<Execution | undefined> {
  while (!ended.aborted) {
    const [newest] = await client.listExecutions(sessionId, 1);
    if (newest?.status === "running") return newest;
    await Bun.sleep(FIND_AGAIN_MS);
  }
  return undefined;
}

async function show(client: Client, execution: Execution, ended: AbortSignal): Promise<void> {
  for await (const message of client.followEvents(execution.id, { signal: ended })) {
    if (message.type === "event") showConsole(message.event);
  }
}

function showConsole(event: ExecutionEvent): void {
  if (event.type !== "console") return;
  const { text } = event.payload as { text?: unknown };
  printError(printableLines(String(text)));
}

const ignore = () => {};

/** While the request waits for a worker there is no running execution yet. */
const FIND_AGAIN_MS = 100;
