import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckpointData } from "../../src/core/ports/checkpoint-store.ts";
import type { Job, JobAction, JobEvent, JobOutcome } from "../../src/core/ports/runner.ts";
import { DEFAULT_SETTINGS, mergeSettings, type SettingsPatch } from "../../src/core/settings.ts";
import { createPool, type Pool } from "../../src/supervisor/pool.ts";
import { INLINE_DELTA_BYTES_MAX } from "../../src/worker/protocol.ts";

/** Real workers under the real pool; the store is a map. */
const kept = new Map<string, { data: CheckpointData; parent: string | undefined }>();
const silent = () => {};
let pool: Pool;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vm-worker-"));
  pool = createPool({
    workers: 1,
    workersMax: 2,
    spares: 0,
    queueDepth: 8,
    requireConfinement: false,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    readFile: async (_, candidates) => {
      for (const path of candidates) {
        const file = Bun.file(join(folder, path));
        if (await file.exists()) return { path, bytes: await file.bytes() };
      }
      return undefined;
    },
    getBase: async () => undefined,
  });
});

afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

class Session {
  readonly id = crypto.randomUUID();
  head: string | undefined;

  constructor(
    private readonly settings: SettingsPatch = {},
    private readonly modules: readonly string[] = [],
  ) {}

  async run(
    action: JobAction | string,
  ): Promise<JobOutcome & { events: JobEvent[]; lines: number[] }> {
    const head = this.head;
    const job: Job = {
      id: crypto.randomUUID(),
      sessionId: this.id,
      grants: {
        settings: mergeSettings(DEFAULT_SETTINGS, this.settings),
        modules: this.modules,
        libraries: [],
        globals: {},
        env: {},
        fsReadOnly: false,
        netAllowed: false,
      },
      worktreePath: folder,
      headCheckpointId: head,
      nextCheckpointId: crypto.randomUUID(),
      wantFull: false,
      loadImage: async () => chainOf(head),
      action: typeof action === "string" ? { kind: "repl", input: action } : action,
    };
    const startMs = performance.now();
    const events: JobEvent[] = [];
    const lines: number[] = [];
    const outcome = await pool.run(job, (batch) => {
      events.push(...batch);
      lines.push(...batch.map(() => performance.now() - startMs));
    }).outcome;
    if (outcome.checkpoint) {
      const { checkpoint } = outcome;
      kept.set(job.nextCheckpointId, {
        data: checkpoint,
        parent: checkpoint.full ? undefined : head,
      });
      this.head = job.nextCheckpointId;
    }
    return { ...outcome, events, lines };
  }

  async preview(input: string): Promise<string | undefined> {
    const { result, error } = await this.run(input);
    return result?.preview ?? error?.message;
  }
}

function chainOf(head: string | undefined) {
  const links: { id: string; delta: Uint8Array }[] = [];
  let data: CheckpointData | undefined;
  for (let id = head; id !== undefined; ) {
    const link = kept.get(id)!;
    data = link.data;
    links.unshift({ id, delta: data.delta });
    id = link.parent;
  }
  return { engine: data!.engine, base: data!.base, links };
}

test("the state of a session goes through the store into another worker", async () => {
  const session = new Session();
  expect(await session.preview("var x = 41; x")).toBe("41");
  expect(await session.preview("x + 1")).toBe("42");
  // Only a kill ends this: the next execution runs in a new process.
  const stuck = new Session({ limits: { wall_ms: 300, cpu_ms: 300 } });
  expect((await stuck.run("new Array(1e9) + ''")).status).toBe("timeout");
  expect(await session.preview("x + 2")).toBe("43");
}, 30_000);

test("a large heap goes in chunks, both ways", async () => {
  const session = new Session();
  const made = await session.run(
    "var big = []; for (let i = 0; i < 60000; i++) big.push({ i, text: 'q' + Math.random() }); big.length",
  );
  expect(made.checkpoint!.delta.length).toBeGreaterThan(INLINE_DELTA_BYTES_MAX);
  const small = await session.run("big[5].i = -5");
  expect(small.checkpoint!.delta.length).toBeLessThan(16 * 1024);
  const stuck = new Session({ limits: { wall_ms: 300, cpu_ms: 300 } });
  await stuck.run("new Array(1e9) + ''");
  expect(await session.preview("[big.length, big[5].i, big[59999].i].join(' ')")).toBe(
    "60000 -5 59999",
  );
}, 30_000);

test("console lines come while the code runs", async () => {
  const session = new Session();
  const ended = await session.run(
    "console.log('a'); const end = Date.now() + 300; while (Date.now() < end); console.log('b')",
  );
  expect(ended.events.map(({ payload }) => (payload as { text: string }).text)).toEqual(["a", "b"]);
  expect(ended.lines[0]!).toBeLessThan(ended.lines[1]! - 100);
}, 30_000);

test("a quick execution answers with everything at once", async () => {
  const ended = await new Session().run("console.log('x'); 1");
  expect(ended.events.length).toBe(1);
  expect(ended.metrics.heap_bytes).toBeGreaterThan(100_000);
  expect(ended.metrics.checkpoint_bytes).toBeLessThan(16 * 1024);
});

test("files of the worktree come from the daemon, modules from the worker", async () => {
  writeFileSync(join(folder, "lib.mjs"), "export const a = 1; export default () => a + 1;");
  writeFileSync(join(folder, "data.json"), '{"rows": [1, 2, 3]}');
  const session = new Session({}, ["fs", "exec", "database"]);
  expect(await session.preview("import f, { a } from './lib.mjs'; f() + a")).toBe("3");
  expect(await session.preview("require('./data.json').rows.length")).toBe("3");
  expect(
    await session.preview(
      "require('fs').writeFileSync('out.txt', 'hé'); require('fs').readFileSync('out.txt')",
    ),
  ).toBe("hé");
  expect(await session.preview("require('exec').run('echo', ['hello'])")).toBe("hello\n");
  await session.run(
    "var db = require('database'); db.configure('sqlite3', 'a.db'); db.exec('create table t (a)')",
  );
  await new Session({}, ["fs", "exec", "database"]).run("'another one in between'");
  expect(
    await session.preview(
      "db.exec('insert into t values (?)', 7); db.query('select a from t')[0].a",
    ),
  ).toBe("7");
  expect(await session.preview("require('./nowhere.js')")).toContain(
    "Invalid module './nowhere.js'",
  );
}, 30_000);

test("an image that is damaged is refused by name, and the worker goes on", async () => {
  const session = new Session();
  await session.run("var x = 1");
  const { data, parent } = kept.get(session.head!)!;
  const damaged = new Uint8Array(data.delta);
  damaged.fill(7, damaged.length >> 1);
  const other = new Session();
  other.head = crypto.randomUUID();
  kept.set(other.head, { data: { ...data, delta: damaged }, parent });
  const ended = await other.run("x");
  expect([ended.status, ended.error?.code]).toEqual(["error", "IMAGE_INVALID"]);
  expect(ended.checkpoint).toBeUndefined();
  expect(await session.preview("x")).toBe("1");
});
