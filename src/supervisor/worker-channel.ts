import type { FdSocketOptions, Socket } from "bun";
import { VmError } from "../core/errors.ts";
import { failPoint } from "../core/fail-point.ts";
import { LIMITS } from "../core/limits.ts";
import type { ImageChain } from "../core/ports/checkpoint-store.ts";
import {
  DATA_CHUNK_BYTES_MAX,
  type DataRequest,
  type DataResponse,
  type ToWorker,
} from "../worker/protocol.ts";
import { encodeFrame, type Frame, FrameReader } from "./frames.ts";

/** What the worker's current job lets it ask for. */
export interface DataJob {
  readonly id: string;
  readonly worktreePath: string;
  readonly deltaBytesMax: number;
  /** Of one message about it, bytes. */
  readonly messageBytesMax: number;
  loadImage(): Promise<ImageChain>;
  /** A base image that the job brings; undefined: it is to be looked for elsewhere. */
  loadBase?(digest: string): Promise<Uint8Array | undefined>;
  /** A chunk of the job's delta has come. */
  onDelta(chunk: Uint8Array, last: boolean): void;
  /** The daemon could not give what the job needs, through no fault of the guest. */
  onFault(error: unknown): void;
}

export interface DataSources {
  /**
   * The first of the candidates (relative to the worktree) that is a regular file inside it, read
   * without a race; `path` is where its links lead. Errors carry `code`: EACCES, EFBIG …
   */
  readFile(
    worktreePath: string,
    candidates: readonly string[],
  ): Promise<{ path: string; bytes: Uint8Array } | undefined>;
  /** A base image of this program or an earlier one. */
  getBase(digest: string): Promise<Uint8Array | undefined>;
  /** The daemon's own database, or `:memory:`: workers keep guests from its files. */
  readonly databasePath?: string;
}

export interface WorkerChannelOptions {
  /** Owned by the channel from here on. */
  readonly fd: number;
  readonly sources: DataSources;
  /** The job that the worker has now. */
  currentJob(): DataJob | undefined;
  /** What is no request; the body is the message's own from here on. */
  onMessage(raw: unknown, body: Uint8Array): void;
  /** The worker broke the protocol: it is not to be believed any more. */
  onViolation(why: string): void;
  /** The worker's end is closed. */
  onClosed(): void;
}

/** Bun takes a descriptor here, and has the type for it; the overload that joins them is missing. */
const connect = Bun.connect as unknown as (options: FdSocketOptions) => Promise<Socket>;

const CANDIDATES_MAX = 8192;

/**
 * What a chunk of a delta counts at least, so that there are not too many: most are of a megabyte of
 * the heap, however small that became.
 */
const DELTA_CHUNK_BYTES = 64 * 1024;

/** Room for the longest list of candidates that a resolver makes. */
const REQUEST_BYTES_MAX = 1024 * 1024;
const DIGEST = /^[0-9a-f]{64}$/;

/** The daemon's end of a worker's channel: messages, and one request after another with its answer. */
export class WorkerChannel {
  private socket: Socket | undefined;
  private readonly reader = new FrameReader({
    headerBytesMax: () =>
      Math.max(REQUEST_BYTES_MAX, this.options.currentJob()?.messageBytesMax ?? 0),
    bodyBytesMax: DATA_CHUNK_BYTES_MAX,
  });
  private unsent: Uint8Array[] = [];
  /** How many of these, from the first, end the last answer. */
  private unsentOfAnswers = 0;
  private answering = false;
  private closed = false;
  private deltaBytes = 0;
  private deltaJob: DataJob | undefined;
  /** Of an image that was asked for, until its links are. */
  private links: ImageChain["links"] = [];

  constructor(private readonly options: WorkerChannelOptions) {
    connect({
      fd: options.fd,
      socket: {
        open: (socket) => {
          this.socket = socket;
          if (this.closed) socket.terminate();
          else this.flush();
        },
        data: (_, piece) => this.receive(piece),
        drain: () => this.flush(),
        close: () => this.lost(),
        error: () => this.lost(),
      },
    }).catch((error) => this.violation(`the channel failed: ${String(error)}`));
  }

  tell(message: ToWorker, body?: Uint8Array): void {
    this.send(message, body);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.unsent = [];
    this.socket?.terminate();
  }

  private receive(piece: Uint8Array): void {
    if (this.closed) return;
    try {
      for (const frame of this.reader.read(piece)) {
        if (this.answering) throw new Error("spoke before it was answered");
        if (isMessage(frame.header)) {
          this.options.onMessage(frame.header, frame.body);
          // It was not to be believed, or its channel has no more to say.
          if (this.closed) return;
          continue;
        }
        // One that asks and does not read would have all its answers kept here.
        if (this.unsentOfAnswers > 0) throw new Error("asks again before it has read the answer");
        this.answering = true;
        this.answer(frame).then(
          () => {
            this.answering = false;
          },
          (error) => this.violation(messageOf(error)),
        );
      }
    } catch (error) {
      this.violation(messageOf(error));
    }
  }

  private lost(): void {
    if (this.closed) return;
    this.close();
    this.options.onClosed();
  }

  private violation(why: string): void {
    if (this.closed) return;
    this.close();
    this.options.onViolation(why);
  }

  /** @throws Error when the request is not one that this worker may make now */
  private async answer(frame: Frame): Promise<void> {
    const job = this.options.currentJob();
    if (!job) throw new Error("asked for data without a job");
    const request = parseRequest(frame.header, job.id);
    if (frame.body.byteLength > 0 && request.op !== "delta") throw new Error("an unasked body");
    switch (request.op) {
      case "file":
        await this.sendFile(job, request.candidates);
        break;
      case "image":
        await this.sendImage(job);
        break;
      case "links":
        this.sendLinks();
        break;
      case "base":
        await this.sendBase(job, request.digest);
        break;
      case "delta":
        this.takeDelta(job, frame.body, request.last);
    }
  }

  private async sendFile(job: DataJob, candidates: readonly string[]): Promise<void> {
    try {
      const file = await this.options.sources.readFile(job.worktreePath, candidates);
      if (file) this.send({ op: "file", path: file.path }, file.bytes);
      else this.send({ op: "none" });
    } catch (error) {
      const code = fileErrorCode(error);
      // The text is ours: the error's own may hold a path of the host.
      this.send({ op: "error", code, message: `${code}: the file cannot be read` });
    }
  }

  private async sendImage(job: DataJob): Promise<void> {
    let chain: ImageChain;
    try {
      chain = await job.loadImage();
    } catch (error) {
      job.onFault(error);
      this.send({ op: "error", code: "IMAGE_GONE", message: "the image is not there" });
      return;
    }
    const links = chain.links.map(({ id, delta }) => ({ id, bytes: delta.byteLength }));
    this.links = chain.links;
    const { engine, base, heapBytes } = chain;
    this.send({
      op: "image",
      engine,
      base,
      ...(heapBytes === undefined ? {} : { heapBytes }),
      links,
    });
  }

  private sendLinks(): void {
    const { links } = this;
    if (links.length === 0) throw new Error("asked for links of no image");
    this.links = [];
    for (const { delta } of links) {
      let at = 0;
      do {
        const chunk = delta.subarray(at, at + DATA_CHUNK_BYTES_MAX);
        at += DATA_CHUNK_BYTES_MAX;
        this.send({ op: "link", last: at >= delta.byteLength }, chunk);
        failPoint("handover.image");
      } while (at < delta.byteLength);
    }
  }

  private async sendBase(job: DataJob, digest: string): Promise<void> {
    let bytes: Uint8Array | undefined;
    try {
      bytes = (await job.loadBase?.(digest)) ?? (await this.options.sources.getBase(digest));
    } catch (error) {
      job.onFault(error);
    }
    if (bytes) this.send({ op: "base" }, bytes);
    else this.send({ op: "error", code: "IMAGE_GONE", message: "the base image is not there" });
  }

  private takeDelta(job: DataJob, body: Uint8Array, last: boolean): void {
    if (this.deltaJob !== job) {
      this.deltaJob = job;
      this.deltaBytes = 0;
    }
    this.deltaBytes += Math.max(body.byteLength, DELTA_CHUNK_BYTES);
    if (this.deltaBytes > job.deltaBytesMax) throw new Error("the delta is too large");
    // A frame that is mostly header is not kept for its body's sake.
    const isMost = 2 * body.byteLength > body.buffer.byteLength;
    job.onDelta(isMost ? body : new Uint8Array(body), last);
    failPoint("handover.delta");
    this.send({ op: "ok" });
  }

  private send(header: DataResponse | ToWorker, body?: Uint8Array): void {
    if (this.closed) return;
    const idle = this.unsent.length === 0;
    for (const piece of encodeFrame(header, body)) this.unsent.push(piece);
    if ("op" in header) this.unsentOfAnswers = this.unsent.length;
    if (idle) this.flush();
  }

  /** Writes until the socket takes no more; `drain` goes on. */
  private flush(): void {
    const { socket } = this;
    if (!socket || this.closed) return;
    let sent = 0;
    for (const piece of this.unsent) {
      const written = socket.write(piece);
      if (written < piece.byteLength) {
        this.unsent[sent] = piece.subarray(Math.max(0, written));
        break;
      }
      sent++;
    }
    this.unsent.splice(0, sent);
    this.unsentOfAnswers = Math.max(0, this.unsentOfAnswers - sent);
  }
}

const isMessage = (header: unknown): boolean =>
  typeof header === "object" && header !== null && "type" in header;

function parseRequest(header: unknown, jobId: string): DataRequest {
  if (typeof header !== "object" || header === null) throw new Error("a request of no shape");
  const fields = header as Readonly<Record<string, unknown>>;
  const { op, candidates, digest, last } = fields;
  if (op === "base") {
    if (typeof digest !== "string" || !DIGEST.test(digest)) throw new Error("no such digest");
    return { op, digest };
  }
  if (fields.jobId !== jobId) throw new Error("asked for another job");
  if (op === "image" || op === "links") return { op, jobId };
  if (op === "delta" && typeof last === "boolean") return { op, jobId, last };
  if (op === "file" && isPathList(candidates)) return { op, jobId, candidates };
  throw new Error("a request of an unknown kind");
}

function isPathList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= CANDIDATES_MAX &&
    value.every((path) => typeof path === "string" && path.length <= LIMITS.pathBytesMax)
  );
}

function fileErrorCode(error: unknown): string {
  if (error instanceof VmError) {
    if (error.code === "INVALID_PATH") return "EACCES";
    if (error.code === "BODY_TOO_LARGE") return "EFBIG";
  }
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^E[A-Z0-9]{2,15}$/.test(code) ? code : "EIO";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
