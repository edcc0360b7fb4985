import { expect, test } from "bun:test";
import { prepareWrittenPages, WrittenPages } from "../../src/modules/written-pages.ts";

const PAGE_BYTES = 4096;
const isOffered = prepareWrittenPages();

class Watched {
  readonly memory = new WebAssembly.Memory({ initial: 4, maximum: 64 });
  private readonly pages = WrittenPages.create()!;

  write(...pages: number[]): void {
    const bytes = new Uint8Array(this.memory.buffer);
    for (const page of pages) bytes[page * PAGE_BYTES + 17] = 1;
  }

  told(): Set<number> {
    const told = new Set<number>();
    const done = this.pages.collect(this.memory.buffer, (from, to) => {
      for (let at = from; at < to; at += PAGE_BYTES) told.add(at / PAGE_BYTES);
    });
    expect(done).toBe(true);
    return told;
  }
}

test.if(isOffered)("every write is told of once, of the guest's memory and no other", () => {
  const watched = new Watched();
  const other = new Watched();
  watched.told();
  other.told();
  other.write(1, 2);
  watched.write(3, 9, 10);
  expect(watched.told()).toContain(3);
  expect(watched.told().size).toBe(0);
  watched.write(9, 63);
  const told = watched.told();
  expect(told).toContain(9);
  expect(told).toContain(63);
  expect(other.told()).toContain(2);
});

test.if(isOffered)(
  "what was written before anyone looked, and where the memory has grown, is told of",
  () => {
    const watched = new Watched();
    watched.write(5);
    expect(watched.told()).toContain(5);
    watched.memory.grow(8);
    watched.write(5, 64, 190);
    const told = watched.told();
    for (const page of [5, 64, 190]) expect(told).toContain(page);
    expect(watched.told().size).toBe(0);
  },
);

test.if(isOffered)("more runs of pages than one call tells of", () => {
  const watched = new Watched();
  watched.memory.grow(60);
  watched.told();
  const pages = Array.from({ length: 512 }, (_, i) => i * 2);
  watched.write(...pages);
  const told = watched.told();
  for (const page of pages) expect(told).toContain(page);
});

test.if(isOffered)("writes of the system and of a process that forks are told of", () => {
  const watched = new Watched();
  watched.told();
  Bun.spawnSync([process.execPath, "-e", ""]);
  watched.write(7);
  crypto.getRandomValues(new Uint8Array(watched.memory.buffer, 20 * PAGE_BYTES, 64));
  const told = watched.told();
  expect(told).toContain(7);
  expect(told).toContain(20);
});
