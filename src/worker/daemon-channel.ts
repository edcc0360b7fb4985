import { readSync, writeSync } from "node:fs";
import { libc } from "../modules/libc.ts";
import {
  DATA_CHUNK_BYTES_MAX,
  type DataRequest,
  type DataResponse,
  type FromWorker,
  type ToWorker,
  WORKER_CHANNEL_FD,
} from "./protocol.ts";

const PREFIX_BYTES = 8;
const HEADER_BYTES_MAX = 256 * 1024 * 1024;

/** What one read takes at most beyond what is waited for: most often a whole message. */
const BUFFER_BYTES = 64 * 1024;

/** Between two looks at a descriptor that says "not now", milliseconds. */
const RETRY_MS = 0.05;

export interface Answer {
  readonly header: DataResponse;
  readonly body: Buffer<ArrayBuffer>;
}

export interface Message {
  readonly message: ToWorker;
  readonly body: Buffer<ArrayBuffer>;
}

/** The daemon has gone. */
export class ChannelClosed extends Error {}

/**
 * The worker's end of the channel: reads and waits, on this thread, since a guest that is in the
 * middle of a `require` cannot wait for an event loop. The daemon's end is trusted.
 */
export class DaemonChannel {
  /** Messages that came while an answer was waited for. */
  private readonly early: Message[] = [];
  /** What was read ahead lies between `start` and `end`. */
  private readonly buffer: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  private start = 0;
  private end = 0;

  constructor(private readonly fd: number = WORKER_CHANNEL_FD) {}

  /**
   * Whether there is something to read, or comes within that time. Where the system cannot be asked,
   * it is said that there is.
   */
  hasNews(ms: number): boolean {
    if (this.early.length > 0 || this.end > this.start) return true;
    const asked = new Int32Array([this.fd, POLLIN]);
    return libc()?.poll(asked, 1n, ms) !== 0;
  }

  /** The next message; waits for it. @throws ChannelClosed */
  next(): Message {
    const early = this.early.shift();
    if (early) return early;
    const { header, body } = this.readFrame();
    return { message: header as ToWorker, body };
  }

  /** @throws ChannelClosed */
  tell(message: FromWorker, body?: Uint8Array): void {
    this.write(message, body);
  }

  /** @throws ChannelClosed */
  ask(request: DataRequest, body?: Uint8Array): Answer {
    this.write(request, body);
    return this.read();
  }

  /** The next frame of an answer that has several. @throws ChannelClosed */
  read(): Answer {
    for (;;) {
      const { header, body } = this.readFrame();
      if ("op" in header) return { header, body };
      this.early.push({ message: header, body });
    }
  }

  /** Sends a delta's piece, in as many frames as it takes. */
  sendDelta(jobId: string, piece: Uint8Array, last: boolean): void {
    for (let at = 0; ; at += DATA_CHUNK_BYTES_MAX) {
      const chunk = piece.subarray(at, at + DATA_CHUNK_BYTES_MAX);
      const isEnd = at + DATA_CHUNK_BYTES_MAX >= piece.length;
      this.ask({ op: "delta", jobId, last: last && isEnd }, chunk);
      if (isEnd) return;
    }
  }

  private readFrame(): { header: DataResponse | ToWorker; body: Buffer<ArrayBuffer> } {
    const prefix = this.take(PREFIX_BYTES);
    const headerBytes = prefix.readUInt32LE(0);
    const bodyBytes = prefix.readUInt32LE(4);
    if (headerBytes > HEADER_BYTES_MAX) throw new Error("the channel is out of step");
    const header = JSON.parse(this.take(headerBytes).toString());
    return { header, body: bodyBytes === 0 ? NOTHING : this.takeOwn(bodyBytes) };
  }

  /** So many bytes, good until the next of these calls. */
  private take(bytes: number): Buffer<ArrayBuffer> {
    if (bytes > BUFFER_BYTES) return this.takeOwn(bytes);
    const { buffer } = this;
    if (this.start + bytes > BUFFER_BYTES) {
      buffer.copyWithin(0, this.start, this.end);
      this.end -= this.start;
      this.start = 0;
    }
    while (this.end - this.start < bytes) this.end += this.readInto(buffer, this.end);
    const { start } = this;
    this.start += bytes;
    const taken = buffer.subarray(start, this.start);
    if (this.start === this.end) this.start = this.end = 0;
    return taken;
  }

  /** So many bytes, the caller's. */
  private takeOwn(bytes: number): Buffer<ArrayBuffer> {
    const own = Buffer.allocUnsafeSlow(bytes);
    const ahead = Math.min(bytes, this.end - this.start);
    this.buffer.copy(own, 0, this.start, this.start + ahead);
    this.start += ahead;
    if (this.start === this.end) this.start = this.end = 0;
    for (let filled = ahead; filled < bytes; ) filled += this.readInto(own, filled);
    return own;
  }

  private readInto(buffer: Buffer, at: number): number {
    const count = retrying(() => readSync(this.fd, buffer, at, buffer.length - at, null));
    if (count === 0) throw new ChannelClosed("the channel is closed");
    return count;
  }

  private write(header: FromWorker | DataRequest, body: Uint8Array = NOTHING): void {
    const text = JSON.stringify(header);
    const headerBytes = Buffer.byteLength(text);
    const frame = Buffer.allocUnsafe(PREFIX_BYTES + headerBytes + body.length);
    frame.writeUInt32LE(headerBytes, 0);
    frame.writeUInt32LE(body.length, 4);
    frame.write(text, PREFIX_BYTES);
    frame.set(body, PREFIX_BYTES + headerBytes);
    for (let at = 0; at < frame.length; ) {
      at += retrying(() => writeSync(this.fd, frame, at, frame.length - at));
    }
  }
}

/** `events` of a struct pollfd. */
const POLLIN = 1;

const NOTHING: Buffer<ArrayBuffer> = Buffer.alloc(0);

/** The descriptor may be one that does not block. */
function retrying(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "EPIPE" || code === "ECONNRESET") throw new ChannelClosed(code);
      if (code !== "EAGAIN" && code !== "EINTR") throw error;
      Bun.sleepSync(RETRY_MS);
    }
  }
}
