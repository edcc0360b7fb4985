import { connect, type Socket } from "bun";

const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH = Buffer.from("Content-Length: ");
const LENGTH_LOWER = Buffer.from("content-length: ");

export interface Answer {
  readonly status: number;
  /** Good until the next request of this connection. */
  readonly body: Buffer;
  readonly head: Buffer;
}

/**
 * One keep-alive connection, one request at a time, with as little work as it takes: on a small
 * machine the load and what is measured share the cores, so a full HTTP client would measure itself.
 */
export class HttpConnection {
  private socket!: Socket;
  private buffer = Buffer.allocUnsafe(64 * 1024);
  private filled = 0;
  private settle: PromiseWithResolvers<Answer> | undefined;

  static async open(url: string): Promise<HttpConnection> {
    const { hostname, port } = new URL(url);
    const made = new HttpConnection();
    made.socket = await connect({
      hostname,
      port: Number(port),
      socket: {
        data: (_, piece) => made.receive(piece),
        close: () => made.fail(new Error("the connection was closed")),
        error: (_, error) => made.fail(error),
      },
    });
    return made;
  }

  send(request: Uint8Array): Promise<Answer> {
    this.filled = 0;
    this.settle = Promise.withResolvers<Answer>();
    const { promise } = this.settle;
    const sent = this.socket.write(request);
    if (sent < request.byteLength) this.fail(new Error("the request does not fit the socket"));
    return promise;
  }

  close(): void {
    this.fail(new Error("the connection was closed"));
    this.socket.end();
  }

  private receive(piece: Buffer): void {
    if (this.filled + piece.length > this.buffer.length) {
      const larger = Buffer.allocUnsafe((this.filled + piece.length) * 2);
      this.buffer.copy(larger, 0, 0, this.filled);
      this.buffer = larger;
    }
    piece.copy(this.buffer, this.filled);
    this.filled += piece.length;
    const received = this.buffer.subarray(0, this.filled);
    const headEnd = received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const end = headEnd + HEAD_END.length + lengthOf(received);
    if (this.filled < end) return;
    const { settle } = this;
    this.settle = undefined;
    settle?.resolve({
      status: Number(received.toString("latin1", 9, 12)),
      head: received.subarray(0, headEnd),
      body: received.subarray(headEnd + HEAD_END.length, end),
    });
  }

  private fail(error: Error): void {
    this.settle?.reject(error);
    this.settle = undefined;
  }
}

function lengthOf(received: Buffer): number {
  let at = received.indexOf(LENGTH);
  if (at < 0) at = received.indexOf(LENGTH_LOWER);
  return at < 0 ? 0 : Number.parseInt(received.toString("latin1", at + LENGTH.length, at + 32), 10);
}

/** A POST of JSON, as bytes to send again and again. */
export function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Uint8Array {
  const text = JSON.stringify(body);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
      `${lines.join("")}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

export const get = (path: string): Uint8Array =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
