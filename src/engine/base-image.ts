import { VmError } from "../core/errors.ts";
import { deflateWell, inflate } from "./compress.ts";
import { type Engine, engineByFingerprint } from "./engines.ts";
import { PAGE_BYTES, PageLayout } from "./pages.ts";
import type { PreludeExports } from "./prelude/interface.ts";

/**
 * A freshly booted runtime with the prelude in it: what every session starts from, the same bytes in
 * every process of one program version. Images are differences from it, and name it by digest.
 */
export interface BaseImage {
  /** SHA-256 (hex) of all that is below. */
  readonly digest: string;
  readonly engine: Engine;
  readonly host: HostNumbers;
  readonly endPage: number;
  /** Pages 0 to endPage, as PageLayout numbers them. */
  readonly pages: Buffer<ArrayBuffer>;
}

/** What the host must know to take up any image of this base: addresses in the guest's memory. */
export interface HostNumbers {
  readonly runtime: number;
  readonly context: number;
  /** The word that counts down to the next call of the interrupt handler. */
  readonly interruptCounterAt: number;
  /** Pointers to the prelude's functions. */
  readonly prelude: Readonly<Record<PreludeFunction, number>>;
  /** The prelude says when it has something for the end of an execution. Older ones do not. */
  readonly saysWhatIsLeft?: true;
}

export type PreludeFunction = keyof PreludeExports;

export const PRELUDE_FUNCTIONS = [
  "begin",
  "end",
  "reseed",
  "describe",
  "describeError",
  "runTimers",
  "unhandled",
  "rejected",
  "errorMade",
  "settle",
  "load",
  "complete",
] as const satisfies readonly PreludeFunction[];

/** A base image of several MiB would be a mistake, and memory that every worker pays for. */
const BASE_PAGES_MAX = 1024;

const MAGIC = "vm-system base 1\n";

interface Header {
  readonly digest: string;
  readonly engine: string;
  readonly host: HostNumbers;
  readonly endPage: number;
}

export function makeBase(engine: Engine, host: HostNumbers, pages: Buffer<ArrayBuffer>): BaseImage {
  return {
    digest: digestOf(engine.fingerprint, host, pages),
    engine,
    host,
    endPage: pages.length / PAGE_BYTES,
    pages,
  };
}

/** For keeping, in a store whose images outlive the program. */
export function encodeBase(base: BaseImage): Uint8Array {
  return Buffer.concat([headerOf(base), deflateWell(base.pages)]);
}

/** For taking up at once: the pages as they are, where a page would begin. */
export function encodePlainBase(base: BaseImage): Uint8Array {
  const header = headerOf(base);
  const room = Math.ceil(header.length / PAGE_BYTES) * PAGE_BYTES - header.length;
  return Buffer.concat([header, Buffer.alloc(room), base.pages]);
}

/** The program's own: it needs no check. @param bytes  The pages stay in there. */
export function decodePlainBase(bytes: Buffer<ArrayBuffer>): BaseImage {
  const { header } = readHeader(bytes);
  const pages = bytes.subarray(bytes.length - header.endPage * PAGE_BYTES);
  return { ...header, engine: engineByFingerprint(header.engine), pages };
}

function headerOf(base: BaseImage): Buffer {
  const header: Header = {
    digest: base.digest,
    engine: base.engine.fingerprint,
    host: base.host,
    endPage: base.endPage,
  };
  return Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`);
}

/**
 * @param digest  What the content must be; undefined for our own, which needs no check.
 * @throws VmError IMAGE_INVALID, IMAGE_UNSUPPORTED
 */
export function decodeBase(bytes: Uint8Array, digest: string | undefined): BaseImage {
  const { header, rest } = readHeader(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  );
  const engine = engineByFingerprint(header.engine);
  const pages = decompress(rest, header.endPage * PAGE_BYTES);
  const base = { ...header, engine, pages };
  if (digest === undefined) return base;
  const actual = digestOf(header.engine, header.host, pages);
  if (actual !== digest) throw invalid("its content is not that of its digest");
  return { ...base, digest };
}

function digestOf(fingerprint: string, host: HostNumbers, pages: Buffer): string {
  return new Bun.CryptoHasher("sha256")
    .update(`${fingerprint}\n${JSON.stringify(host)}\n`)
    .update(pages)
    .digest("hex");
}

function readHeader(bytes: Buffer): { readonly header: Header; readonly rest: Buffer } {
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) throw invalid("it is no base image");
  const end = bytes.indexOf("\n", MAGIC.length);
  const json = bytes.toString("utf8", MAGIC.length, Math.max(end, MAGIC.length));
  return { header: parseHeader(json), rest: bytes.subarray(end + 1) };
}

function parseHeader(json: string): Header {
  let header: Header;
  try {
    header = JSON.parse(json) ?? {};
  } catch (cause) {
    throw invalid("its header is damaged", cause);
  }
  const { digest, engine, host, endPage } = header;
  if (typeof digest !== "string" || typeof engine !== "string")
    throw invalid("its header is damaged");
  if (!Number.isInteger(endPage) || endPage < 1 || endPage > BASE_PAGES_MAX) {
    throw invalid("its size is out of bounds");
  }
  const prelude = {} as Record<PreludeFunction, number>;
  const end = memoryEnd(engine, endPage);
  const pointer = (value: unknown) => pointerBelow(end, value);
  for (const name of PRELUDE_FUNCTIONS) prelude[name] = pointer(host?.prelude?.[name]);
  return {
    digest,
    engine,
    endPage,
    host: {
      runtime: pointer(host?.runtime),
      context: pointer(host.context),
      interruptCounterAt: pointer(host.interruptCounterAt),
      prelude,
      ...(host.saysWhatIsLeft === true ? { saysWhatIsLeft: true } : {}),
    },
  };
}

/** An address inside may be wrong all the same: the engine's memory contains what comes of that. */
function pointerBelow(end: number, value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 8 || value > end - 8) {
    throw invalid("its header is damaged");
  }
  return value;
}

/** Where the memory of an instance with this base image ends. */
function memoryEnd(fingerprint: string, endPage: number): number {
  return new PageLayout(engineByFingerprint(fingerprint).layout).address(endPage);
}

function decompress(bytes: Uint8Array, length: number): Buffer<ArrayBuffer> {
  try {
    return inflate(bytes, length);
  } catch (cause) {
    throw invalid("its pages are damaged", cause);
  }
}

const invalid = (why: string, cause?: unknown) =>
  new VmError("IMAGE_INVALID", { message: `The base image cannot be read: ${why}`, cause });
