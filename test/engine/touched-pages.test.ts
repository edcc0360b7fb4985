import { expect, test } from "bun:test";
import { baseImage } from "../../src/engine/base-source.ts";
import { Guest } from "../../src/engine/guest.ts";
import { Slot } from "../../src/engine/slot.ts";
import type { WatchWrites } from "../../src/engine/touched-pages.ts";
import { prepareWrittenPages, WrittenPages } from "../../src/modules/written-pages.ts";
import { INERT_CALLBACKS } from "./inert-callbacks.ts";

const base = await baseImage();
const isOffered = prepareWrittenPages();

/** A slot whose deltas are remembered as bytes. */
class Twin {
  private constructor(readonly slot: Slot) {}

  static async create(watchWrites?: WatchWrites): Promise<Twin> {
    const slot = await Slot.create(base.engine, 64, { watchWrites });
    slot.putBase(base);
    slot.instance.callbacks = INERT_CALLBACKS;
    return new Twin(slot);
  }

  eval(code: string): void {
    const guest = new Guest(this.slot.instance, base.host.runtime, base.host.context);
    guest.free(guest.evaluate(code, "test", 0));
  }

  capture(full: boolean): Buffer {
    const pieces: Uint8Array[] = [];
    this.slot.capture({ full }, (piece) => pieces.push(piece));
    return Buffer.concat(pieces);
  }

  /** Static data and heap, to where a page has anything. */
  memory(): Buffer {
    const { bytes } = this.slot.instance;
    const { stackLow, stackHigh } = base.engine.layout;
    let end = bytes.length;
    while (bytes[end - 1] === 0) end--;
    return Buffer.concat([bytes.subarray(0, stackLow), bytes.subarray(stackHigh, end)]);
  }

  /** What lies in the dead stack. */
  get stackLeft(): number {
    const { stackLow, stackHigh } = base.engine.layout;
    return this.slot.instance.bytes.subarray(stackLow, stackHigh).findIndex((byte) => byte !== 0);
  }
}

const SNIPPETS = [
  "1 + 1",
  "var list = []; for (let i = 0; i < 500; i++) list.push({ i, text: 'x' + i });",
  "list && list.splice(10, 300).length",
  "var big = new Uint8Array(12e6).fill(7)",
  "big && big.fill(8, 5e6, 5e6 + 10)",
  "big = undefined",
  "(function deep(n) { return n === 0 ? 0 : 1 + deep(n - 1); })(300)",
];

/** The same steps, drawn from a seed, in both. */
async function compareTwins(watchWrites: WatchWrites, seed: number): Promise<void> {
  const plain = await Twin.create();
  const watched = await Twin.create(watchWrites);
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const image = { plain: plain.slot.snapshot(), watched: watched.slot.snapshot() };
  for (let step = 0; step < 60; step++) {
    const snippet = SNIPPETS[next(SNIPPETS.length)]!.replace(/^(list|big) &&/, "globalThis.$1 &&");
    for (const twin of [plain, watched]) twin.eval(snippet);
    switch (next(8)) {
      case 0: {
        const isBack = plain.slot.rollBack();
        expect(watched.slot.rollBack()).toBe(isBack);
        if (isBack) break;
        for (const { slot } of [plain, watched]) slot.putBase(base);
        break;
      }
      case 1:
        expect(watched.capture(false).equals(plain.capture(false))).toBe(true);
        expect(watched.slot.stepBack()).toBe(plain.slot.stepBack());
        break;
      case 2:
        expect(watched.capture(true).equals(plain.capture(true))).toBe(true);
        plain.slot.put(image.plain);
        watched.slot.put(image.watched);
        expect(watched.stackLeft).toBe(-1);
        break;
      default:
        expect(watched.capture(false).equals(plain.capture(false))).toBe(true);
    }
    expect(watched.memory().equals(plain.memory())).toBe(true);
  }
}

test.if(isOffered)(
  "a slot that is told what was written does as one that compares all",
  async () => {
    for (const seed of [1, 2, 3]) await compareTwins(() => WrittenPages.create(), seed);
  },
  60_000,
);

test.if(isOffered)(
  "where the system stops telling, all is compared again",
  async () => {
    let calls = 0;
    const fails: WatchWrites = () => {
      const real = WrittenPages.create()!;
      return {
        collect: (memory, found) => ++calls < 20 && real.collect(memory, found),
      };
    };
    await compareTwins(fails, 4);
    expect(calls).toBe(20);
  },
  60_000,
);

test.if(isOffered)("of a stack nothing is left, however deep it was", async () => {
  const twin = await Twin.create(() => WrittenPages.create());
  twin.eval("1");
  twin.capture(false);
  const { stackLow, stackHigh } = base.engine.layout;
  for (const depth of [4096, 1_500_000, stackHigh - stackLow - 8192]) {
    twin.slot.instance.bytes[stackHigh - depth] = 77;
    twin.capture(false);
    twin.slot.putBase(base);
    expect(twin.stackLeft).toBe(-1);
  }
});
