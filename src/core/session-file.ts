import { promisify } from "node:util";
import { checkerOf } from "./check.ts";
import { VmError } from "./errors.ts";
import { isTooDeep } from "./json-depth.ts";
import { LIMITS } from "./limits.ts";
import { OneOf, type Static, Strict, Timestamp, Type } from "./schema.ts";
import { Slice } from "./slice.ts";

/**
 * A session as one file, `.vmsession`: its parts by name, whatever they mean (session-file-parts.ts).
 *
 *     "\x89VMSESSION\r\n"   u16 format version   u32 header length
 *     header                JSON: who made it and when, and the table of sections
 *     SHA-256 of all above  so that nothing is read that was not written
 *     sections              one after another, as the table says; nothing follows them
 *
 * Integers are little endian. The table has the SHA-256 of each section, so the one above vouches for
 * the whole file. The first byte and the line end show a transfer that took the file for text.
 *
 * Reading it: the bytes may come from anybody. Every length is bounded before anything is made of
 * it, and no section unpacks to more than its own bound.
 */
const MAGIC = Buffer.from("\x89VMSESSION\r\n", "latin1");
const FORMAT_VERSION = 1;
const PREFIX_BYTES = MAGIC.length + 6;
const DIGEST_BYTES = 32;
/** About a millisecond of work. */
const DIGEST_STEP_BYTES = 512 * 1024;

export const SESSION_FILE_EXTENSION = ".vmsession";

const SECTIONS = ["session", "base", "image", "history"] as const;
export type SectionName = (typeof SECTIONS)[number];

/** Bytes of a section unpacked. What is compressed in itself is kept as it is. */
const SECTION_RULES: Readonly<
  Record<SectionName, { readonly bytesMax: number; readonly packed: boolean }>
> = {
  session: { bytesMax: LIMITS.sessionPartBytesMax, packed: true },
  base: { bytesMax: LIMITS.baseImageBytesMax, packed: true },
  image: { bytesMax: LIMITS.sessionFileBytesMax, packed: false },
  history: { bytesMax: LIMITS.sessionPartBytesMax, packed: true },
};

/** 8 MiB: all that our own level uses. */
const WINDOW_LOG_MAX = 23;
const COMPRESSION_LEVEL = 6;

const Section = Strict({
  name: OneOf(SECTIONS),
  encoding: OneOf(["plain", "zstd"]),
  stored_bytes: Type.Integer({ minimum: 0, maximum: LIMITS.sessionFileBytesMax }),
  raw_bytes: Type.Integer({ minimum: 0, maximum: LIMITS.sessionFileBytesMax }),
  sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }),
});
type Section = Static<typeof Section>;

const Header = Strict({
  made_by: Type.String({ maxLength: LIMITS.nameCharsMax }),
  created_at: Timestamp,
  sections: Type.Array(Section, { maxItems: SECTIONS.length }),
});
type Header = Static<typeof Header>;

const checkHeader = checkerOf(Header);

export type Sections = Partial<Record<SectionName, Uint8Array>>;

/** @throws VmError BODY_TOO_LARGE when the file would be one that is not read again */
export async function packSessionFile(
  sections: Sections,
  { madeBy, createdAt }: { madeBy: string; createdAt: string },
): Promise<Uint8Array> {
  const table: Section[] = [];
  const bodies: Uint8Array[] = [];
  for (const name of SECTIONS) {
    const raw = sections[name];
    if (!raw) continue;
    const { bytesMax, packed } = SECTION_RULES[name];
    if (raw.byteLength > bytesMax) throw tooLarge(name, bytesMax);
    const body = packed ? await compress(raw) : raw;
    bodies.push(body);
    table.push({
      name,
      encoding: packed ? "zstd" : "plain",
      stored_bytes: body.byteLength,
      raw_bytes: raw.byteLength,
      sha256: await digestOf(body),
    });
  }
  const head: Header = { made_by: madeBy, created_at: createdAt, sections: table };
  const header = Buffer.from(JSON.stringify(head));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  MAGIC.copy(prefix);
  prefix.writeUInt16LE(FORMAT_VERSION, MAGIC.length);
  prefix.writeUInt32LE(header.length, MAGIC.length + 2);
  const file = Buffer.concat([prefix, header, sha256(prefix, header), ...bodies]);
  if (file.length > LIMITS.sessionFileBytesMax) throw tooLarge("file", LIMITS.sessionFileBytesMax);
  return file;
}

/**
 * Whoever needs a section takes it; each one is checked and unpacked then.
 *
 * @throws VmError IMAGE_INVALID for what is damaged, cut off, too large or something else,
 *   IMAGE_UNSUPPORTED for a newer format; so does `read`
 */
export function openSessionFile(bytes: Uint8Array): {
  readonly madeBy: string;
  read(name: SectionName): Promise<Buffer | undefined>;
} {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length > LIMITS.sessionFileBytesMax) throw invalid("it is too large");
  const { header, headerEnd } = readHeader(file);
  const found = new Map<SectionName, { section: Section; at: number }>();
  let at = headerEnd;
  for (const section of header.sections) {
    if (found.has(section.name)) throw invalid(`it has the section ${section.name} twice`);
    found.set(section.name, { section, at });
    at += section.stored_bytes;
  }
  if (at > file.length) throw invalid("it is cut off");
  if (at < file.length) throw invalid("it goes on after its end");
  return {
    madeBy: header.made_by,
    async read(name) {
      const place = found.get(name);
      if (!place) return undefined;
      const { section } = place;
      return unpack(section, file.subarray(place.at, place.at + section.stored_bytes));
    },
  };
}

/** JSON of a section. @throws VmError IMAGE_INVALID */
export function parseSection(name: SectionName, bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw invalid(`its section ${name} is no text`, cause);
  }
  if (isTooDeep(text, LIMITS.sessionFileDepthMax)) {
    throw invalid(`its section ${name} nests too deep`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`its section ${name} is no JSON`, cause);
  }
}

export const invalid = (why: string, cause?: unknown) =>
  new VmError("IMAGE_INVALID", { message: `The session file cannot be read: ${why}`, cause });

// -------------------------------------------------------------- the rest

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readHeader(file: Buffer): { header: Header; headerEnd: number } {
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) throw invalid("it is no session file");
  if (file.length < PREFIX_BYTES) throw invalid("it is cut off");
  const version = file.readUInt16LE(MAGIC.length);
  const headerBytes = file.readUInt32LE(MAGIC.length + 2);
  if (version !== FORMAT_VERSION) {
    throw new VmError("IMAGE_UNSUPPORTED", {
      message: `The session file has format ${version}, and this program reads format ${FORMAT_VERSION}`,
      details: { format: version, supported: [FORMAT_VERSION] },
    });
  }
  if (headerBytes > LIMITS.sessionFileHeaderBytesMax) throw invalid("its header is too large");
  const digestAt = PREFIX_BYTES + headerBytes;
  const headerEnd = digestAt + DIGEST_BYTES;
  if (headerEnd > file.length) throw invalid("it is cut off");
  if (!sha256(file.subarray(0, digestAt)).equals(file.subarray(digestAt, headerEnd))) {
    throw invalid("its header is damaged");
  }
  const header = parseSection("session", file.subarray(PREFIX_BYTES, digestAt));
  const [issue] = checkHeader(header);
  if (issue) throw invalid(`its header says that ${issue.message}`);
  return { header: header as Header, headerEnd };
}

async function unpack(section: Section, stored: Buffer): Promise<Buffer> {
  const { name, encoding, raw_bytes: rawBytes } = section;
  if ((await digestOf(stored)) !== section.sha256) {
    throw invalid(`its section ${name} is damaged`);
  }
  if (rawBytes > SECTION_RULES[name].bytesMax) throw invalid(`its section ${name} is too large`);
  const raw = encoding === "zstd" ? await decompress(name, stored, rawBytes) : stored;
  if (raw.length !== rawBytes) throw invalid(`its section ${name} is not as long as it says`);
  return raw;
}

async function decompress(name: SectionName, bytes: Buffer, bytesMax: number): Promise<Buffer> {
  const { constants, zstdDecompress } = await import("node:zlib");
  try {
    return await promisify(zstdDecompress)(bytes, {
      maxOutputLength: Math.max(bytesMax, 1),
      params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX },
    });
  } catch (cause) {
    throw invalid(`its section ${name} cannot be unpacked`, cause);
  }
}

/** Loaded when first needed: most runs of the program neither write nor read such a file. */
async function compress(bytes: Uint8Array): Promise<Buffer> {
  const { constants, zstdCompress } = await import("node:zlib");
  return promisify(zstdCompress)(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: COMPRESSION_LEVEL },
  });
}

/** Of a section, which may be large. */
async function digestOf(bytes: Uint8Array): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  const slice = new Slice();
  for (let at = 0; at < bytes.byteLength; at += DIGEST_STEP_BYTES) {
    hasher.update(bytes.subarray(at, at + DIGEST_STEP_BYTES));
    await slice.over();
  }
  return hasher.digest("hex");
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const part of parts) hasher.update(part);
  return hasher.digest();
}

const tooLarge = (what: string, max: number) =>
  new VmError("BODY_TOO_LARGE", {
    message: `The session is too large for a file: its ${what} would have more than ${max} bytes`,
    hint: "Export it without its history, or let the session drop what it does not need and export it again.",
    details: { limit: "session_file_bytes", max },
  });
