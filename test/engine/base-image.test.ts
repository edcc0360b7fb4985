import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import quickjsWasmPath from "@jitl/quickjs-wasmfile-release-sync/wasm" with { type: "file" };
import {
  decodeBase,
  decodePlainBase,
  encodeBase,
  encodePlainBase,
} from "../../src/engine/base-image.ts";
import { baseImage } from "../../src/engine/base-source.ts";
import { bootBase } from "../../src/engine/boot.ts";
import { buildBaseImage } from "../../src/engine/boot-base.ts";
import { DeltaReader } from "../../src/engine/delta-reader.ts";
import { EMBEDDED } from "../../src/engine/embedded.ts";
import { adaptedEngineFile, ENGINE, memoryBytesMax } from "../../src/engine/engines.ts";
import { Instance } from "../../src/engine/instance.ts";
import { PRELUDE_FILE, PRELUDE_SOURCE } from "../../src/engine/prelude/bundle.ts";
import { ScratchEngine } from "./scratch-engine.ts";

const SHA256 = "105c3bed22d457e43e3d1c3c1c6959fda62a8fe06f0fc8a985303c3a2be72232";

test("the facts of the engine are those of its file", async () => {
  const file = readFileSync(quickjsWasmPath);
  expect(new Bun.CryptoHasher("sha256").update(file).digest("hex")).toBe(SHA256);
  const instance = await Instance.create(ENGINE, memoryBytesMax(ENGINE, 8));
  expect(instance.isBalanced).toBe(true);
  const before = instance.readU32(ENGINE.layout.breakAt);
  const at = instance.c._malloc(1_000_000);
  expect(at).toBeGreaterThanOrEqual(ENGINE.layout.stackHigh);
  const grown = instance.readU32(ENGINE.layout.breakAt) - before;
  expect(grown).toBeGreaterThan(900_000);
  expect(instance.c._malloc(9 * 1024 * 1024)).toBe(0);
  expect(instance.refusals).toBeGreaterThan(0);
});

test("two processes in different surroundings make the same files", async () => {
  const here = await buildBaseImage();
  const entry = new URL("../../src/engine/embed.ts", import.meta.url).pathname;
  const folder = mkdtempSync(join(tmpdir(), "vm-system-embed-"));
  try {
    Bun.spawnSync([process.execPath, entry, folder], {
      cwd: "/",
      env: { TZ: "Asia/Tokyo", LANG: "de_DE.UTF-8" },
    });
    const there = (name: keyof typeof EMBEDDED) => readFileSync(join(folder, EMBEDDED[name]));
    const kept = decodeBase(there("keptBase"), here.digest);
    const plain = decodePlainBase(there("base") as Buffer<ArrayBuffer>);
    for (const base of [kept, plain]) {
      expect(base.digest).toBe(here.digest);
      expect(base.pages.equals(here.pages)).toBe(true);
      expect(base.host).toEqual(here.host);
    }
    expect(there("engine").equals(adaptedEngineFile())).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);

test.each([10, 12, 13, 17, 19, 23])(
  "the base boots whatever holes its code leaves in the heap (%i)",
  async (shape) => {
    const texts = `'x'.repeat((i * ${shape + 7} * 131) % 3000 + 40)`;
    const leave = `{ const kept = []; for (let i = 0; i < ${50 + shape * 37}; i++) {
      const text = ${texts}; if (i % ${2 + (shape % 5)} === 0) kept.push(text + i); }
      globalThis.kept = kept.slice(0, 3); }`;
    const base = await bootBase(ENGINE, { source: leave + PRELUDE_SOURCE, file: PRELUDE_FILE });
    using engine = await ScratchEngine.start({ base });
    expect(await engine.session("a").preview("kept.length")).toBe("3");
  },
);

test("the plain form of a base image holds its pages where words can be read", async () => {
  const base = await baseImage();
  const plain = decodePlainBase(Buffer.from(encodePlainBase(base)) as Buffer<ArrayBuffer>);
  expect(plain.pages.byteOffset % 4).toBe(0);
  expect(plain.pages.equals(base.pages)).toBe(true);
  expect({ ...plain, pages: undefined }).toEqual({ ...base, pages: undefined });
});

test("a base image of other content than its digest says is refused", async () => {
  const base = await baseImage();
  const bytes = encodeBase(base);
  expect(() => decodeBase(bytes, "0".repeat(64))).toThrow("not that of its digest");
  for (const cut of [0, 10, 200, bytes.length - 1]) {
    expect(() => decodeBase(bytes.subarray(0, cut), base.digest)).toThrow("cannot be read");
  }
  const header = Buffer.from(bytes);
  header.write('"endPage":9', header.indexOf('"endPage"'));
  expect(() => decodeBase(header, base.digest)).toThrow("cannot be read");
});

test("it keeps no text of the prelude's functions", async () => {
  const { pages } = await baseImage();
  const [word] = /function \w+\(\w+,\w+\)\{/.exec(PRELUDE_SOURCE) ?? [];
  expect(word).toBeString();
  expect(pages.includes(word!)).toBe(false);
});

test("what executions leave lies side by side: few pages change, whatever ran before", async () => {
  using engine = await ScratchEngine.start();
  const session = engine.session("s");
  for (let i = 0; i < 50; i++) await session.run(`var x${i} = [${i}, "${i}"]; 1 + 1`);
  await session.run("1 + 1");
  expect(pagesIn(engine.links.get(session.head!)!.bytes)).toBeLessThanOrEqual(8);
});

function pagesIn(delta: Uint8Array): number {
  let pages = 0;
  const count = () => {
    pages++;
  };
  const reader = new DeltaReader({ header: () => {}, xorPage: count, setPage: count });
  reader.push(delta);
  reader.end();
  return pages;
}
