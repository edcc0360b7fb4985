import { expect, test } from "bun:test";
import { hasJson, previewOf, quoted, textOfUtf8, utf8 } from "./long-text-reference.ts";
import { ScratchEngine } from "./scratch-engine.ts";

const KINDS = [
  "x",
  "q\" '\\\n",
  "h\u00e9\u00ff",
  "\u65e5\u672c\u8a9e",
  "\u{1f600}",
  "a\u{1f600}",
  "a\ud800b",
  "\udc00\ud83d",
  "\0\u0001\u009b\u007f",
  "a\u00e9\u65e5\u{1f600}\ud800 ",
];
/** Around what is a loop, a piece of the host's, and two. */
const LENGTHS = [0, 1, 46, 47, 48, 49, 50, 24_575, 24_576, 24_577, 24_578, 49_153];

const textsOf = (lengths: readonly number[]): string[] =>
  KINDS.flatMap((kind) =>
    lengths.map((length) => kind.repeat(Math.ceil(length / kind.length)).slice(0, length)),
  );

const ROOM = { limits: { cpu_ms: 60_000, wall_ms: 60_000, max_output_kb: 4096 } };

/** What a script makes of each text, which it has as `t`. */
async function ofEach(texts: readonly string[], script: string): Promise<string[]> {
  using engine = await ScratchEngine.start();
  const session = engine.session("a", ROOM);
  const made: string[] = [];
  for (const t of texts) {
    const ended = await session.run(`{ let t = ${JSON.stringify(t)}; ${script} }`);
    expect(ended.status).toBe("ok");
    made.push(...ended.console);
  }
  return made;
}

test("a long text is shown as far as it fits, a long message too", async () => {
  using engine = await ScratchEngine.start();
  const session = engine.session("a", { limits: { ...ROOM.limits, max_output_kb: 64 } });
  const half = 32 * 1024;
  const lengths = [half / 3, half / 2, half].flatMap((n) =>
    [-1, 0, 1, 2].map((by) => (n | 0) + by),
  );
  for (const text of textsOf([...LENGTHS, ...lengths, 200_000])) {
    const { result } = (await session.run(JSON.stringify(text))).result.outcome;
    expect(result?.preview).toBe(previewOf(text, half * 2));
    expect(result?.json).toBe(hasJson(text, half * 2) ? text : undefined);
  }
  for (const text of textsOf([8185, 8192, 8193, 100_000])) {
    const { error } = (await session.run(`throw new Error(${JSON.stringify(text)})`)).result
      .outcome;
    const said = `Error: ${text}`;
    expect(error?.message).toBe(said.length > 8192 ? `${said.slice(0, 8192)}...` : said);
  }
}, 120_000);

test("texts become the bytes that they are, and the other way round", async () => {
  const texts = textsOf(LENGTHS);
  const report = `const line = (bytes) => console.log(bytes.length + " " + bytes.join());
    line(new TextEncoder().encode(t)); line(Buffer.from(t)); line(Buffer.from(t, "utf16le"));
    console.log(String(Buffer.byteLength(t)));
    console.log(new TextDecoder().decode(new TextEncoder().encode("." + t)));
    console.log(Buffer.from(t, "latin1").toString("latin1"));
    console.log(Buffer.from(t, "latin1").toString("hex"));
    console.log(btoa(Buffer.from(t, "latin1").toString("latin1")));
    console.log(atob(btoa(Buffer.from(t, "latin1").toString("latin1"))));
    console.log(Buffer.from(Buffer.from(t).toString("base64"), "base64").toString());`;
  const expected = texts.flatMap((text) => {
    const bytes = utf8(text);
    const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
    const wide = units.flatMap((unit) => [unit & 255, unit >> 8]);
    const narrow = units.map((unit) => String.fromCharCode(unit & 255)).join("");
    return [
      `${bytes.length} ${bytes.join()}`,
      `${bytes.length} ${bytes.join()}`,
      `${wide.length} ${wide.join()}`,
      `${bytes.length}`,
      `.${textOfUtf8(bytes)}`,
      narrow,
      units.map((unit) => (unit & 255).toString(16).padStart(2, "0")).join(""),
      btoa(narrow),
      narrow,
      textOfUtf8(bytes),
    ];
  });
  const made = await ofEach(texts, report);
  expect(made.length).toBe(expected.length);
  for (const [i, text] of made.entries()) if (text !== expected[i]) expect(text).toBe(expected[i]!);
}, 120_000);

test("encodeInto writes whole characters, as many as there is room for", async () => {
  const texts = textsOf([60, 30_000]);
  const rooms = [0, 47, 48, 61, 100, 24_576, 30_001, 59_998, 89_999, 90_000];
  const expected = texts.flatMap((text) =>
    rooms.map((room) => {
      let [read, written] = [0, 0];
      for (const character of text) {
        const { length } = utf8(character);
        if (written + length > room) break;
        written += length;
        read += character.length;
      }
      return `${read} ${written}`;
    }),
  );
  const script = `for (const room of [${rooms}]) {
      const { read, written } = new TextEncoder().encodeInto(t, new Uint8Array(room));
      console.log(read + " " + written);
    }`;
  expect(await ofEach(texts, script)).toEqual(expected);
}, 60_000);

test("bytes that are no text are decoded as they were, whole and in parts", async () => {
  using engine = await ScratchEngine.start();
  const session = engine.session("a", ROOM);
  const pool = [0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xff, 0xef];
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >>> 8) % below;
  };
  for (let round = 0; round < 12; round++) {
    const bytes = Array.from({ length: 24_500 + random(200) }, () => pool[random(pool.length)]!);
    const part = 1 + random(30_000);
    const ended = await session.run(`{
      const bytes = Uint8Array.from([${bytes}]);
      const decoder = new TextDecoder();
      let parts = "";
      for (let i = 0; i < bytes.length; i += ${part}) {
        parts += decoder.decode(bytes.subarray(i, i + ${part}), { stream: true });
      }
      console.log(new TextDecoder().decode(bytes));
      console.log(parts + decoder.decode());
      try { new TextDecoder("utf-8", { fatal: true }).decode(bytes); } catch (e) { console.log(e.name); }
    }`);
    const text = textOfUtf8(bytes);
    expect(ended.console).toEqual([text, text, "TypeError"]);
  }
}, 60_000);

test("a malformed text of letters is read, or refused, as before", async () => {
  using engine = await ScratchEngine.start();
  const session = engine.session("a", ROOM);
  const ended = await session.run(`{
    const said = (make) => { try { console.log(String(make())); } catch (e) { console.log(e.name); } };
    const letters = "QUJD".repeat(20);
    said(() => atob(letters + "QQ==") === "ABC".repeat(20) + "A");
    said(() => atob(letters + " \\n" + letters) === "ABC".repeat(40));
    said(() => atob(letters + "Q==="));
    said(() => atob(letters + "QQ=A"));
    said(() => atob(letters + "-_-_"));
    said(() => btoa("\\u0100".repeat(60)));
    said(() => Buffer.from(letters + "\\n" + letters + "==rest", "base64").toString() === "ABC".repeat(40));
    said(() => Buffer.from(letters + "-_-_", "base64url").toString("base64") === letters + "+/+/");
    said(() => Buffer.from("6162zz63" + "41".repeat(30), "hex").toString("latin1").length);
  }`);
  expect(ended.console).toEqual(
    "true true InvalidCharacterError InvalidCharacterError InvalidCharacterError InvalidCharacterError true true 2".split(
      " ",
    ),
  );
});

test("long strings inside an object and console templates are shown as before", async () => {
  const texts = textsOf([23, 24, 25, 900]).map((text) => text.replaceAll("\n", "\t"));
  const script = "console.log([t]); console.log(t + '%s' + t + '%%', t); console.log(t, 1);";
  const made = await ofEach(texts, script);
  for (const [i, text] of texts.entries()) {
    const [list, formatted, plain] = made.slice(i * 3);
    expect([`[ ${quoted(text)} ]`, `[\n  ${quoted(text)}\n]`]).toContain(list!);
    expect(formatted).toBe(`${text}${text}${text}%`);
    expect(plain).toBe(`${text} 1`);
  }
});

test("what a guest makes of its globals changes nothing of it, and sees nothing", async () => {
  using engine = await ScratchEngine.start();
  const session = engine.session("a", ROOM);
  const { result } = (
    await session.run(`
      const text = "a\\u00e9\\u{1f600}".repeat(20000);
      const seen = [];
      for (const owner of [String.prototype, Uint8Array.prototype, Object.getPrototypeOf(Uint8Array.prototype), ArrayBuffer.prototype, RegExp.prototype]) {
        for (const key of Reflect.ownKeys(owner)) {
          const { value, configurable } = Object.getOwnPropertyDescriptor(owner, key);
          if (configurable && typeof value === "function" && key !== "constructor") owner[key] = () => seen.push(String(key));
        }
      }
      JSON.stringify = JSON.parse = String.fromCharCode = () => seen.push("static");
      for (const key of ["0", "1", "as", "text", "length"]) {
        for (const owner of [Object.prototype, Array.prototype]) {
          if (key !== "length") Object.defineProperty(owner, key, { configurable: true, set() { seen.push(key); }, get() { return undefined; } });
        }
      }
      const bytes = new TextEncoder().encode(text);
      const back = new TextDecoder().decode(bytes);
      const base64 = Buffer.from(bytes.buffer).toString("base64");
      const same = back === text && atob(base64).length === bytes.length && btoa(atob(base64)) === base64;
      seen.length + " " + same + " " + bytes.length`)
  ).result.outcome;
  expect(result?.preview).toBe("0 true 140000");
  const long = (await session.run("text + text + text")).result.outcome.result;
  expect(long?.preview).toHaveLength(180_000 + 60_000);
});

test("limits hold while the host reads a guest's text", async () => {
  using engine = await ScratchEngine.start();
  const looping = engine.session("a", { limits: { cpu_ms: 200, wall_ms: 20_000 } });
  const code =
    "const t = 'x'.repeat(4e6), e = new TextEncoder(); for (;;) new TextDecoder().decode(e.encode(t))";
  expect((await looping.run(code)).code).toBe("TIMEOUT");
  const full = engine.session("b", { limits: { mem_mb: 32, cpu_ms: 20_000 } });
  const kept =
    "const all = []; for (;;) all.push(Buffer.from('y'.repeat(1e6)), btoa('z'.repeat(1e5)))";
  expect((await full.run(kept)).code).toBe("OUT_OF_MEMORY");
  expect((await full.run("Buffer.from('ok').toString()")).shown).toBe("ok");
}, 60_000);
