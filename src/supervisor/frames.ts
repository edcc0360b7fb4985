/**
 * Frames of the data channel, as worker/protocol.ts describes them: two u32 lengths, a JSON header,
 * a body. Reading is bounded before anything is kept: a worker may lie about a length.
 */
const PREFIX_BYTES = 8;

/** Room for the longest list of candidates that a resolver makes. */
export const FRAME_HEADER_BYTES_MAX = 1024 * 1024;

export interface Frame {
  readonly header: unknown;
  readonly body: Uint8Array;
}

export function encodeFrame(header: object, body: Uint8Array = new Uint8Array(0)): Uint8Array[] {
  const text = Buffer.from(JSON.stringify(header), "utf8");
  const head = Buffer.allocUnsafe(PREFIX_BYTES + text.byteLength);
  head.writeUInt32LE(text.byteLength, 0);
  head.writeUInt32LE(body.byteLength, 4);
  text.copy(head, PREFIX_BYTES);
  return body.byteLength === 0 ? [head] : [head, body];
}

/** Puts pieces of a stream together again. */
export class FrameReader {
  private pending: Buffer = Buffer.alloc(0);
  private filled = 0;

  constructor(private readonly bodyBytesMax: number) {}

  /** Adds what came. @throws Error on a frame over the bounds, or a header that is no JSON */
  *read(piece: Uint8Array): Generator<Frame> {
    this.append(piece);
    for (;;) {
      if (this.filled < PREFIX_BYTES) return;
      const headerBytes = this.pending.readUInt32LE(0);
      const bodyBytes = this.pending.readUInt32LE(4);
      if (headerBytes > FRAME_HEADER_BYTES_MAX) throw new Error("a frame's header is too long");
      if (bodyBytes > this.bodyBytesMax) throw new Error("a frame's body is too long");
      const total = PREFIX_BYTES + headerBytes + bodyBytes;
      if (this.filled < total) {
        this.reserve(total);
        return;
      }
      const bodyAt = PREFIX_BYTES + headerBytes;
      const header: unknown = JSON.parse(this.pending.toString("utf8", PREFIX_BYTES, bodyAt));
      const body = this.pending.subarray(bodyAt, total);
      // What is handed out keeps this buffer; the rest moves on.
      const rest = this.pending.subarray(total, this.filled);
      this.pending = Buffer.from(rest);
      this.filled = rest.byteLength;
      yield { header, body };
    }
  }

  private append(piece: Uint8Array): void {
    this.reserve(this.filled + piece.byteLength);
    this.pending.set(piece, this.filled);
    this.filled += piece.byteLength;
  }

  private reserve(bytes: number): void {
    if (this.pending.byteLength >= bytes) return;
    const larger = Buffer.allocUnsafe(bytes);
    this.pending.copy(larger, 0, 0, this.filled);
    this.pending = larger;
  }
}
