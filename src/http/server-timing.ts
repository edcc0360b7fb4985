import type { TimingSink } from "../core/timing.ts";

/** What a client asks with and is answered in: `Server-Timing: ?1` gets `Server-Timing: http;dur=0.1, …`. */
const HEADER = "server-timing";
const ASKED = "?1";

/** Where the time of one request goes, for a client that asks: nothing is measured for others. */
export class ServerTiming {
  readonly take: TimingSink = (name, ms) => {
    this.spans.push([name, ms]);
  };
  private readonly startedMs = performance.now();
  private readonly spans: [name: string, ms: number][] = [];

  static of(request: Request): ServerTiming | undefined {
    return request.headers.get(HEADER) === ASKED ? new ServerTiming() : undefined;
  }

  /** `http` is what no other span has: reading, checking and answering the request. */
  write(headers: Headers): void {
    const totalMs = performance.now() - this.startedMs;
    const httpMs = this.spans.reduce((left, [, ms]) => left - ms, totalMs);
    const all = [
      ["http", Math.max(0, httpMs)] as const,
      ...this.spans,
      ["total", totalMs] as const,
    ];
    headers.set(HEADER, all.map(([name, ms]) => `${name};dur=${ms.toFixed(3)}`).join(", "));
  }
}
