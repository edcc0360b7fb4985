import { expect, test } from "bun:test";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { Daemon, vm } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";
import type { Client } from "./client.ts";
import { Random } from "./random.ts";
import { World } from "./world.ts";

const DISK_MIB = 8;
/** What the clients do when it is gone takes some 3 MiB, in the log and in the file. */
const BALLAST_BYTES = 4 * 1024 * 1024;
const REFUSALS_MIN = 20;
const STEPS_MAX = 2000;

const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot)(
  "a full disk refuses what does not fit, keeps the rest, and goes on",
  async () => {
    using disk = mount();
    if (!disk) return; // A container's root may not.
    const ballast = `${disk.path}/ballast`;
    writeFileSync(ballast, Buffer.alloc(BALLAST_BYTES, 1));
    await using world = new World(disk.path);
    await world.start();
    await world.prepare();
    const random = new Random(DISK_MIB);
    for (let i = 0; i < 3; i++) await world.join(random.fork());
    const clients = [...world.clients];
    // Well past the first refusal: small ones may fit where a large one did not.
    await Promise.all(clients.map((client) => fill(client)));
    for (const client of clients) {
      expect(client.wrong).toEqual([]);
      expect(refusals(client)).toBeGreaterThanOrEqual(REFUSALS_MIN);
    }
    expect((await world.daemon.json("GET", "/health")).status).toBe(200);
    const { bavail, bsize } = statfsSync(disk.path);
    expect(bavail * bsize).toBeLessThan(1024 * 1024);

    rmSync(ballast);
    await world.check({ inFull: true });
    expect(world.wrong).toEqual([]);
    for (const client of clients) {
      for (const step of ["repl", "big", "detached", "repl"] as const) await client.step(step);
      expect(client.attempts.slice(-4).map(({ fate }) => fate)).toEqual(Array(4).fill("applied"));
    }
    await world.kill();
    await world.start();
    await world.check({ inFull: true });
    expect(world.wrong).toEqual([]);
  },
  60_000,
);

test.skipIf(!isRoot)(
  "a disk that takes no writes is named at the start",
  async () => {
    using disk = mount();
    if (!disk) return;
    const daemon = await Daemon.start({ db: `${disk.path}/vm.db` });
    expect(await daemon.stop()).toBe(0);
    Bun.spawnSync(["mount", "-o", "remount,ro", disk.path]);
    const ran = await vm(["serve", "--listen", "127.0.0.1:0", "--db", `${disk.path}/vm.db`]);
    expect(ran.err).toContain(`The database ${disk.path}/vm.db cannot be opened for writing`);
    expect(ran.code).toBe(1);
  },
  60_000,
);

/** Everything that a client does, until it has been refused often enough. */
async function fill(client: Client): Promise<void> {
  for (let i = 0; i < STEPS_MAX && refusals(client) < REFUSALS_MIN; i++) {
    await client.step(
      (["big", "repl", "detached", "keyed", "throws", "cancelled"] as const)[i % 6]!,
    );
  }
}

const refusals = ({ attempts }: Client): number =>
  attempts.filter(({ fate }) => fate === "refused").length;

/** A file system of its own, which only root can have. */
function mount(): (Disposable & { readonly path: string }) | undefined {
  const folder = tempFolder();
  const made = Bun.spawnSync([
    "mount",
    "-t",
    "tmpfs",
    "-o",
    `size=${DISK_MIB}m`,
    "tmpfs",
    folder.path,
  ]);
  if (!made.success) {
    folder[Symbol.dispose]();
    return undefined;
  }
  return {
    path: folder.path,
    [Symbol.dispose]() {
      Bun.spawnSync(["umount", folder.path]);
      folder[Symbol.dispose]();
    },
  };
}
