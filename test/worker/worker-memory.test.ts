import { expect, test } from "bun:test";
import { memoryAdvice } from "../../src/modules/advise-memory.ts";
import { ResidentMemory } from "../../src/worker/resident-memory.ts";
import { WorkerMemory } from "../../src/worker/worker-memory.ts";

const MIB = 1024 * 1024;
const isLinux = process.platform === "linux";

/** A worker's memory whose session may have so much less than this process holds now. */
class Scene {
  sheds = 0;
  readonly memory = new WorkerMemory(() => void this.sheds++);

  begin(mibBelow: number): void {
    this.memory.begin(new ResidentMemory().bytes() / MIB - mibBelow);
  }
}

/** So that what this process holds stays about the same while it is looked at. */
const ballast = Buffer.alloc(100 * MIB, 1);

test.if(isLinux)("nothing is given up while there is room", () => {
  const scene = new Scene();
  scene.begin(30);
  scene.memory.makeRoom(0);
  expect(scene.memory.isFull(0)).toBe(false);
  expect(scene.memory.isSpent({ heapBytes: 0, durationMs: 1000 })).toBe(false);
  expect(scene.sheds).toBe(0);
});

test.if(isLinux)("what is about to be taken counts", () => {
  const scene = new Scene();
  scene.begin(30);
  scene.memory.makeRoom(40 * MIB);
  expect(scene.sheds).toBe(1);
});

test.if(isLinux)("whoever asks whether memory is full has others' given up before it is", () => {
  const scene = new Scene();
  scene.begin(54);
  expect(scene.memory.isFull(0)).toBe(false);
  expect(scene.sheds).toBe(1);
});

test.if(isLinux)("it is full, and the process spent, when giving up did not help", () => {
  const scene = new Scene();
  scene.begin(90);
  expect(scene.memory.isFull(0)).toBe(true);
  expect(scene.memory.isSpent({ heapBytes: 0, durationMs: 0 })).toBe(true);
});

test.if(isLinux)("what a collection left and has gone since does not put off the next one", () => {
  const scene = new Scene();
  const large = Buffer.from(new WebAssembly.Memory({ initial: 3200, maximum: 3200 }).buffer);
  large.fill(1);
  scene.begin(60);
  scene.memory.makeRoom(0);
  expect(scene.sheds).toBe(1);
  expect(memoryAdvice.release(large)).toBe(true);
  scene.begin(60);
  scene.memory.makeRoom(0);
  expect(scene.sheds).toBe(1);
  // Eight MiB more than there was then.
  large.fill(1, 0, 8 * MIB);
  scene.memory.makeRoom(0);
  expect(scene.sheds).toBe(2);
  expect(ballast.length).toBe(100 * MIB);
});
