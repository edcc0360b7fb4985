/**
 * Frames of a worker's channel, as worker/protocol.ts describes them: two u32 lengths, a JSON header,
 * a body. Reading is bounded before anything is kept: a worker may lie about a length.
 */
const PREFIX_BYTES = 8;

/** A body that is copied behind its header, so that both go out at once. */
const JOINED_BYTES_MAX = 64 * 1024;

export interface Frame {
  readonly header: unknown;
  readonly body: Uint8Array;
}

export interface FrameBounds {
  /** Of the next header, bytes. */
  headerBytesMax(): number;
  readonly bodyBytesMax: number;
}

const NOTHING = new Uint8Array(0);
const EMPTY = Buffer.alloc(0);

/** @returns Pieces to be written one after another */
export function encodeFrame(header: object, body: Uint8Array = NOTHING): Uint8Array[] {
  const text = JSON.stringify(header);
  const headerBytes = Buffer.byteLength(text);
  const isJoined = body.byteLength <= JOINED_BYTES_MAX;
  const bodyAt = PREFIX_BYTES + headerBytes;
  const head = Buffer.allocUnsafe(isJoined ? bodyAt + body.byteLength : bodyAt);
  head.writeUInt32LE(headerBytes, 0);
  head.writeUInt32LE(body.byteLength, 4);
  head.write(text, PREFIX_BYTES);
  if (!isJoined) return [head, body];
  head.set(body, bodyAt);
  return [head];
}

/** Puts pieces of a stream together again. */
export class FrameReader {
  /** What came of a frame that is not whole, with room for more. */
  private pending: Buffer = EMPTY;
  private filled = 0;

  constructor(private readonly bounds: FrameBounds) {}

  /**
   * Adds what came, which the frames go on using.
   *
   * @throws Error on a frame over the bounds, or a header that is no JSON
   */
  *read(piece: Uint8Array): Generator<Frame> {
    let bytes = this.joined(piece);
    for (;;) {
      const total = bytes.byteLength < PREFIX_BYTES ? PREFIX_BYTES : this.frameBytes(bytes);
      if (bytes.byteLength < total) {
        this.keep(bytes, total);
        return;
      }
      const bodyAt = PREFIX_BYTES + bytes.readUInt32LE(0);
      const header: unknown = JSON.parse(bytes.toString("utf8", PREFIX_BYTES, bodyAt));
      const body = bytes.subarray(bodyAt, total);
      bytes = bytes.subarray(total);
      yield { header, body };
    }
  }

  private frameBytes(bytes: Buffer): number {
    const headerBytes = bytes.readUInt32LE(0);
    const bodyBytes = bytes.readUInt32LE(4);
    if (headerBytes > this.bounds.headerBytesMax()) {
      throw new Error("a frame's header is too long");
    }
    if (bodyBytes > this.bounds.bodyBytesMax) throw new Error("a frame's body is too long");
    return PREFIX_BYTES + headerBytes + bodyBytes;
  }

  private joined(piece: Uint8Array): Buffer {
    const { filled } = this;
    if (filled === 0) return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    this.reserve(filled + piece.byteLength);
    this.pending.set(piece, filled);
    this.filled = 0;
    return this.pending.subarray(0, filled + piece.byteLength);
  }

  /** For the next piece; most often all of it is in `pending` already. */
  private keep(bytes: Buffer, total: number): void {
    const { pending } = this;
    this.filled = bytes.byteLength;
    if (this.filled === 0) {
      this.pending = EMPTY;
      return;
    }
    if (bytes.buffer === pending.buffer && bytes.byteOffset === pending.byteOffset) {
      this.reserve(total);
      return;
    }
    // Frames that were handed out may use the old one.
    this.pending = Buffer.allocUnsafeSlow(total);
    this.pending.set(bytes);
  }

  private reserve(bytes: number): void {
    if (this.pending.byteLength >= bytes) return;
    const larger = Buffer.allocUnsafeSlow(bytes);
    this.pending.copy(larger, 0, 0, this.filled);
    this.pending = larger;
  }
}
