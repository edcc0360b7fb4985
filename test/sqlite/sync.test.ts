import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { checkpointStore } from "../../src/sqlite/checkpoints.ts";
import { openDatabase } from "../../src/sqlite/database.ts";
import { executionStore } from "../../src/sqlite/executions.ts";
import { GroupWriter } from "../../src/sqlite/group-writer.ts";
import { idempotencyStore } from "../../src/sqlite/idempotency.ts";
import { canSyncLog, type LogDisk, openLogDisk } from "../../src/sqlite/log-disk.ts";
import { sessionStore } from "../../src/sqlite/sessions.ts";
import { Statements } from "../../src/sqlite/statements.ts";
import { anEvent, anExecution, aSession } from "../contract/store-suite.ts";
import { tempStore } from "./temp-store.ts";

/** A disk whose waits a test ends, beside the real log. */
class SlowDisk implements LogDisk {
  now = 0;
  readonly waits: { arrive(): void; fail(error: Error): void }[] = [];
  private asked = Promise.withResolvers<void>();

  syncNow(): void {
    this.now++;
  }

  sync(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waits.push({ arrive: resolve, fail: reject });
    this.asked.resolve();
    this.asked = Promise.withResolvers();
    return promise;
  }

  /** Resolves when that many waits have begun. */
  async begun(count: number): Promise<void> {
    while (this.waits.length < count) await this.asked.promise;
  }

  close(): void {}
}

class Log implements Disposable {
  private readonly temp = tempStore();
  private readonly db = openDatabase({ path: this.temp.path, durability: "full" });
  readonly statements = new Statements(this.db);
  readonly disk = new SlowDisk();
  readonly writer = new GroupWriter(this.db, this.statements, this.disk);
  readonly told: string[] = [];

  constructor() {
    this.db.run("CREATE TABLE note (text TEXT)");
  }

  write(text: string): Promise<void> {
    const done = this.writer.write(() => void this.db.run("INSERT INTO note VALUES (?1)", [text]));
    return done.then(
      () => void this.told.push(text),
      (error) => void this.told.push(`${text}: ${error.code}`),
    );
  }

  get synchronous(): unknown {
    return this.db.query("PRAGMA synchronous").values()[0]?.[0];
  }

  /** What a second connection finds. */
  get committed(): number {
    using other = new Database(this.temp.path, { readonly: true });
    return other.query("SELECT * FROM note").values().length;
  }

  [Symbol.dispose](): void {
    this.statements.finalize();
    this.db.close();
    this.temp[Symbol.dispose]();
  }
}

test("writes that come one after another wait for the disk at once", async () => {
  using log = new Log();
  for (const text of ["a", "b", "c"]) await log.write(text);
  expect(log.disk.now).toBe(3);
  expect(log.disk.waits).toHaveLength(0);
});

test("writers are told when the disk has what they wrote, and the next group gathers meanwhile", async () => {
  using log = new Log();
  const first = [log.write("a"), log.write("b")];
  await log.disk.begun(1);
  expect(log.committed).toBe(2);
  const second = [log.write("c"), log.write("d")];
  await new Promise((resolve) => setImmediate(resolve));
  expect(log.committed).toBe(2);
  expect(log.told).toEqual([]);
  log.disk.waits[0]!.arrive();
  await Promise.all(first);
  await log.disk.begun(2);
  expect(log.told).toEqual(["a", "b"]);
  expect(log.committed).toBe(4);
  log.disk.waits[1]!.arrive();
  await Promise.all(second);
  expect(log.told).toEqual(["a", "b", "c", "d"]);
});

test("closing waits for what is on its way", async () => {
  using log = new Log();
  const writes = [log.write("a"), log.write("b")];
  await log.disk.begun(1);
  let isClosed = false;
  const closed = log.writer.close().then(() => {
    isClosed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(false);
  log.disk.waits[0]!.arrive();
  await Promise.all([closed, ...writes]);
  expect(log.told).toEqual(["a", "b"]);
});

test("a disk that refuses the log: nobody is told that it is kept, and SQLite waits from then on", async () => {
  using log = new Log();
  const writes = [log.write("a"), log.write("b")];
  await log.disk.begun(1);
  expect(log.synchronous).toBe(1);
  log.disk.waits[0]!.fail(new Error("EIO"));
  await Promise.all(writes);
  expect(log.told).toEqual(["a: STORE_FULL", "b: STORE_FULL"]);
  expect(log.synchronous).toBe(2);
  await log.write("c");
  expect(log.told.at(-1)).toBe("c");
  expect(log.disk.waits).toHaveLength(1);
});

test("what the disk refused can be written again, with more", async () => {
  using log = new Log();
  const { statements, writer } = log;
  const idempotency = idempotencyStore(statements, writer);
  const sessions = sessionStore(statements, writer, idempotency);
  const checkpoints = checkpointStore(statements, writer);
  const executions = executionStore(statements, writer, { sessions, checkpoints, idempotency });
  const session = aSession();
  await sessions.insert(session);
  const execution = anExecution(session.session.id);
  const { ended_at: _, result: __, ...rest } = execution;
  const running = { ...rest, status: "running" } as const;
  const events = [1, 2, 3].map((seq) => anEvent(running.id, seq));
  const refused = [executions.insertRunning(running, events.slice(0, 2)), log.write("a")];
  await log.disk.begun(1);
  log.disk.waits[0]!.fail(new Error("EIO"));
  await Promise.allSettled(refused);
  await executions.commit({ execution, events });
  expect(await executions.get(running.id)).toEqual(execution);
  expect(await executions.events(running.id, 0, 10)).toEqual(events);
});

test("who writes when it has been closed is refused, alone or with others", async () => {
  using temp = tempStore();
  const store = temp.open();
  await store.close();
  for (const count of [1, 2]) {
    const late = Array.from({ length: count }, () => store.sessions.insert(aSession()));
    for (const { status } of await Promise.allSettled(late)) expect(status).toBe("rejected");
  }
});

test.skipIf(!canSyncLog)("the log itself can be brought to the disk, both ways", async () => {
  using temp = tempStore();
  using db = openDatabase({ path: temp.path, durability: "full" });
  db.run("CREATE TABLE note (text TEXT)");
  const disk = openLogDisk(temp.path);
  disk.syncNow();
  await disk.sync();
  disk.close();
});
