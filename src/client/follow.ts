import type { Execution, ExecutionEvent } from "../core/execution.ts";
import { type Fetch, send } from "./call.ts";
import { ApiError, UnreachableError } from "./errors.ts";
import { readServerSentEvents } from "./server-sent-events.ts";

export type FollowMessage =
  | { readonly type: "event"; readonly event: ExecutionEvent }
  | { readonly type: "end"; readonly execution: Execution };

/** A broken stream is taken up again this often without anything new coming. */
const RETRIES_MAX = 5;
const RETRY_DELAY_MS = 200;

/**
 * An execution's events from `afterSeq` on, as they come, then the ended execution.
 *
 * A stream that breaks is taken up after the last event seen: none is lost, none comes twice.
 *
 * @throws ApiError, UnreachableError; after `signal` aborts it just ends
 */
export async function* follow(
  serverUrl: string,
  fetch: Fetch,
  executionId: string,
  options: { afterSeq?: number | undefined; signal?: AbortSignal | undefined } = {},
): AsyncGenerator<FollowMessage> {
  const { signal } = options;
  let seq = options.afterSeq ?? 0;
  for (let retries = 0; ; retries++) {
    try {
      for await (const message of once(serverUrl, fetch, executionId, seq, signal)) {
        yield message;
        if (message.type === "end") return;
        seq = message.event.seq;
        retries = 0;
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof UnreachableError) || retries >= RETRIES_MAX) throw error;
    }
    if (signal?.aborted) return;
    if (retries >= RETRIES_MAX) throw new UnreachableError(serverUrl, "the event stream broke off");
    await Bun.sleep(RETRY_DELAY_MS * 2 ** retries);
  }
}

async function* once(
  serverUrl: string,
  fetch: Fetch,
  executionId: string,
  afterSeq: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<FollowMessage> {
  const response = await send(serverUrl, fetch, "GET /executions/:execution_id/events", {
    params: { execution_id: executionId },
    headers: { accept: "text/event-stream", "last-event-id": String(afterSeq) },
    signal,
  });
  try {
    for await (const { type, data } of readServerSentEvents(response.body!)) {
      const value = JSON.parse(data);
      if (type === "end") yield { type, execution: value };
      else if (type === "error") throw new ApiError(response.status, value.error);
      else yield { type: "event", event: value };
    }
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new UnreachableError(serverUrl, "the event stream broke off", error);
  }
}
