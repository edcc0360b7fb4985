import { afterEach, describe, expect, test } from "bun:test";
import { countPiece, HostMemoryFull, withinRoom } from "../../src/engine/host-memory.ts";
import { decodeValue } from "../../src/engine/module-values.ts";
import { parseFields } from "../../src/engine/payload.ts";
import { ScratchEngine } from "./scratch-engine.ts";

/** Texts whose syntax trees are many times as large as they are. */
const TEXTS: readonly [what: string, text: string][] = [
  ["statements", `let a;${"a;".repeat(1e5)}`],
  ["holes", `let a = [${",".repeat(1e5)}]`],
  ["parts of a template", `let a = \`${"$".concat("{1}").repeat(1e5)}\``],
  ["types", `type T = ${"1 | ".repeat(1e5)}1`],
  ["escapes in a string", `let a = '${"\\x41".repeat(1e5)}'`],
  ["groups of a regular expression", `let a = /${"(?:b)".repeat(1e5)}/`],
];

describe("a text is read as long as there is memory for it", () => {
  let engine: ScratchEngine;
  afterEach(() => engine[Symbol.dispose]());

  test.each(TEXTS)("%s", async (_, text) => {
    engine = await ScratchEngine.start();
    const session = engine.session("a");
    await session.run("var kept = 1");
    engine.isMemoryFull = () => true;
    const { result } = await session.run(text);
    expect(result.outcome.error).toEqual({
      message: "Error: the execution took more memory than its limit of 128 MiB allows (mem_mb)",
      code: "OUT_OF_MEMORY",
      limit: "mem_mb",
    });
    engine.isMemoryFull = () => false;
    expect(await session.preview("kept")).toBe("1");
  });
});

test("what a long text was made of is looked at before the engine gets the text", async () => {
  using engine = await ScratchEngine.start();
  const session = engine.session("a");
  let looks = 0;
  engine.isMemoryFull = () => {
    looks++;
    return false;
  };
  expect(await session.preview("'a short one'.length")).toBe("11");
  expect(looks).toBe(0);
  expect(await session.preview(`'${"x".repeat(20_000)}'.length`)).toBe("20000");
  expect(looks).toBe(1);
});

test.each([
  ["caught", "try { long() } catch {} kept = 2"],
  ["caught in a promise, again and again", "for (;;) await (async () => long())().catch(() => {})"],
])("a guest that is refused a long text and has %s that cannot go on", async (_, code) => {
  using engine = await ScratchEngine.start();
  const session = engine.session("a");
  await session.run("var kept = 1");
  engine.isMemoryFull = () => true;
  const long = "var long = () => new TextDecoder().decode(new Uint8Array(40_000).fill(120));";
  const { outcome } = (await session.run(long + code)).result;
  expect(outcome).toMatchObject({ error: { code: "OUT_OF_MEMORY" }, heap: "undo" });
  engine.isMemoryFull = () => false;
  expect(await session.preview("[kept, typeof long]")).toBe("[ 1, 'undefined' ]");
});

test("a JSON text with more values than there is room for is not parsed", () => {
  const text = `{"list":[${"[],".repeat(1e5)}[]]}`;
  const refuse = (bytes: number) => {
    if (bytes > 8e6) throw new HostMemoryFull();
  };
  expect(() => withinRoom(refuse, () => parseFields(text))).toThrow(HostMemoryFull);
  expect(withinRoom(refuse, () => parseFields(`{"text":"${"[],".repeat(1e5)}"}`))).toBeDefined();
});

test("a value for a module with more parts than there is room for is not made", () => {
  const raw = { env: Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`N${i}`, "x"])) };
  const refuse = (bytes: number) => {
    if (bytes > 1e6) throw new HostMemoryFull();
  };
  const decode = () => decodeValue(raw, new Uint8Array());
  expect(() => withinRoom(refuse, decode)).toThrow(HostMemoryFull);
  expect(decode()).toEqual(raw);
});

test("what is asked for next grows with the pieces, and each work counts its own", () => {
  const asked: number[] = [];
  const assert = (nextBytes: number) => {
    asked.push(nextBytes);
    if (asked.length === 3) throw new HostMemoryFull();
  };
  const work = (pieces: number) => () => {
    for (let i = 0; i < pieces; i++) countPiece();
  };
  withinRoom(assert, () => {
    work(3000)();
    withinRoom(() => {}, work(5000));
  });
  expect(() => withinRoom(assert, work(1e6))).toThrow(HostMemoryFull);
  expect(asked).toEqual([1024 * 12, 2048 * 12, 1024 * 12]);
  work(5000)();
  expect(asked).toHaveLength(3);
});
