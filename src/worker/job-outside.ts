import { failPoint } from "../core/fail-point.ts";
import { LARGE_MEMORY_BYTES } from "../core/heap-work.ts";
import type { JobEvent } from "../core/ports/runner.ts";
import { discard } from "../engine/compress.ts";
import type { EngineOutside } from "../engine/engine-job.ts";
import { ModuleLoadError } from "../engine/loader-error.ts";
import type { DaemonChannel } from "./daemon-channel.ts";
import { type FromWorker, INLINE_DELTA_BYTES_MAX, type RunMessage } from "./protocol.ts";

/** Events wait this long for company: one message for all of a quick execution. */
const EVENT_WAIT_MS = 10;

/** How often a busy worker looks at what may have changed around it. */
const LOOK_MS = 25;

/** The image that came with a job. */
export interface InlineImage {
  readonly engine: string;
  readonly base: string;
  readonly heapBytes?: number;
  /** Deltas, oldest first. */
  readonly links: readonly Uint8Array[];
}

/** @param body  Of the message's frame. */
export function inlineOf({ image }: RunMessage, body: Uint8Array): InlineImage | undefined {
  if (!image) return undefined;
  let at = 0;
  const links = image.links.map((bytes) => {
    at += bytes;
    return body.subarray(at - bytes, at);
  });
  return { ...image, links };
}

/** What one job needs of the daemon, and what it has for it. */
export class JobOutside implements EngineOutside {
  /** Events that were not sent yet. */
  events: JobEvent[] = [];
  private waitingSinceMs = 0;
  private lookedMs = 0;
  private pieces: Uint8Array[] = [];
  private pieceBytes = 0;
  private byData = false;
  private linksLeft: (() => void) | undefined;
  private askedForImage = false;

  constructor(
    private readonly jobId: string,
    private readonly data: DaemonChannel,
    private readonly inline: InlineImage | undefined,
    private readonly send: (message: Exclude<FromWorker, { type: "ready" }>) => void,
    private readonly onLook: () => void,
    readonly isMemoryFull: (nextBytes: number) => boolean,
  ) {}

  image(): ReturnType<EngineOutside["image"]> {
    const { inline } = this;
    if (!inline) return this.askForImage();
    failPoint("worker.image");
    return { ...inline, links: inline.links.map((delta) => [delta]) };
  }

  private askForImage(): ReturnType<EngineOutside["image"]> {
    this.askedForImage = true;
    const { header } = this.data.ask({ op: "image", jobId: this.jobId });
    if (header.op !== "image")
      throw new ImageGone(header.op === "error" ? header.message : header.op);
    let unread = header.links.length;
    let asked = false;
    const { jobId } = this;
    const nextLink = function* (data: DaemonChannel): Generator<Uint8Array> {
      for (let last = false; !last; ) {
        const frame = asked ? data.read() : data.ask({ op: "links", jobId });
        asked = true;
        if (frame.header.op !== "link") throw new Error("the channel is out of step");
        last = frame.header.last;
        if (last) unread--;
        failPoint("worker.image");
        yield frame.body;
        discard(frame.body);
      }
    };
    const links = function* (data: DaemonChannel): Generator<Generator<Uint8Array>> {
      while (unread > 0) yield nextLink(data);
    };
    // A chain that turns out damaged leaves frames behind that the next answer must not begin with.
    this.linksLeft = () => {
      while (asked && unread > 0) for (const _ of nextLink(this.data));
    };
    return { ...header, links: links(this.data) };
  }

  base(digest: string): Uint8Array {
    const { header, body } = this.data.ask({ op: "base", digest });
    if (header.op !== "base") throw new ImageGone("the base image is not there");
    return body;
  }

  file(candidates: readonly string[]): { path: string; text: string } | null {
    const { header, body } = this.data.ask({ op: "file", jobId: this.jobId, candidates });
    if (header.op === "file") return { path: header.path, text: body.toString() };
    if (header.op === "error") throw new ModuleLoadError(header.message, header.code);
    return null;
  }

  event(event: JobEvent): void {
    if (this.events.length === 0) this.waitingSinceMs = performance.now();
    this.events.push(event);
    this.flushOld(performance.now());
  }

  poll(): void {
    const nowMs = performance.now();
    this.flushOld(nowMs);
    if (nowMs - this.lookedMs < LOOK_MS) return;
    this.lookedMs = nowMs;
    this.onLook();
  }

  guestBegins(): void {
    if (this.askedForImage) this.send({ type: "guest", jobId: this.jobId, runs: true });
  }

  guestEnded(memoryBytes: number): void {
    if (memoryBytes < LARGE_MEMORY_BYTES) return;
    this.send({ type: "guest", jobId: this.jobId, runs: false });
  }

  flush(): void {
    if (this.events.length === 0) return;
    const { events, jobId } = this;
    this.events = [];
    this.send({ type: "events", jobId, events });
  }

  delta(piece: Uint8Array, last: boolean): void {
    this.pieces.push(piece);
    this.pieceBytes += piece.length;
    if (this.pieceBytes > INLINE_DELTA_BYTES_MAX) this.byData = true;
    if (!this.byData) return;
    const { pieces } = this;
    this.pieces = [];
    for (const [index, each] of pieces.entries()) {
      failPoint("worker.delta");
      this.data.sendDelta(this.jobId, each, last && index === pieces.length - 1);
    }
  }

  /** The delta, unless it went before. */
  takeDelta(): { readonly delta: Uint8Array; readonly deltaByData: boolean } {
    if (this.byData) return { delta: new Uint8Array(0), deltaByData: true };
    // A buffer of its own: sending a view sends all of what it is a view of.
    const delta = new Uint8Array(this.pieceBytes);
    let at = 0;
    for (const piece of this.pieces) {
      delta.set(piece, at);
      at += piece.length;
    }
    return { delta, deltaByData: false };
  }

  /** At the end of the job, whatever became of it. */
  close(): void {
    this.linksLeft?.();
  }

  private flushOld(nowMs: number): void {
    if (this.events.length > 0 && nowMs - this.waitingSinceMs >= EVENT_WAIT_MS) this.flush();
  }
}

/** The daemon knows the reason, and ends the job itself. */
class ImageGone extends Error {}
