import { readSync, writeSync } from "node:fs";
import {
  DATA_CHUNK_BYTES_MAX,
  type DataRequest,
  type DataResponse,
  WORKER_DATA_FD,
} from "./protocol.ts";

const PREFIX_BYTES = 8;
const HEADER_BYTES_MAX = 16 * 1024 * 1024;

/** Between two looks at a descriptor that says "not now", milliseconds. */
const RETRY_MS = 0.05;

export interface Answer {
  readonly header: DataResponse;
  readonly body: Buffer;
}

/**
 * The worker's end of the data channel: asks and waits, on this thread, since a guest that is in the
 * middle of a `require` cannot wait for an event loop. The daemon's end is trusted.
 */
export class DataClient {
  constructor(private readonly fd: number = WORKER_DATA_FD) {}

  /** @throws Error when the daemon is gone */
  ask(request: DataRequest, body: Uint8Array = NOTHING): Answer {
    const header = Buffer.from(JSON.stringify(request));
    const head = Buffer.allocUnsafe(PREFIX_BYTES + header.length);
    head.writeUInt32LE(header.length, 0);
    head.writeUInt32LE(body.length, 4);
    head.set(header, PREFIX_BYTES);
    this.write(head);
    this.write(body);
    return this.read();
  }

  /** The next frame of an answer that has several. */
  read(): Answer {
    const prefix = this.readExactly(PREFIX_BYTES);
    const headerLength = prefix.readUInt32LE(0);
    const bodyLength = prefix.readUInt32LE(4);
    if (headerLength > HEADER_BYTES_MAX) throw new Error("the data channel is out of step");
    const header = JSON.parse(this.readExactly(headerLength).toString()) as DataResponse;
    return { header, body: this.readExactly(bodyLength) };
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

  private readExactly(length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    let at = 0;
    while (at < length) {
      const count = retrying(() => readSync(this.fd, bytes, at, length - at, null));
      if (count === 0) throw new Error("the data channel is closed");
      at += count;
    }
    return bytes;
  }

  private write(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      at += retrying(() => writeSync(this.fd, bytes, at, bytes.length - at));
    }
  }
}

const NOTHING = new Uint8Array(0);

/** The descriptor may be one that does not block. */
function retrying(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== "EAGAIN" && code !== "EINTR") throw error;
      Bun.sleepSync(RETRY_MS);
    }
  }
}
