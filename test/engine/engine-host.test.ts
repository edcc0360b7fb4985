import { describe, expect, test } from "bun:test";
import { decodeBase, encodeBase, makeBase } from "../../src/engine/base-image.ts";
import { baseImage } from "../../src/engine/base-source.ts";
import { bootBase } from "../../src/engine/boot.ts";
import { ENGINE } from "../../src/engine/engines.ts";
import { PRELUDE_FILE, PRELUDE_SOURCE } from "../../src/engine/prelude/bundle.ts";
import { ScratchEngine } from "./scratch-engine.ts";

/** Which limit comes first does not depend on what else the machine does. */
const QUICK = { limits: { cpu_ms: 200, wall_ms: 10_000 } };
const SHORT = { limits: { cpu_ms: 10_000, wall_ms: 400 } };

describe("state", () => {
  test("stays between executions, in and out of the slot, and over a restart", async () => {
    using engine = await ScratchEngine.start();
    const a = engine.session("a");
    const b = engine.session("b");
    expect(await a.preview("var x = 41; x + 1")).toBe("42");
    expect(await b.preview("typeof x")).toBe("undefined");
    expect(await a.preview("x")).toBe("41");
    await b.run("var x = 'b'");
    engine.restart();
    expect(await a.preview("x")).toBe("41");
    expect(await b.preview("x")).toBe("b");
  });

  test("what is given up for room comes back from the store", async () => {
    using engine = await ScratchEngine.start();
    const sessions = [16, 32, 32, 64].map((mem_mb, i) =>
      engine.session(`session ${i}`, { limits: { mem_mb } }),
    );
    for (const [i, session] of sessions.entries()) await session.run(`var x = ${i}`);
    engine.shed();
    expect(await sessions[3]!.preview("x += 10")).toBe("13");
    engine.shed();
    const found = [];
    for (const session of sessions) found.push(await session.preview("x"));
    expect(found).toEqual(["0", "1", "2", "13"]);
  });

  test("what is given up for room while a memory grows is nothing of who comes", async () => {
    let sheds = 0;
    const system = {
      makeRoom() {
        sheds++;
        engine.shed();
      },
    };
    using engine = await ScratchEngine.start({ system });
    const sessions = [32, 32, 64].map((mem_mb, i) =>
      engine.session(`session ${i}`, { limits: { mem_mb } }),
    );
    const more = "(globalThis.a ??= []).push(new Uint8Array(6e6).fill(a.length + 1)); a.map(last)";
    for (const session of sessions) {
      await session.run("var last = (bytes) => bytes[bytes.length - 1]");
      await session.run(more);
    }
    for (const session of [...sessions, sessions[1]!.fork("fork")]) {
      const { result } = (await session.run(more)).result.outcome;
      expect(result?.json).toEqual([1, 2]);
    }
    expect(await sessions[1]!.preview("String(a.map(last))")).toBe("1,2");
    expect(sheds).toBeGreaterThan(6);
  });

  test("memory that a stopped execution has spoilt goes before the session is taken up anew", async () => {
    let releasedBytes = 0;
    const advice = {
      populate() {},
      release(bytes: Buffer) {
        releasedBytes += bytes.length;
        return true;
      },
    };
    using engine = await ScratchEngine.start({ system: { advice } });
    const session = engine.session("a", { limits: { mem_mb: 64, cpu_ms: 200 } });
    await session.run("var a = []; while (a.length < 20) a.push(new Uint8Array(1e6).fill(1));");
    expect((await session.run("for (let i = 0; ; i++) a[i % 20].fill(2)")).status).toBe("timeout");
    expect(releasedBytes).toBeGreaterThan(20e6);
    expect(await session.preview("a[19][0]")).toBe("1");
  });

  test("an ordinary execution stores little, also when the base is asked for", async () => {
    using engine = await ScratchEngine.start();
    const session = engine.session("a");
    await session.run("var list = [1, 2, 3]");
    expect((await session.run("list.push({ a: 1 }); list")).storedBytes).toBeLessThan(8192);
    const full = await session.run("list.length", { wantFull: true });
    expect(full.result.checkpoint?.full).toBe(true);
    expect(full.storedBytes).toBeLessThan(64 * 1024);
    engine.restart();
    expect(await session.preview("list.length")).toBe("4");
  });

  test("a fork begins where it was made, also after its origin was folded in place", async () => {
    using engine = await ScratchEngine.start();
    const origin = engine.session("origin");
    await origin.run("var x = 1");
    const early = origin.fork("early");
    await origin.run("x = 2");
    const late = origin.fork("late");
    await origin.fork("origin").act({ kind: "fold" }, { wantFull: true });
    expect(await early.preview("x")).toBe("1");
    expect(await late.preview("x")).toBe("2");
  });

  test("of a session that ran elsewhere in between, only the newest image is kept", async () => {
    using engine = await ScratchEngine.start();
    const a = engine.session("a");
    const b = engine.session("b");
    await a.run("var x = 1");
    const early = a.fork("early");
    await b.run("var x = 'b'");
    await engine.elsewhere(() => a.run("x = 2"));
    await a.run("x = 3");
    await b.run("x");
    engine.imagesRead = 0;
    expect(await a.preview("x")).toBe("3");
    expect(engine.imagesRead).toBe(0);
    expect(await early.preview("x")).toBe("1");
    expect(engine.imagesRead).toBe(1);
  });

  test("an image that forks start from is kept when their origin goes on", async () => {
    using engine = await ScratchEngine.start();
    const origin = engine.session("origin");
    const other = engine.session("other");
    await origin.run("var x = 1");
    const forks = ["one", "two", "three"].map((id) => origin.fork(id));
    await origin.run("x = 2");
    await other.run("1");
    expect(await forks[0]!.preview("x")).toBe("1");
    await origin.run("x = 3");
    await other.run("2");
    engine.imagesRead = 0;
    expect(await forks[1]!.preview("x")).toBe("1");
    expect(await forks[2]!.preview("x")).toBe("1");
    expect(engine.imagesRead).toBe(0);
  });

  test("copies of a session draw different random numbers; the session itself goes on", async () => {
    using engine = await ScratchEngine.start();
    const origin = engine.session("origin");
    await origin.run("var seed = 1");
    const draws = new Set<string>();
    for (const id of ["one", "two", "three"])
      draws.add(await origin.fork(id).preview("Math.random()"));
    draws.add(await origin.preview("Math.random()"));
    expect(draws.size).toBe(4);
  });

  test("a template without much memory works", async () => {
    using engine = await ScratchEngine.start();
    expect(await engine.session("a", { limits: { mem_mb: 8 } }).preview("[1, 2].length")).toBe("2");
  });

  test("an image outlives a change of the prelude", async () => {
    const older = await bootBase(ENGINE, {
      source: `globalThis.older = true;\n${PRELUDE_SOURCE}`,
      file: PRELUDE_FILE,
    });
    using before = await ScratchEngine.start({ base: older });
    const session = before.session("a");
    await session.run("var kept = 'from before'");
    using now = await ScratchEngine.start({ older });
    expect(older.digest).not.toBe(now.base.digest);
    for (const [id, link] of before.links) now.links.set(id, link);
    const goesOn = now.session("a");
    goesOn.head = session.head;
    expect(await goesOn.preview("kept + ' ' + older")).toBe("from before true");
    expect(await now.session("fresh").preview("typeof older")).toBe("undefined");
    expect(await goesOn.preview("kept")).toBe("from before");
  });
});

const base = await baseImage();
const { saysWhatIsLeft: _, ...olderHost } = base.host;

describe.each([
  ["a base image that says what is left", base],
  ["an older one, which does not", makeBase(base.engine, olderHost, base.pages)],
])("the end of an execution, on %s", (_name, base) => {
  test("an image of it is written and read", () => {
    expect(decodeBase(encodeBase(base), base.digest).host).toEqual(base.host);
  });

  test.each([
    ["a timer", "setTimeout(() => console.log('late'), 1); 1", ["late"], "1"],
    [
      "a timer of a microtask",
      "queueMicrotask(() => setTimeout(() => console.log('late'))); 1",
      ["late"],
      "1",
    ],
    [
      "a timer that throws",
      "setTimeout(() => { throw new Error('late') }, 1); 1",
      [],
      "Error: late",
    ],
    [
      "a listener that throws",
      "var target = new EventTarget(); target.addEventListener('a', () => { throw 'heard' }); target.dispatchEvent(new Event('a')); 1",
      [],
      "heard",
    ],
    [
      "a microtask that throws",
      "queueMicrotask(() => { throw new Error('soon') }); 1",
      [],
      "Error: soon",
    ],
    ["a rejection without a handler", "Promise.reject(new Error('no')); 1", [], "Error: no"],
    ["a rejection that is handled", "Promise.reject(1).catch(() => {}); 1", [], "1"],
    [
      "two rejections with one error, of which the second is handled",
      "const one = new Error('one'); Promise.reject(one); Promise.reject(one).catch(() => {}); 1",
      [],
      "Error: one",
    ],
    [
      "a promise that never settles",
      "new Promise(() => {})",
      [],
      expect.stringContaining("never settle"),
    ],
    ["a promise that a timer settles", "new Promise((done) => setTimeout(done, 1, 5))", [], "5"],
  ])("%s", async (_name, code, lines, shown) => {
    using engine = await ScratchEngine.start({ base });
    const ended = await engine.session("a").run(code);
    expect({ lines: ended.console, shown: ended.shown }).toEqual({
      lines: lines as string[],
      shown,
    });
  });

  test("nothing of it reaches the next one", async () => {
    using engine = await ScratchEngine.start({ base });
    const session = engine.session("a");
    await session.run("console.group(); __ARGS__.left = 1; var args = __ARGS__; 1");
    const next = await session.run("console.log('flush left'); [__ARGS__, __ENV__, args]");
    expect(next.console).toEqual(["flush left"]);
    expect(next.shown).toBe("[ {}, {}, { left: 1 } ]");
    await session.run("({ toJSON() { setTimeout(() => { late = true }, 1e6) } })");
    expect((await session.run("typeof late")).shown).toBe("undefined");
    await session.act({
      kind: "run_file",
      path: "a.js",
      source: "0",
      args: { a: 1 },
      env: { B: "2" },
    });
    expect(await session.preview("[__ARGS__, __ENV__]")).toBe("[ {}, {} ]");
  });

  test.each([
    ["7", { type: "number", preview: "7", json: 7 }],
    ["-2147483648", { type: "number", preview: "-2147483648", json: -2147483648 }],
    ["-0", { type: "number", preview: "-0", json: 0 }],
    ["0.5", { type: "number", preview: "0.5", json: 0.5 }],
    ["0/0", { type: "number", preview: "NaN" }],
    ["true", { type: "boolean", preview: "true", json: true }],
    ["!1", { type: "boolean", preview: "false", json: false }],
    ["null", { type: "null", preview: "null", json: null }],
    ["void 0", { type: "undefined", preview: "undefined", json: null }],
    ["10n", { type: "bigint", preview: "10n", json: "10" }],
    ["await 3", { type: "number", preview: "3", json: 3 }],
  ] as const)("the value %s", async (code, value) => {
    using engine = await ScratchEngine.start({ base });
    const { result } = await engine.session("a").run(code);
    expect(result.outcome.result).toEqual(value);
  });
});

describe("limits", () => {
  test("hold for what never asks, also where its value is shown without the prelude", async () => {
    using engine = await ScratchEngine.start();
    const session = engine.session("a", { limits: { cpu_ms: 10_000, wall_ms: 10 } });
    const ended = await session.run("3n ** 400000n > 5n");
    expect([ended.status, ended.code, ended.rolledBack]).toEqual(["timeout", "TIMEOUT", true]);
  });

  test.each([
    ["a loop", "while (true) {}", "cpu_ms"],
    ["a loop that is caught", "try { while (true) {} } catch {} finally { x = 2 }", "cpu_ms"],
    ["a swallowed interrupt", "(async () => { for (;;); })(); 1", "cpu_ms"],
    ["a storm of jobs", "const f = () => Promise.resolve().then(f); f(); 1", "cpu_ms"],
    ["a loop in a job", "Promise.resolve().then(() => { for (;;); }); 1", "cpu_ms"],
    ["a regular expression", "/(a+)+$/.test('a'.repeat(40) + 'b')", "cpu_ms"],
    ["timers without end", "setInterval(() => {}, 1)", "wall_ms"],
    [
      "a slow native in a loop",
      "const s = '[' + '1,'.repeat(2e5) + '1]'; for (;;) JSON.parse(s)",
      "cpu_ms",
    ],
    [
      "a getter while the result is shown",
      "({ get then() { for (;;); } }); new Proxy({}, { get() { for (;;); } }) + ''",
      "cpu_ms",
    ],
  ])("%s ends as a timeout, the state as before", async (_, code, limit) => {
    using engine = await ScratchEngine.start();
    const session = engine.session("a", limit === "cpu_ms" ? QUICK : SHORT);
    await session.run("var x = 1");
    const startMs = performance.now();
    const ended = await session.run(code);
    expect([ended.status, ended.code, ended.result.outcome.error?.limit]).toEqual([
      "timeout",
      "TIMEOUT",
      limit,
    ]);
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(ended.rolledBack).toBe(true);
    expect(await session.preview("x")).toBe("1");
  });

  test.each([
    ["max_events", { max_events: 5 }, "for (let i = 0; i < 10; i++) console.log(i)", 5],
    ["max_output_kb", { max_output_kb: 1 }, "console.log('a'); console.log('x'.repeat(2000))", 1],
  ] as const)(
    "%s: events up to it, then nothing, the state as before",
    async (limit, limits, code, count) => {
      using engine = await ScratchEngine.start();
      const session = engine.session("a", { limits });
      const ended = await session.run(`var y = 1; try { ${code} } catch {} y = 2`);
      expect(ended.status).toBe("error");
      expect(ended.result.outcome.outputLimit?.limit).toBe(limit);
      expect(ended.events.length).toBe(count);
      expect(ended.rolledBack).toBe(true);
      expect(await session.preview("typeof y")).toBe("undefined");
    },
  );

  test.each([
    ["many small pieces", "var hog = []; for (;;) hog.push({ a: [1, 2, 3] })"],
    ["few large ones", "var hog = []; for (;;) hog.push(new Uint8Array(1e6).fill(1))"],
    ["one", "'x'.repeat(1e9)"],
    ["a loop that tries again", "for (;;) { try { var big = new Uint8Array(6e7) } catch {} }"],
  ])("memory, in %s: OUT_OF_MEMORY, and the session goes on", async (_, code) => {
    using engine = await ScratchEngine.start();
    const session = engine.session("a", { limits: { mem_mb: 32 } });
    await session.run("var x = 1");
    const ended = await session.run(code);
    expect([ended.status, ended.code]).toEqual(["error", "OUT_OF_MEMORY"]);
    expect(await session.preview("x")).toBe("1");
    engine.restart();
    expect(await session.preview("x + 1")).toBe("2");
  });

  test("a trap of the engine costs the execution alone", async () => {
    using engine = await ScratchEngine.start();
    const session = engine.session("a");
    await session.run("var x = 1");
    const ended = await session.run("x = 2; JSON.parse('['.repeat(1e6))");
    // With a deep native stack the engine's own count ends it first.
    expect(["WORKER_CRASHED", undefined]).toContain(ended.code);
    expect(await session.preview("x")).toBe(ended.rolledBack ? "1" : "2");
  });
});

describe("ends", () => {
  test.each([
    ["throw new TypeError('no')", "TypeError: no"],
    ["Promise.reject(new Error('rejected'))", "Error: rejected"],
    ["Promise.reject(new Error('nobody looks')); 1", "Error: nobody looks"],
    ["setTimeout(() => { throw new RangeError('late') }, 1); 1", "RangeError: late"],
    ["queueMicrotask(() => { throw new Error('soon') }); 1", "Error: soon"],
  ])("%s is an error, and the heap is kept", async (code, message) => {
    using engine = await ScratchEngine.start();
    const session = engine.session("a");
    const ended = await session.run(`var reached = true; ${code}`);
    expect([ended.status, ended.shown]).toEqual(["error", message]);
    expect(await session.preview("reached")).toBe("true");
  });

  test("a promise that can never settle is an error at once", async () => {
    using engine = await ScratchEngine.start();
    const startMs = performance.now();
    const ended = await engine.session("a").run("new Promise(() => {})");
    expect(ended.code).toBe("PROMISE_NEVER_SETTLES");
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  test("a rejection that is handled in time is none", async () => {
    using engine = await ScratchEngine.start();
    const ended = await engine.session("a").run("Promise.reject(1).catch(() => {}); 'fine'");
    expect(ended.shown).toBe("fine");
  });

  test("console lines come in order, timers included, and stacks show guest frames alone", async () => {
    using engine = await ScratchEngine.start();
    const session = engine.session("a");
    const ended = await session.run(
      "setTimeout(() => console.log('third'), 2); Promise.resolve().then(() => console.log('second')); console.log('first %d', 1)",
    );
    expect(ended.console).toEqual(["first 1", "second", "third"]);
    const failed = await session.run("function bad() { null.x }\n[1].map(bad)");
    const stack = failed.result.outcome.error?.stack ?? "";
    expect(stack).toContain("at bad (<repl:2>:1:");
    expect(stack).toContain("<repl:2>:2:");
    expect(stack).not.toContain("vm:");
    expect(stack).not.toContain(import.meta.dir);
  });

  test("a long word beside a frame does not hold the host up", async () => {
    using engine = await ScratchEngine.start();
    const ended = await engine
      .session("a")
      .run("console.log('x'.repeat(4e5) + '\\n    at f (<repl:1>:1:9)'); throw 'y'.repeat(9e5)");
    expect(ended.console).toEqual([`${"x".repeat(4e5)}\n    at f (<repl:1>:1:9)`]);
    expect(ended.shown).toBe(`${"y".repeat(8192)}...`);
  });

  test("text survives the boundary, NULs and lone surrogates too", async () => {
    using engine = await ScratchEngine.start();
    const session = engine.session("a");
    const { result } = (await session.run("'a\\u0000b\\ud800c\\u{1f600}'")).result.outcome;
    expect(result?.json).toBe("a\u0000b\ud800c\u{1f600}");
    const raw = (await session.run("'\ud800\u0000é'.length")).result.outcome;
    expect(raw.result?.preview).toBe("3");
  });
});

describe("prepare", () => {
  test("defines globals and libraries; sessions start from it", async () => {
    using engine = await ScratchEngine.start();
    const prepared = engine.session("", {}, { globals: { LIMIT: { rows: [1, 2] } } });
    const source =
      "!function (g, f) { 'object' == typeof exports ? 0 : 'function' == typeof define ? 0 : (g = 'undefined' != typeof globalThis ? globalThis : g || self).Lib = f() }(this, function () { return { n: LIMIT.rows.length } })";
    const done = await prepared.act({
      kind: "prepare",
      libraries: [{ name: "lib-1", global: "Lib", source }],
    });
    expect(done.status).toBe("ok");
    expect(await prepared.fork("a").preview("Lib.n")).toBe("2");
    expect(await prepared.fork("b").preview("Lib.n = 3; Lib.n")).toBe("3");
    expect(await prepared.fork("c").preview("Lib.n")).toBe("2");
  });

  test("a file that does not define its global says so", async () => {
    using engine = await ScratchEngine.start();
    const ended = await engine
      .session("")
      .act({ kind: "prepare", libraries: [{ name: "lib-1", global: "Lib", source: "1" }] });
    expect(ended.shown).toBe("Error: lib-1 did not define the global Lib");
  });
});

describe("native modules", () => {
  const counting = (log: string[]) => (name: string, context: { initialState?: string }) => {
    if (name !== "count") return undefined;
    let count = Number(context.initialState ?? 0);
    return {
      functions: ["up", "echo"],
      call: (fn: string, args: readonly unknown[]) => (fn === "up" ? ++count : (args[0] as never)),
      state: () => `${count}`,
      dispose: () => void log.push("disposed"),
    };
  };

  test("keep what they know over a restart, and lose what is undone", async () => {
    const log: string[] = [];
    using engine = await ScratchEngine.start({ factory: counting(log) });
    const session = engine.session("a", QUICK, { modules: ["count"] });
    expect(await session.preview("var count = require('count'); count.up()")).toBe("1");
    expect(await session.preview("count.up()")).toBe("2");
    engine.restart();
    expect(await session.preview("count.up()")).toBe("3");
    expect((await session.run("count.up(); for (;;);")).status).toBe("timeout");
    expect(await session.preview("count.up()")).toBe("4");
    expect(log.length).toBeGreaterThan(1);
  });

  test("end with a slot that cannot be put back after a look at it", async () => {
    const log: string[] = [];
    using engine = await ScratchEngine.start({ factory: counting(log) });
    const session = engine.session("a", {}, { modules: ["count"] });
    await session.run("var big = new Uint8Array(12e6); 1");
    await session.run("for (let i = 0; i < 1000; i++) globalThis['name' + i] = [i]");
    await session.run("var count = require('count'); count.up()");
    await session.act({ kind: "complete", text: "n" });
    expect(log).toEqual(["disposed"]);
    expect(await session.preview("count.up()")).toBe("2");
  });

  test("values go through whole, and only what the session may use is there", async () => {
    using engine = await ScratchEngine.start({ factory: counting([]) });
    const session = engine.session("a", {}, { modules: ["count"] });
    await session.run("var { echo } = require('count')");
    expect(
      await session.preview("echo({ a: [1n, undefined, NaN, -0], b: new Uint8Array([1, 2]) })"),
    ).toBe("{ a: [ 1n, undefined, NaN, -0 ], b: Uint8Array(2) [ 1, 2 ] }");
    expect(await engine.session("b").preview("require('count')")).toContain("Invalid module");
  });
});

test("large sessions one after another: memory is made at once, used again, and given back", async () => {
  let populated = 0;
  const released: number[] = [];
  using engine = await ScratchEngine.start({
    system: {
      advice: {
        populate: (bytes) => {
          populated += bytes.length;
          expect(bytes.equals(Buffer.alloc(bytes.length))).toBe(true);
        },
        release: (bytes) => {
          released.push(bytes.length);
          bytes.fill(0xee);
          return true;
        },
      },
    },
  });
  const sessions = [1, 2, 3].map((seed) => engine.session(`large ${seed}`));
  for (const [i, session] of sessions.entries()) {
    await session.run(
      `var big = []; for (let i = 0; i < 30; i++) big.push(new Uint8Array(2 ** 20).fill(i + ${i})); 1`,
    );
  }
  const small = engine.session("small");
  await small.run("var x = 7");
  engine.restart();
  released.length = 0;
  populated = 0;
  for (const [i, session] of sessions.entries()) {
    expect(await session.preview("[big.length, big[29][2 ** 20 - 1], big[0][0]].join()")).toBe(
      `30,${29 + i},${i}`,
    );
  }
  // The memory of one is the next one's; only a small session has no use for it.
  expect(released.length).toBe(0);
  expect(await small.preview("x")).toBe("7");
  expect(released.length).toBe(1);
  expect(await sessions[0]?.preview("big.length")).toBe("30");
  expect(populated).toBeGreaterThan(4 * 28 * 2 ** 20);
  expect(populated).toBeLessThan(4 * 32 * 2 ** 20);
}, 30_000);
