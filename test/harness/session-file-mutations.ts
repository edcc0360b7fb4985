import {
  openSessionFile,
  packSessionFile,
  parseSection,
  type SectionName,
} from "../../src/core/session-file.ts";
import { decodeBase, encodeBase, makeBase } from "../../src/engine/base-image.ts";
import type { DeltaHeader } from "../../src/engine/delta-format.ts";
import { DeltaReader } from "../../src/engine/delta-reader.ts";
import { DeltaWriter } from "../../src/engine/delta-writer.ts";

/** Numbers that a seed determines: a failing case can be run again. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Random = ReturnType<typeof randomOf>;

/** The bytes with something done to them, as a bad disk or a bad person does. */
export function damage(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = new Uint8Array(bytes);
  const at = random(copy.length);
  switch (random(6)) {
    case 0:
      return copy.slice(0, at);
    case 1:
      return Buffer.concat([copy.slice(0, at), copy.slice(random(copy.length))]);
    case 2:
      return Buffer.concat([copy, copy.slice(at, at + 1 + random(64))]);
    case 3:
      copy.fill(random(256), at, at + 1 + random(16));
      return copy;
    case 4:
      new DataView(copy.buffer).setUint32(Math.min(at, copy.length - 4), EDGES[random(5)]!, true);
      return copy;
    default:
      copy[at] = copy[at]! ^ (1 << random(8));
      return copy;
  }
}

const EDGES = [0, 0xffff_ffff, 0x7fff_ffff, 0x8000_0000, 0x0100_0000];

export type Parts = Partial<Record<SectionName, Buffer>>;

export async function partsOf(file: Uint8Array): Promise<Parts> {
  const opened = openSessionFile(file);
  const parts: Parts = {};
  for (const name of ["session", "base", "image", "history"] as const) {
    const bytes = await opened.read(name);
    if (bytes) parts[name] = bytes;
  }
  return parts;
}

/** A file whose checksums are all right, whatever is in it. */
export const seal = (parts: Parts): Promise<Uint8Array> =>
  packSessionFile(parts, { madeBy: "a test", createdAt: "2026-11-20T12:00:00.000Z" });

/** Values that a field may be given by somebody who means harm. */
const VALUES: readonly unknown[] = [
  null,
  -1,
  1e300,
  2 ** 53,
  "",
  "../../etc/passwd",
  "/",
  "\u0000",
  "x".repeat(5000),
  [],
  [null],
  {},
  { __proto__: null, constructor: 1 },
  true,
];

/** One value somewhere in the JSON of a section is another. */
export function damageJson(section: Uint8Array, random: Random): Buffer {
  const root = { value: parseSection("session", section) };
  let holder: Record<string, unknown> = root;
  let key = "value";
  for (;;) {
    const inside = holder[key];
    const keys = typeof inside === "object" && inside !== null ? Object.keys(inside) : [];
    if (keys.length === 0 || (holder !== root && random(5) === 0)) break;
    holder = inside as Record<string, unknown>;
    key = keys[random(keys.length)]!;
  }
  if (random(8) === 0) delete holder[key];
  else holder[key] = VALUES[random(VALUES.length)];
  return Buffer.from(JSON.stringify(root.value));
}

/** A delta that is in order, with other words in its pages and another host state. */
export function damageHeap(delta: Uint8Array, random: Random): Buffer {
  const pages: { page: number; bytes: Buffer; whole: boolean }[] = [];
  let header: DeltaHeader | undefined;
  const reader = new DeltaReader({
    header: (read) => {
      header = read;
    },
    xorPage: (page, bytes) => pages.push({ page, bytes: Buffer.from(bytes), whole: false }),
    setPage: (page, bytes) => pages.push({ page, bytes: Buffer.from(bytes), whole: true }),
  });
  reader.push(delta);
  reader.end();
  for (let count = 1 + random(40); count > 0; count--) {
    const { bytes } = pages[random(pages.length)]!;
    bytes.writeUInt32LE(random(2) ? EDGES[random(5)]! : random(2 ** 32), random(1023) * 4);
  }
  const pieces: Uint8Array[] = [];
  const writer = new DeltaWriter();
  const state = header?.state === undefined || random(2) ? header?.state : hostile(random);
  const grown = random(4) === 0 ? random(2) * random(100_000) : 0;
  writer.begin(
    { full: true, endPage: header!.endPage + grown, ...(state === undefined ? {} : { state }) },
    (piece) => void pieces.push(piece),
  );
  for (const { page, bytes, whole } of pages) {
    writer.copy(random(200) === 0 ? page + random(5000) : page, bytes, whole);
  }
  writer.end();
  return Buffer.concat(pieces);
}

/** What the host keeps besides the heap, as nobody of good will writes it. */
function hostile(random: Random): string {
  const databases = [
    "null",
    '{"dataSource":"../../../etc/passwd"}',
    '{"dataSource":"/etc/hostname"}',
    '{"dataSource":":memory:","image":"AAAA"}',
    `{"dataSource":":memory:","image":"${"A".repeat(5000)}"}`,
  ];
  const loaders = [
    "null",
    '{"modules":null}',
    '{"modules":{"a":null}}',
    '{"modules":{"__proto__":{"hash":"","version":1,"deps":["__proto__"]}}}',
    '{"modules":{"../x":{"hash":"1","version":-5,"deps":["../x",{"toString":1}]}}}',
    "[".repeat(100_000),
  ];
  const scripts = [
    null,
    7,
    {
      snippets: -1,
      constants: ["__proto__", "a b", "x"],
      shifts: { __proto__: [1], x: [1, 2, 3] },
    },
    { snippets: 2 ** 53, constants: [1], shifts: { "<repl:1>": [1, 1, Number.MAX_VALUE, 0] } },
    { snippets: "1", constants: "x", shifts: "x" },
  ];
  const texts = [
    JSON.stringify({
      seededFor: random(2) ? 7 : "",
      modules: random(3)
        ? { database: databases[random(databases.length)], __proto__: "x", fs: "x" }
        : "text",
      scripts: scripts[random(scripts.length)],
      loader: loaders[random(loaders.length)],
    }),
    "null",
    "[]",
    '"text"',
    "{",
    "[".repeat(100_000),
    "",
  ];
  return texts[random(2) ? 0 : random(texts.length)]!;
}

/** The parts with another base image: as of a program whose prelude is another one. */
export function withBase(parts: Parts, change: (pages: Buffer) => void): Parts {
  const known = decodeBase(parts.base!, undefined);
  const pages = Buffer.from(known.pages);
  change(pages);
  const base = makeBase(known.engine, known.host, pages);
  const session = JSON.parse(parts.session!.toString());
  session.image.base = base.digest;
  return {
    ...parts,
    base: Buffer.from(encodeBase(base)),
    session: Buffer.from(JSON.stringify(session)),
  };
}

/** Words of it are others. */
export const damageBase = (parts: Parts, random: Random): Parts =>
  withBase(parts, (pages) => {
    for (let count = 1 + random(40); count > 0; count--) {
      pages.writeUInt32LE(random(2 ** 32), random(pages.length / 4) * 4);
    }
  });
