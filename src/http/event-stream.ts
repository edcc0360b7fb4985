import type { FollowItem } from "../core/execution-service.ts";
import { LIMITS } from "../core/limits.ts";

/**
 * An execution's events as server-sent events: `id` is the seq, so that a reader which comes back
 * with Last-Event-ID goes on where it was. The last one is `end`, with the ended execution; or
 * `error`, with the error envelope, where the stream broke midway: the status is long sent by then.
 */
export function eventStream(
  follow: (signal: AbortSignal) => AsyncIterable<FollowItem>,
  describeFailure: (thrown: unknown) => unknown,
  heartbeatMs: number = LIMITS.heartbeatMs,
): Response {
  const hangUp = new AbortController();
  const items = follow(hangUp.signal)[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<FollowItem>> | undefined;

  const body = new ReadableStream<string>({
    // One item per pull: a reader that does not read holds nothing up and piles nothing up.
    async pull(controller) {
      next ??= items.next();
      try {
        const step = await within(next, heartbeatMs);
        if (step === "late") return controller.enqueue(": heartbeat\n\n");
        next = undefined;
        // Nobody reads on: the stream is closed.
        if (hangUp.signal.aborted) return;
        if (step.done) return controller.close();
        controller.enqueue(frameOf(step.value));
        if (step.value.type === "end") controller.close();
      } catch (thrown) {
        if (hangUp.signal.aborted) return;
        controller.enqueue(`event: error\ndata: ${JSON.stringify(describeFailure(thrown))}\n\n`);
        controller.close();
      }
    },
    cancel() {
      hangUp.abort();
      return items.return?.(undefined).then(() => {});
    },
  });
  return new Response(body.pipeThrough(new TextEncoderStream()), {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    },
  });
}

/** JSON has no line breaks, so one `data` line holds it. */
function frameOf(item: FollowItem): string {
  if (item.type === "end") return `event: end\ndata: ${JSON.stringify(item.execution)}\n\n`;
  const { event } = item;
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | "late"> {
  let timer: Timer | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, timeoutMs, "late");
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
