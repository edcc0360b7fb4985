import { readServerSentEvents } from "../../src/client/server-sent-events.ts";
import type { ExecutionBody } from "../harness/binary.ts";

type Event = ExecutionBody["events"][number];

/** A reader of an execution's event stream that is cut off, and comes back. */
export class Reader {
  readonly events: Event[] = [];
  end: { status: string; error?: { code?: string } } | undefined;
  /** What a reader must never see. */
  readonly wrong: string[] = [];

  constructor(
    readonly executionId: string,
    readonly url: () => string,
  ) {}

  /**
   * Reads until the stream ends, breaks, or `eventsMax` events more have come.
   *
   * @returns Whether the terminal event has come.
   */
  async read(eventsMax = Infinity): Promise<boolean> {
    const hangUp = new AbortController();
    let left = eventsMax;
    try {
      const response = await fetch(`${this.url()}/api/v1/executions/${this.executionId}/events`, {
        headers: {
          accept: "text/event-stream",
          "last-event-id": String(this.events.at(-1)?.seq ?? 0),
        },
        keepalive: false,
        signal: hangUp.signal,
      });
      if (!response.ok) {
        this.wrong.push(`${this.executionId}: ${response.status} ${await response.text()}`);
        return false;
      }
      for await (const { type, data } of readServerSentEvents(response.body!)) {
        this.take(type, JSON.parse(data));
        if (this.end) break;
        if (--left <= 0) break;
      }
    } catch {
      // It was cut off: the caller comes back.
    } finally {
      hangUp.abort();
    }
    return this.end !== undefined;
  }

  private take(type: string, value: Event & { status: string }): void {
    if (type === "end") {
      this.end = value;
      if (value.status === "running") this.wrong.push(`${this.executionId}: ended as running`);
      return;
    }
    if (type === "error") {
      this.wrong.push(`${this.executionId}: ${JSON.stringify(value)}`);
      return;
    }
    const expected = (this.events.at(-1)?.seq ?? 0) + 1;
    if (value.seq !== expected) {
      this.wrong.push(`${this.executionId}: event ${value.seq} came where ${expected} was due`);
    }
    this.events.push(value);
  }
}
