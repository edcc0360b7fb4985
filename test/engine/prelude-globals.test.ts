// biome-ignore-all lint/suspicious/noTemplateCurlyInString: guest code in strings
import { afterAll, describe, expect, test } from "bun:test";
import { PreludeGuest } from "./prelude-guest.ts";

const guest = new PreludeGuest();
afterAll(() => guest[Symbol.dispose]());

/** Scripts that must come to the same as here: Bun's own globals are the reference. */
const SAME: readonly string[] = [
  // structuredClone
  "structuredClone({ a: [1, { b: new Date(5) }], m: new Map([[1, new Set([2])]]), n: null, u: undefined })",
  "structuredClone([1, , 3])",
  "(() => { const a = { b: {} }; a.b.a = a; const c = structuredClone(a); return [c !== a, c.b.a === c] })()",
  "(() => { const o = {}; const c = structuredClone([o, o]); return c[0] === c[1] })()",
  "structuredClone(new Uint16Array([1, 2, 3]).subarray(1))",
  "structuredClone(Object(5)) instanceof Number",
  "structuredClone(/a/gi).flags",
  "(() => { const e = structuredClone(new RangeError('r')); return [e instanceof RangeError, e.message] })()",
  "(() => { const b = new ArrayBuffer(4); const c = structuredClone({ b, v: new Uint8Array(b, 1) }, { transfer: [b] }); return [b.byteLength, c.b.byteLength, c.v.length, c.v.buffer === c.b] })()",
  "(() => { try { structuredClone({ f() {} }) } catch (e) { return [e.name, e.code, e instanceof DOMException, e instanceof Error] } })()",
  "(() => { try { structuredClone(Symbol('x')) } catch (e) { return e.name } })()",
  "(() => { try { structuredClone(new WeakMap()) } catch (e) { return e.name } })()",
  "(() => { try { structuredClone(Promise.resolve()) } catch (e) { return e.name } })()",
  "structuredClone(new (class A { x = 1; get y() { return 2 } })())",
  "structuredClone({ get g() { return 7 } })",
  // text
  "[...new TextEncoder().encode('aé€😀\\ud800')]",
  "new TextEncoder().encodeInto('a€b', new Uint8Array(3))",
  "new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80]))",
  "new TextDecoder().decode(new Uint8Array([0xff, 0x61, 0xc3, 0xe2, 0x82, 0xf0, 0x9f, 0x98, 0x61]))",
  "new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])).length",
  "(() => { try { new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])) } catch (e) { return e.name } })()",
  "(() => { try { new TextDecoder('nope') } catch (e) { return e.name } })()",
  "(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }), d.decode(new Uint8Array([0xac]), { stream: true }), d.decode()] })()",
  "new TextDecoder('utf-16le').decode(new Uint8Array([0x61, 0, 0x3d, 0xd8, 0, 0xde]))",
  "new TextDecoder('latin1').decode(new Uint8Array([0x80, 0xe9, 0x41]))",
  "new TextDecoder('latin1').encoding",
  "new TextDecoder().decode(new DataView(new Uint8Array([65, 66, 67]).buffer, 1))",
  "new TextDecoder().decode('x'.repeat(0) || new ArrayBuffer(0))",
  "(() => { const s = 'naïve ☃ '.repeat(5000); return new TextDecoder().decode(new TextEncoder().encode(s)) === s })()",
  // base64
  "btoa('hello')",
  "btoa('')",
  "btoa('\\xff\\x00a')",
  "atob('aGVsbG8=')",
  "atob(' aGVs bG8 ')",
  "(() => { try { btoa('€') } catch (e) { return e.name } })()",
  "['a', 'a===', 'ab=c', '*'].map((s) => { try { return atob(s) } catch (e) { return e.name } })",
  // URL
  "new URL('https://user:pw@example.org:8080/a/../b?x=1#y').href",
  "new URL('../c?d', 'http://h/a/b').href",
  "(() => { const u = new URL('http://a.b/c'); u.port = '81'; u.pathname = '/x y'; u.search = 'q=ü'; u.hash = 'z'; u.protocol = 'https'; u.hostname = 'd.e'; u.username = 'n'; return [u.href, u.origin, `${u}`, JSON.stringify(u)] })()",
  "(() => { const u = new URL('http://a/?x=1&y=2'); u.searchParams.append('z', 'ö &'); u.searchParams.delete('x'); return u.href })()",
  "(() => { const u = new URL('http://a/?x=1'); const p = u.searchParams; u.search = '?q=5'; return [p.get('q'), p.get('x')] })()",
  "[URL.canParse('nope'), URL.canParse('a:b')]",
  "(() => { try { new URL('nope') } catch (e) { return [e.name, e.code, e.input] } })()",
  "(() => { const u = new URL('http://a/'); try { u.href = 'nope' } catch (e) { return [e.name, u.href] } })()",
  // URLSearchParams
  "new URLSearchParams('?a=1&b=2&a=3&c').toString()",
  "new URLSearchParams({ a: '1 2', b: 'ü&=' }).toString()",
  "new URLSearchParams([['a', '1'], ['b', '2']]).toString()",
  "new URLSearchParams(new Map([['k', 'v']])).get('k')",
  "[...new URLSearchParams('a=1&b=%F0%9F%98%80+x&%zz')]",
  "(() => { const p = new URLSearchParams('b=2&a=1&b=3'); p.sort(); p.set('b', '9'); return [`${p}`, p.size, p.getAll('b'), p.has('a'), p.has('a', '2'), p.get('zz'), [...p.keys()], [...p.values()]] })()",
  "(() => { const seen = []; new URLSearchParams('a=1&b=2').forEach((v, k) => seen.push(k + v)); return seen })()",
  // Events
  "(() => { const t = new EventTarget(); const seen = []; t.addEventListener('x', (e) => seen.push(e.type, e.target === t, e.detail)); t.dispatchEvent(new CustomEvent('x', { detail: 5 })); return seen })()",
  "(() => { const t = new EventTarget(); let n = 0; const f = () => n++; t.addEventListener('x', f, { once: true }); t.addEventListener('x', f); t.dispatchEvent(new Event('x')); t.dispatchEvent(new Event('x')); return n })()",
  "(() => { const t = new EventTarget(); t.addEventListener('x', (e) => e.preventDefault()); return [t.dispatchEvent(new Event('x', { cancelable: true })), t.dispatchEvent(new Event('x'))] })()",
  "(() => { const t = new EventTarget(); const seen = []; t.addEventListener('x', (e) => { seen.push(1); e.stopImmediatePropagation() }); t.addEventListener('x', () => seen.push(2)); t.dispatchEvent(new Event('x')); return seen })()",
  "(() => { const t = new EventTarget(); const seen = []; const h = { handleEvent(e) { seen.push(this === h) } }; t.addEventListener('x', h); t.dispatchEvent(new Event('x')); t.removeEventListener('x', h); t.dispatchEvent(new Event('x')); return seen })()",
  "(() => { class T extends EventTarget { }; const t = new T(); let ok = false; t.addEventListener('a', () => { ok = true }); t.dispatchEvent(new Event('a')); return ok })()",
  // Abort
  "(() => { const c = new AbortController(); const seen = []; c.signal.onabort = () => seen.push('on'); c.signal.addEventListener('abort', () => seen.push('listener')); c.abort(); c.abort(); return [seen, c.signal.aborted, c.signal.reason.name, c.signal.reason.code] })()",
  "(() => { const s = AbortSignal.abort('why'); try { s.throwIfAborted() } catch (e) { return e } })()",
  "(() => { const c = new AbortController(); const s = AbortSignal.any([c.signal, new AbortController().signal]); c.abort(5); return [s.aborted, s.reason] })()",
  "(() => { const c = new AbortController(); const t = new EventTarget(); let n = 0; t.addEventListener('x', () => n++, { signal: c.signal }); t.dispatchEvent(new Event('x')); c.abort(); t.dispatchEvent(new Event('x')); return n })()",
  "(() => { try { new AbortSignal() } catch (e) { return e.name } })()",
  // DOMException
  "(() => { const e = new DOMException('m', 'AbortError'); return [e.message, e.name, e.code, e instanceof Error, String(e), DOMException.ABORT_ERR] })()",
  "[new DOMException().name, new DOMException('m', 'Own').code]",
  // names
  "[setTimeout, clearTimeout, setInterval, queueMicrotask, structuredClone, atob, btoa].map((f) => [f.name, typeof f, 'prototype' in f])",
  "[URL, URLSearchParams, TextEncoder, TextDecoder, Event, EventTarget, CustomEvent, AbortController, AbortSignal, DOMException, Proxy].map((f) => f.name)",
  "['URL', 'console', 'Proxy'].map((n) => Object.getOwnPropertyDescriptor(globalThis, n).enumerable)",
  "[new URL('a:b'), new TextEncoder(), new Event('x'), new AbortController(), performance, crypto, console, new URLSearchParams()].map((o) => Object.prototype.toString.call(o))",
];

describe("as on the web", () => {
  for (const code of SAME) {
    test(code, () => {
      // biome-ignore lint/security/noGlobalEval: this runtime's own answer is the reference
      const here = JSON.stringify(globalThis.eval(code));
      using value = guest.evaluate(`JSON.stringify(${code})`);
      expect(guest.context.dump(value)).toBe(here);
    });
  }
});

describe("random", () => {
  test("values fill integer arrays only, 64 KiB at most", () => {
    const code = `[
      crypto.getRandomValues(new Uint32Array(8)).some((n) => n > 0),
      crypto.getRandomValues(new Uint8Array(65536)).length,
      ...[new Float64Array(1), new Uint8Array(65537)].map((a) => { try { crypto.getRandomValues(a) } catch (e) { return e.name } }),
    ]`;
    expect(guest.json(code)).toEqual([true, 65536, "TypeMismatchError", "QuotaExceededError"]);
  });
  test("UUIDs are of version 4 and differ", () => {
    const [a, b] = guest.json("[crypto.randomUUID(), crypto.randomUUID()]") as string[];
    expect(a).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(a).not.toBe(b);
  });
  test("Math.random follows its seed", () => {
    const draw = (seed: number[]) => {
      using fresh = new PreludeGuest();
      const words = seed.map((word) => fresh.context.newNumber(word));
      fresh.call("reseed", ...words);
      for (const word of words) word.dispose();
      return fresh.json("Array.from({ length: 1000 }, Math.random)") as number[];
    };
    const first = draw([1, 2, 3, 4]);
    expect(draw([1, 2, 3, 4])).toEqual(first);
    expect(draw([1, 2, 3, 5])).not.toEqual(first);
    expect(new Set(draw([0, 0, 0, 0])).size).toBe(1000);
    const mean = first.reduce((sum, each) => sum + each, 0) / first.length;
    expect(mean).toBeGreaterThan(0.45);
    expect(mean).toBeLessThan(0.55);
    expect(first.every((each) => each >= 0 && each < 1)).toBe(true);
  });
});

describe("timers", () => {
  const order = (code: string) => {
    using fresh = new PreludeGuest();
    fresh.evaluate(`globalThis.seen = []; ${code}`).dispose();
    fresh.runAll();
    return { seen: fresh.json("seen"), unhandled: fresh.unhandled(), nowMs: fresh.nowMs };
  };
  test("run by due time, then by age, jobs between them", () => {
    const { seen, nowMs } = order(`
      setTimeout(() => seen.push("b"), 20);
      setTimeout(() => { seen.push("a1"); queueMicrotask(() => seen.push("job")) }, 10);
      setTimeout((x, y) => seen.push("a2" + x + y), 10, 1, 2);
      setImmediate(() => seen.push("now"));
      setTimeout(() => seen.push("zero"));
      Promise.resolve().then(() => seen.push("first"));
    `);
    expect(seen).toEqual(["first", "now", "zero", "a1", "job", "a212", "b"]);
    expect(nowMs).toBe(1020);
  });
  test("intervals repeat until they are cleared, also by themselves", () => {
    const { seen } = order(
      "let n = 0; const id = setInterval(() => { seen.push(n); if (++n === 3) clearInterval(id) }, 5)",
    );
    expect(seen).toEqual([0, 1, 2]);
  });
  test("cleared ones do not run, and unknown ids are nothing", () => {
    const { seen } = order(
      "clearTimeout(setTimeout(() => seen.push(1), 1)); clearTimeout(99); clearTimeout(); clearTimeout(null); clearTimeout({})",
    );
    expect(seen).toEqual([]);
  });
  test("many in any order come in order", () => {
    const { seen } = order(
      "for (let i = 0; i < 500; i++) { const ms = (i * 7919) % 499; setTimeout(() => seen.push(ms), ms + 1) }",
    );
    expect(seen).toEqual([...(seen as number[])].sort((a, b) => a - b));
    expect((seen as number[]).length).toBe(500);
  });
  test("what a callback throws is reported, and the others run", () => {
    const { seen, unhandled } = order(
      "setTimeout(() => { throw new TypeError('late') }, 1); queueMicrotask(() => { throw 'soon' }); setTimeout(() => seen.push(1), 2)",
    );
    expect(seen).toEqual([1]);
    expect(unhandled.map((each) => each.message)).toEqual(["soon", "TypeError: late"]);
  });
  test("the end of an execution cancels them", () => {
    using fresh = new PreludeGuest();
    fresh.evaluate("setTimeout(() => {}, 5); setInterval(() => {}, 5)").dispose();
    fresh.call("end");
    expect(fresh.runTimers()).toEqual({ ran: 0, nextAtMs: null, nextIdleAtMs: null });
  });
  test("AbortSignal.timeout does not hold an execution", () => {
    using fresh = new PreludeGuest();
    fresh.evaluate("globalThis.signal = AbortSignal.timeout(50)").dispose();
    expect(fresh.runTimers()).toEqual({ ran: 0, nextAtMs: null, nextIdleAtMs: 1050 });
    fresh.runAll();
    expect(fresh.json("[signal.aborted, signal.reason.name]")).toEqual([true, "TimeoutError"]);
  });
});

describe("rejections", () => {
  test("those without a handler are reported once", () => {
    using fresh = new PreludeGuest();
    const { context } = fresh;
    using promise = fresh.evaluate("globalThis.p = Promise.reject(1); p");
    using other = fresh.evaluate("Promise.reject(2)");
    using reason = fresh.evaluate("new RangeError('nobody')");
    using caught = fresh.evaluate("new RangeError('somebody')");
    fresh.callForValue("rejected", promise, reason, context.false).dispose();
    fresh.callForValue("rejected", other, caught, context.false).dispose();
    fresh.callForValue("rejected", other, context.undefined, context.true).dispose();
    expect(fresh.unhandled().map((each) => each.message)).toEqual(["RangeError: nobody"]);
    expect(fresh.unhandled()).toEqual([]);
  });
});

describe("arguments and console switch", () => {
  test("each execution has its own", () => {
    using fresh = new PreludeGuest();
    fresh.begin({ args: { a: 1 }, env: { E: "x" } });
    expect(fresh.json("[__ARGS__, __ENV__]")).toEqual([{ a: 1 }, { E: "x" }]);
    fresh.begin({});
    expect(fresh.json("[__ARGS__, __ENV__]")).toEqual([{}, {}]);
    expect(fresh.json("Object.keys(globalThis).includes('__ARGS__')")).toBe(false);
  });
  test("a console that is off records nothing", () => {
    using fresh = new PreludeGuest();
    fresh.begin({ console: false });
    expect(
      fresh.console(
        "console.log(1); console.table([1]); console.count(); console.trace(); console.dir({})",
      ),
    ).toEqual([]);
  });
  test("levels, trace, warnings and times", () => {
    using fresh = new PreludeGuest();
    fresh.lines.length = 0;
    fresh
      .evaluate(`
        console.log(1); console.info(2); console.warn(3); console.error(4); console.debug(5);
        console.time(); console.timeEnd(); console.timeEnd(); console.countReset('n'); console.assert(false, { a: 1 });
        function where() { console.trace('here %d', 1) }
        where();
      `)
      .dispose();
    expect(fresh.lines).toEqual([
      { level: "log", text: "1" },
      { level: "info", text: "2" },
      { level: "warn", text: "3" },
      { level: "error", text: "4" },
      { level: "debug", text: "5" },
      { level: "log", text: "default: 0ms" },
      { level: "warn", text: "Warning: No such label 'default' for console.timeEnd()" },
      { level: "warn", text: "Warning: Count for 'n' does not exist" },
      { level: "error", text: "Assertion failed: { a: 1 }" },
      {
        level: "error",
        text: "Trace: here 1\n    at where (/guest.js:4:41)\n    at /guest.js:5:14",
      },
    ]);
  });
});

describe("completion", () => {
  test("of globals, members, and what runs nothing", () => {
    using fresh = new PreludeGuest();
    fresh
      .evaluate(`
        var thing = { alpha: 1, beta: { gamma: 2 }, get trap() { throw 1 }, 'not-a-name': 1 };
        let lexical = { inner: 1 };
        var text = "abc", proxy = new Proxy({ seen: 1 }, { ownKeys() { throw 1 } });
      `)
      .dispose();
    expect(fresh.complete("thi")).toEqual(["thing"]);
    expect(fresh.complete("x = thing.be")).toEqual(["beta"]);
    expect(fresh.complete("foo(thing.beta.g")).toEqual(["gamma"]);
    expect(fresh.complete("lexical.in")).toEqual(["inner"]);
    expect(fresh.complete("thing.trap.x")).toEqual([]);
    expect(fresh.complete("text.toUp")).toEqual(["toUpperCase"]);
    expect(fresh.complete("proxy.s")).toEqual(["seen"]);
    expect(fresh.complete("globalThis.consol")).toEqual(["console"]);
    expect(fresh.complete("this.consol")).toEqual(["console"]);
    expect(fresh.complete("nowhere.x")).toEqual([]);
    expect(fresh.complete("1.")).toEqual([]);
    expect(fresh.complete("f().")).toEqual([]);
    expect(fresh.complete("thing.")).toContain("alpha");
    expect(fresh.complete("thing.")).not.toContain("not-a-name");
    expect(fresh.complete("")).toContain("Array");
  });

  test("of literals, indices and optional chains, read from their letters alone", () => {
    using fresh = new PreludeGuest();
    fresh
      .evaluate(`
        var ran = 0, list = [{ alpha: 1 }], keyed = { 'a b': { beta: 1 }, get trap() { ran++; return {} } };
        function call() { ran++; return { gamma: 1 } }
      `)
      .dispose();
    const completions = Object.fromEntries(
      [
        "[1,2].ma",
        "x = [[1], ']'].ma",
        "return [1].ma",
        "'a\\'b'.toUp",
        "`a`.toUp",
        "list[0].al",
        "keyed['a b'].be",
        "keyed?.['a b']?.be",
        "list\n  .ma",
        "f(...lis",
        "list[call()].al",
        "call().ga",
        "call()[0].ga",
        "tag`a`.toUp",
        "keyed.trap.x",
        "keyed['trap'].x",
        "1..toF",
        "1.5.toF",
        "].ma",
      ].map((text) => [text, fresh.complete(text)]),
    );
    expect(completions).toEqual({
      "[1,2].ma": ["map"],
      "x = [[1], ']'].ma": ["map"],
      "return [1].ma": ["map"],
      "'a\\'b'.toUp": ["toUpperCase"],
      "`a`.toUp": ["toUpperCase"],
      "list[0].al": ["alpha"],
      "keyed['a b'].be": ["beta"],
      "keyed?.['a b']?.be": ["beta"],
      "list\n  .ma": ["map"],
      "f(...lis": ["list"],
      "list[call()].al": [],
      "call().ga": [],
      "call()[0].ga": [],
      "tag`a`.toUp": [],
      "keyed.trap.x": [],
      "keyed['trap'].x": [],
      "1..toF": [],
      "1.5.toF": [],
      "].ma": [],
    });
    expect(fresh.describe("ran").json).toBe(0);
  });

  test("own names come first, and what every object has only where it is asked for", () => {
    using fresh = new PreludeGuest();
    fresh
      .evaluate(`
        class Base { alpha() {} }
        class Derived extends Base { beta() {} }
        globalThis.derived = Object.assign(new Derived(), { zeta: 1 });
      `)
      .dispose();
    expect(fresh.complete("derived.")).toEqual(["zeta", "beta", "constructor", "alpha"]);
    expect(fresh.complete("derived.toS")).toEqual(["toString"]);
    expect(fresh.complete("JSON.")).toEqual(["parse", "stringify"]);
    expect(fresh.complete("({}).")).toEqual([]);
    expect(fresh.complete("Object.prototype.")).toContain("hasOwnProperty");
  });

  test("names given to every object change nothing and run nothing", () => {
    using fresh = new PreludeGuest();
    fresh
      .evaluate(`
        globalThis.ran = 0;
        for (const name of ['name', 'root', 'kind', 'member', 'members', 'before', 'literal', 'array', '0', '1']) {
          Object.defineProperty(Object.prototype, name, { get() { ran++; return 'x' }, set() { ran++ } });
        }
        Array.prototype.concat = Array.prototype.push = RegExp.prototype.exec = () => { ran++ };
        globalThis.thing = { inner: { deep: 1 } };
      `)
      .dispose();
    expect(fresh.complete("thing.inner.de")).toEqual(["deep"]);
    expect(fresh.complete("[1,2].ma")).toEqual(["map"]);
    expect(fresh.describe("globalThis.ran").json).toBe(0);
  });
});

test("nothing of ours is on the global object", () => {
  const allowed =
    `AbortController AbortSignal Buffer CustomEvent DOMException Event EventTarget Intl TextDecoder TextEncoder URL
    URLSearchParams console crypto performance require setTimeout setInterval setImmediate clearTimeout clearInterval
    clearImmediate queueMicrotask structuredClone atob btoa __ARGS__ __ENV__`.split(/\s+/);
  using fresh = new PreludeGuest();
  using bare = fresh.context.runtime.newContext();
  using names = bare.unwrapResult(bare.evalCode("Object.getOwnPropertyNames(globalThis)"));
  const engines = bare.dump(names) as string[];
  const ours = fresh.json("Object.getOwnPropertyNames(globalThis)") as string[];
  expect(ours.filter((name) => !engines.includes(name)).sort()).toEqual(allowed.sort());
});
