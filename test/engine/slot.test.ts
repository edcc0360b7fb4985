import { expect, spyOn, test } from "bun:test";
import { baseImage } from "../../src/engine/base-source.ts";
import { Guest, type ValuePtr } from "../../src/engine/guest.ts";
import { PAGE_BYTES, PageLayout } from "../../src/engine/pages.ts";
import { PreludeNews } from "../../src/engine/prelude-news.ts";
import { COPIED_PAGES_MAX } from "../../src/engine/remembered-pages.ts";
import { Slot } from "../../src/engine/slot.ts";
import { INERT_CALLBACKS } from "./inert-callbacks.ts";

const base = await baseImage();

class Scratch {
  readonly pieces: Uint8Array[][] = [];

  private constructor(readonly slot: Slot) {}

  static async create(memMb = 128): Promise<Scratch> {
    const slot = await Slot.create(base.engine, memMb);
    slot.putBase(base);
    slot.instance.callbacks = INERT_CALLBACKS;
    return new Scratch(slot);
  }

  eval(code: string): string {
    const guest = new Guest(this.slot.instance, base.host.runtime, base.host.context);
    const value: ValuePtr = guest.evaluate(code, "test", 0);
    const text = guest.text(value);
    guest.free(value);
    return text;
  }

  capture(full = false): number {
    const pieces: Uint8Array[] = [];
    this.slot.capture({ full, state: "{}" }, (piece) => pieces.push(piece));
    if (full) this.pieces.length = 0;
    this.pieces.push(pieces);
    return pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  /** All that an image may hold: static data and heap, and nothing of the stack. */
  memory(): Buffer {
    const { bytes } = this.slot.instance;
    const { stackLow, stackHigh } = base.engine.layout;
    return Buffer.concat([bytes.subarray(0, stackLow), bytes.subarray(stackHigh)]);
  }
}

const trimmed = (bytes: Buffer): Buffer => {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
};

test("a chain of deltas makes the same memory in another slot, also past a full one", async () => {
  const one = await Scratch.create();
  one.eval("var list = []; for (let i = 0; i < 2000; i++) list.push({ i });");
  one.capture(true);
  one.eval("list.length = 10; globalThis.text = 'x'.repeat(1e5)");
  one.capture();
  one.eval("delete globalThis.text; var after = 1");
  one.capture();
  const two = await Scratch.create();
  two.eval("var other = 'something else'.repeat(5000)");
  two.capture();
  two.slot.putChain(base, one.pieces);
  expect(trimmed(two.memory()).equals(trimmed(one.memory()))).toBe(true);
  expect(two.eval("[list.length, after, typeof other].join(' ')")).toBe("10 1 undefined");
  one.capture(true);
  const three = await Scratch.create();
  three.slot.putChain(base, one.pieces);
  expect(trimmed(three.memory()).equals(trimmed(one.memory()))).toBe(true);
});

test("rolling back gives the memory at rest exactly, whatever was written and grown", async () => {
  const scratch = await Scratch.create();
  scratch.eval("var kept = [1, 2, 3]");
  scratch.capture();
  const before = Buffer.from(trimmed(scratch.memory()));
  scratch.eval("kept.push(4); var junk = []; for (let i = 0; i < 50000; i++) junk.push([i])");
  expect(scratch.slot.rollBack()).toBe(true);
  expect(trimmed(scratch.memory()).equals(before)).toBe(true);
  expect(scratch.eval("kept + ' ' + typeof junk")).toBe("1,2,3 undefined");
});

test("a snapshot comes back in, and nothing of who was there meanwhile is left", async () => {
  const scratch = await Scratch.create();
  scratch.eval("var mine = 'mine'");
  scratch.capture();
  const image = scratch.slot.snapshot();
  const before = Buffer.from(trimmed(scratch.memory()));
  scratch.slot.putBase(base);
  const secret = "top secret of another session";
  scratch.eval(`var theirs = []; for (let i = 0; i < 20000; i++) theirs.push('${secret}' + i); 1`);
  scratch.capture();
  expect(scratch.slot.instance.bytes.includes(secret)).toBe(true);
  scratch.slot.put(image);
  expect(trimmed(scratch.memory()).equals(before)).toBe(true);
  expect(scratch.slot.instance.bytes.includes(secret)).toBe(false);
});

test("sessions follow one another in any order, and each finds its own state and no more", async () => {
  const scratch = await Scratch.create();
  const codes = [
    "var few = [1, 2, 3]; 1",
    "var few = [1, 2, 3, 4]; var other = 'other'; 1",
    "var many = []; for (let i = 0; i < 20000; i++) many.push({ i }); 1",
    // Beyond the pages of which there are copies.
    "var sparse = new Uint8Array(9e6); sparse[88e5] = 7; 1",
  ];
  const sessions = codes.map((code) => {
    scratch.slot.putBase(base);
    scratch.eval(code);
    scratch.capture();
    return { image: scratch.slot.snapshot(), memory: Buffer.from(trimmed(scratch.memory())) };
  });
  const holds = (memory: Buffer) => {
    const now = scratch.memory();
    const rest = now.subarray(memory.length);
    return now.subarray(0, memory.length).equals(memory) && rest.equals(Buffer.alloc(rest.length));
  };
  const kinds = sessions.map(({ image }) => image.content.kind);
  expect(new Set(kinds)).toEqual(new Set(["words", "pages"]));
  for (const one of sessions) {
    for (const next of sessions) {
      for (const leaves of ["as it came", "with a snapshot", "without one", "a step back"]) {
        scratch.slot.put(one.image);
        if (leaves !== "as it came") {
          scratch.eval("var more = Array.from({ length: 3000 }, (_, i) => ({ i })); 1");
          scratch.capture();
        }
        if (leaves === "with a snapshot") scratch.slot.snapshot();
        if (leaves === "a step back") scratch.slot.stepBack();
        scratch.slot.put(next.image);
        expect(holds(next.memory)).toBe(true);
        // What runs next is found against just that state.
        scratch.eval("var last = 1");
        scratch.slot.rollBack();
        expect(holds(next.memory)).toBe(true);
        const again = scratch.slot.snapshot();
        scratch.slot.putBase(base);
        scratch.slot.put(again);
        expect(holds(next.memory)).toBe(true);
      }
    }
  }
});

test("a change that keeps the hash of a page, for who knows no seed, is found beyond the copied ones", async () => {
  // Where data equals the hash's own constants, what stands beside it is only added up.
  const crafted = (first: number, second: number) => {
    const page = Buffer.alloc(PAGE_BYTES, 7);
    page.set([0xb8, 0xfe, 0x6c, 0x39], 0);
    page.writeUInt32LE(first, 4);
    page.set([0x7c, 0x01, 0x81, 0x2c], 64);
    page.writeUInt32LE(second, 68);
    return page;
  };
  const [before, after] = [crafted(1, 1), crafted(2, 0)];
  expect(Bun.hash.xxHash3(before)).toBe(Bun.hash.xxHash3(after));
  const scratch = await Scratch.create();
  scratch.eval("var sparse = new Uint8Array(9e6).fill(1); 1");
  const at = new PageLayout(base.engine.layout).address(COPIED_PAGES_MAX + 8);
  for (const page of [before, after]) {
    page.copy(scratch.slot.instance.bytes, at);
    scratch.capture();
  }
  const taken = await Scratch.create();
  taken.slot.putChain(base, scratch.pieces);
  expect(taken.slot.instance.bytes.subarray(at, at + PAGE_BYTES)).toEqual(after);
});

test.each(["capture", "rollBack"] as const)(
  "a change that its page's hash does not show is not there for the next session (%s)",
  async (end) => {
    const scratch = await Scratch.create();
    scratch.eval("var sparse = new Uint8Array(12e6); 1");
    scratch.capture();
    const next = scratch.slot.snapshot();
    const at = new PageLayout(base.engine.layout).address(COPIED_PAGES_MAX + 8);
    const page = scratch.slot.instance.bytes.subarray(at, at + PAGE_BYTES);
    const nothing = Buffer.alloc(PAGE_BYTES);
    expect(page).toEqual(nothing);
    const hash = Bun.hash.xxHash3;
    const written = Buffer.alloc(PAGE_BYTES, 7);
    using collides = spyOn(Bun.hash, "xxHash3").mockImplementation((data, seed) =>
      hash(written.equals(data as Uint8Array) ? nothing : data, seed),
    );
    page.set(written);
    if (end === "capture") scratch.capture();
    else expect(scratch.slot.rollBack()).toBe(true);
    expect(page).toEqual(written);
    expect(collides).toHaveBeenCalled();
    scratch.slot.put(next);
    expect(page).toEqual(nothing);
  },
);

test("pages beyond the copied ones are found by hash, and small changes stay small", async () => {
  const scratch = await Scratch.create();
  scratch.eval("var big = []; for (let i = 0; i < 200000; i++) big.push({ i }); 1");
  scratch.capture();
  expect(scratch.slot.heapBytes).toBeGreaterThan(12 * 1024 * 1024);
  scratch.eval("big[199999].i = -1; 1");
  expect(scratch.capture()).toBeLessThan(16 * 1024);
  const other = await Scratch.create();
  other.slot.putChain(base, scratch.pieces);
  expect(trimmed(other.memory()).equals(trimmed(scratch.memory()))).toBe(true);
  expect(other.eval("[big.length, big[199999].i, big[100000].i].join(' ')")).toBe(
    "200000 -1 100000",
  );
  scratch.eval("big[199998].i = -2; 1");
  // What has only a hash cannot be put back from here.
  expect(scratch.slot.rollBack()).toBe(false);
});

test("an image larger than the memory limit is refused", async () => {
  const scratch = await Scratch.create(128);
  scratch.eval("globalThis.big = new Uint8Array(2e7).fill(7); 1");
  scratch.capture();
  const small = await Slot.create(base.engine, 16);
  expect(() => small.putChain(base, scratch.pieces)).toThrow("does not fit");
  const larger = await Slot.create(base.engine, 256);
  larger.putChain(base, scratch.pieces);
});

test("a new slot holds the base image as one that it was put into, and nothing else", async () => {
  const made = await Slot.withBase(base, 128);
  const put = await Scratch.create();
  expect(trimmed(made.instance.bytes).equals(trimmed(put.slot.instance.bytes))).toBe(true);
  expect(
    made.instance.bytes.subarray(base.engine.layout.stackLow, base.engine.layout.stackHigh),
  ).toEqual(Buffer.alloc(base.engine.layout.stackHigh - base.engine.layout.stackLow));
  made.instance.callbacks = put.slot.instance.callbacks;
  const guest = new Guest(made.instance, base.host.runtime, base.host.context);
  guest.free(guest.evaluate("globalThis.left = 'x'.repeat(1e5)", "test", 0));
  expect(made.rollBack()).toBe(true);
  expect(trimmed(made.instance.bytes).equals(trimmed(put.slot.instance.bytes))).toBe(true);
});

test("memory grows to its limit by any steps, and no further", async () => {
  const { instance } = await Slot.create(base.engine, 32);
  for (const part of [0.5, 0.97, 0.98, 1]) {
    instance.growTo(Math.floor(instance.bytesMax * part));
    expect(instance.memory.buffer.byteLength).toBeGreaterThanOrEqual(instance.bytesMax * part);
  }
  expect(() => instance.growTo(instance.bytesMax + 1)).toThrow("over the memory limit");
});

test("memory that grows while an error is told of is no trap", async () => {
  const { slot } = await Scratch.create();
  const { instance } = slot;
  const { c } = instance;
  const guest = new Guest(instance, base.host.runtime, base.host.context);
  const news = new PreludeNews(guest, base.host.prelude);
  const malloc = c._malloc;
  instance.callbacks = {
    ...INERT_CALLBACKS,
    errorMade(error, byEngine) {
      c._malloc = (bytes) => {
        c._malloc = malloc;
        instance.growTo(instance.memory.buffer.byteLength + 1);
        return malloc(bytes);
      };
      news.errorMade(error, byEngine);
    },
  };
  const value = guest.evaluate("try { null.x } catch (error) { error.stack }", "test", 0);
  expect(guest.text(value)).toStartWith("TypeError: Cannot read properties of null");
  expect(instance.isBalanced).toBe(true);
});
