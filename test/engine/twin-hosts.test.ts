import { afterAll, expect, test } from "bun:test";
import type { SlotSystem } from "../../src/engine/slot.ts";
import { memoryAdvice } from "../../src/modules/advise-memory.ts";
import { prepareWrittenPages, WrittenPages } from "../../src/modules/written-pages.ts";
import { ScratchEngine, type ScratchSession } from "./scratch-engine.ts";

const isOffered = prepareWrittenPages();
const LOOKS_UNTIL_SILENT = 25;

/** The memory that was looked at last. */
let seen: ArrayBufferLike | undefined;

function watching(looks = Number.POSITIVE_INFINITY): SlotSystem {
  return {
    advice: memoryAdvice,
    watchWrites: () => {
      const real = WrittenPages.create()!;
      let left = looks;
      return {
        collect: (memory, found) => {
          seen = memory;
          return left-- > 0 && real.collect(memory, found);
        },
      };
    },
  };
}

/** Each of them is to make no difference. */
const engines = await Promise.all(
  [{}, watching(), watching(LOOKS_UNTIL_SILENT)].map((system) => ScratchEngine.start({ system })),
);
/** Nothing stays in its memory from one execution to the next. */
const forgetful = await ScratchEngine.start();
afterAll(() => {
  for (const engine of [...engines, forgetful]) engine[Symbol.dispose]();
});

const PROBE =
  "[globalThis.n, globalThis.list?.length, globalThis.list?.at(-1), globalThis.big?.length, globalThis.big?.[5e5]].join()";

const SNIPPETS = [
  "var n = (globalThis.n || 0) + 1; n",
  "var list = Array.from({ length: 900 }, (_, i) => 'x' + i); list.length",
  "globalThis.list?.splice(10, 300).length",
  "var big = new Uint8Array(1e6).fill(7); 1",
  "globalThis.big?.fill(n, 4e5, 6e5); 1",
  "big = undefined",
  "new Uint8Array(1e6).indexOf(7)",
  "(function deep() { return 1 + deep(); })()",
  "try { new RegExp('('.repeat(3000)) } catch { 'no' }",
  "var it = globalThis.it ?? (function* () { for (let i = 0; ; i++) yield i })(); it.next().value",
  "setTimeout(() => { n = -1 }); list",
  "await 1; console.log(typeof n); throw 5",
  "n = 77; for (;;) console.log(n);",
  "var hog = []; for (;;) hog.push(new Uint8Array(1e6))",
  PROBE,
];

/** One session, in every engine. */
type Twins = readonly ScratchSession[];

function drawFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

async function runAll(twins: Twins, input: string, options: { discard: boolean }): Promise<void> {
  const said: unknown[] = [];
  for (const twin of twins) {
    const ended = await twin.run(input, options);
    said.push([ended.status, ended.code, ended.shown, ended.console, ended.rolledBack]);
  }
  forgetful.restart();
  for (const each of said) expect(each).toEqual(said[0]);
}

test.if(isOffered).each([1, 2])(
  "whatever the system tells, and wherever sessions run, they find the same (%d)",
  async (seed) => {
    const next = drawFrom(seed);
    let count = 0;
    const limits = [16, 16, 32, 48].map((mem_mb) => ({ mem_mb, cpu_ms: 20_000, max_events: 50 }));
    const sessions: Twins[] = limits.map((limits) => {
      const id = `session ${++count}`;
      return [...engines, forgetful].map((engine) => engine.session(id, { limits }));
    });
    for (let step = 0; step < 30; step++) {
      const twins = sessions[next(sessions.length)]!;
      const what = next(12);
      if (what === 0) {
        const id = `session ${++count}`;
        sessions[next(sessions.length)] = twins.map((twin) => twin.fork(id));
      } else if (what === 1 && twins[0]!.head !== undefined) {
        for (const twin of twins) await twin.act({ kind: "fold" }, { wantFull: true });
      }
      await runAll(twins, SNIPPETS[next(SNIPPETS.length)]!, { discard: what === 2 });
    }
    for (const twins of sessions) await runAll(twins, PROBE, { discard: true });
  },
  120_000,
);

test.if(isOffered)("of a session's last run its fork finds nothing on the stack", async () => {
  const { stackLow, stackHigh } = engines[1]!.base.engine.layout;
  const stack = () => Buffer.from(seen!, stackLow, stackHigh - stackLow);
  const isClean = () => stack().every((byte) => byte === 0);
  using engine = await ScratchEngine.start({ system: watching() });
  const origin = engine.session("origin");
  await origin.run("var x = 1; (function deep(n) { return n === 0 ? 0 : deep(n - 1); })(200)");
  expect(isClean()).toBe(false);
  const found: boolean[] = [];
  engine.onGuestBegins = () => found.push(isClean());
  const fork = origin.fork("fork");
  expect(await fork.preview("x")).toBe("1");
  expect(found).toEqual([true]);
});
