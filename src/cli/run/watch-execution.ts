import type { Execution, ExecutionEvent } from "../../core/execution.ts";

/** What is needed of whoever runs an execution, this process or a daemon, to stay with it. */
export interface Follower {
  /** Its events as they come, then the ended execution. */
  follow(executionId: string, signal: AbortSignal): AsyncIterable<FollowMessage>;
  cancel(executionId: string): Promise<unknown>;
}

export type FollowMessage =
  | { readonly type: "event"; readonly event: ExecutionEvent }
  | { readonly type: "end"; readonly execution: Execution };

/**
 * Stays with an execution until it has ended; Ctrl-C and SIGTERM cancel it meanwhile.
 *
 * @param begin  Starts it.
 * @param onEvent  Called for each event as it comes.
 * @param options.secondSignalLeaves  A second signal ends this process, and so does a first one before
 *   the execution has begun.
 * @returns The ended execution, with its events.
 */
export async function watchExecution(
  follower: Follower,
  begin: () => Promise<Execution>,
  onEvent: (event: ExecutionEvent) => void,
  { secondSignalLeaves }: { secondSignalLeaves: boolean },
): Promise<Execution> {
  const left = new AbortController();
  let executionId: string | undefined;
  let signals = 0;
  const cancel = (id: string) => {
    // It may have ended meanwhile: then its end tells.
    follower.cancel(id).catch(() => {});
  };
  const onSignal = () => {
    signals++;
    const leaves = secondSignalLeaves && (signals > 1 || executionId === undefined);
    if (leaves) process.exit(CANCELLED);
    if (executionId !== undefined) cancel(executionId);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    const { id } = await begin();
    executionId = id;
    if (signals > 0) cancel(id);
    const events: ExecutionEvent[] = [];
    for await (const message of follower.follow(id, left.signal)) {
      if (message.type === "end") return { ...message.execution, events };
      events.push(message.event);
      onEvent(message.event);
    }
    throw new Error("the execution's events ended before it did");
  } finally {
    left.abort();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

const CANCELLED = 130;
