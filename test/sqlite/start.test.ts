import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { StartError } from "../../src/core/start-error.ts";
import { openDatabase } from "../../src/sqlite/database.ts";
import { openStore } from "../../src/sqlite/store.ts";
import { aSession, NOW } from "../contract/store-suite.ts";
import { tempStore } from "./temp-store.ts";

/** The error that opening ends with. */
function startErrorOf(open: () => unknown): StartError {
  try {
    open();
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return error as StartError;
  }
  throw new Error("it opened");
}

test("a second opener is told who holds the database", async () => {
  using temp = tempStore();
  const first = temp.open();
  expect(startErrorOf(() => temp.open()).message).toBe(
    `The database ${temp.path} is in use by another vm-system`,
  );
  await first.announce({ pid: 4711, listen: "127.0.0.1:3210", startedAt: NOW });
  expect(startErrorOf(() => temp.open()).message).toBe(
    `The database ${temp.path} is in use by the vm-system with process id 4711, which listens on 127.0.0.1:3210`,
  );
  await first.close();
  await temp.open().close();
});

test("a lock that somebody removed lets nobody in while the database is open", async () => {
  using temp = tempStore();
  const first = temp.open();
  await first.announce({ pid: 4711, startedAt: NOW });
  const record = aSession();
  await first.sessions.insert(record);
  rmSync(`${temp.path}-lock`);
  for (let tries = 0; tries < 2; tries++) {
    const refused = vmSystemOpens(temp.path);
    expect(refused).toBe(
      `The database ${temp.path} is in use by the vm-system with process id 4711`,
    );
  }
  await first.close();
  const after = temp.open();
  expect(await after.sessions.get(record.session.id)).toEqual(record);
  await after.close();
});

/** In another process: within one, SQLite's locks know each other by other means. @returns the error */
function vmSystemOpens(path: string): string {
  const store = join(import.meta.dir, "../../src/sqlite/store.ts");
  const program = `
    const { openStore } = await import(${JSON.stringify(store)});
    try { openStore({ path: ${JSON.stringify(path)}, durability: "full" }); }
    catch (error) { console.log(error.message); }`;
  const { stdout } = Bun.spawnSync([process.execPath, "-e", program]);
  return stdout.toString().trim();
}

test("by whatever path they come, two openers meet, and find the same database", async () => {
  using temp = tempStore();
  const links = join(temp.folder, "links");
  mkdirSync(links);
  symlinkSync("..", join(links, "folder"));
  symlinkSync("folder/test.db", join(links, "file.db"));
  const paths = [temp.path, join(links, "folder", "test.db"), join(links, "file.db")];
  const record = aSession();
  for (const [index, path] of paths.entries()) {
    const store = openStore({ path, durability: "full" });
    if (index === 0) await store.sessions.insert(record);
    expect(await store.sessions.get(record.session.id)).toEqual(record);
    for (const other of paths) {
      const open = () => openStore({ path: other, durability: "full" });
      expect(startErrorOf(open).message).toStartWith(`The database ${temp.path} is in use by`);
    }
    await store.close();
  }
});

test("a link to a file that is not there yet makes the file, and not a second one", async () => {
  using temp = tempStore();
  const link = join(temp.folder, "link.db");
  symlinkSync("test.db", link);
  const store = openStore({ path: link, durability: "full" });
  expect(store.path).toBe(temp.path);
  expect(startErrorOf(() => temp.open()).message).toContain("is in use by");
  await store.close();
});

test("a file of two names is refused while the first has it, and after", async () => {
  using temp = tempStore();
  const store = temp.open();
  const record = aSession();
  await store.sessions.insert(record);
  const path = join(temp.folder, "other.db");
  linkSync(temp.path, path);
  const open = () => openStore({ path, durability: "full" });
  expect(startErrorOf(open).message).toStartWith(`The database ${path} is in use by`);
  await store.close();
  expect(startErrorOf(open).message).toStartWith(`The database ${path} has 2 names (hard links)`);
  expect(startErrorOf(() => temp.open()).message).toContain("2 names");
  rmSync(path);
  const after = temp.open();
  expect(await after.sessions.get(record.session.id)).toEqual(record);
  await after.close();
});

test("a log without its database is kept, and what to do is said", async () => {
  using temp = tempStore();
  using copy = tempStore();
  const store = temp.open();
  const record = aSession();
  await store.sessions.insert(record);
  const keep = (suffix: string) => copyFileSync(`${temp.path}${suffix}`, `${copy.path}${suffix}`);
  keep("-wal");
  const log = readFileSync(`${copy.path}-wal`);
  expect(startErrorOf(() => copy.open()).message).toBe(
    `The database ${copy.path} is missing, and its log ${copy.path}-wal is there`,
  );
  keep("");
  truncateSync(copy.path, 0);
  const { message, hint } = startErrorOf(() => copy.open());
  expect(message).toContain("is empty, and its log");
  expect(hint).toStartWith("Put the database back beside its log");
  expect(readFileSync(`${copy.path}-wal`)).toEqual(log);
  keep("");
  await store.close();
  const after = copy.open();
  expect(await after.sessions.get(record.session.id)).toEqual(record);
  await after.close();
});

test("what it makes is for this user alone", async () => {
  using temp = tempStore();
  const store = temp.open();
  for (const suffix of ["", "-lock", "-wal", "-shm"]) {
    expect([suffix, statSync(`${temp.path}${suffix}`).mode & 0o777]).toEqual([suffix, 0o600]);
  }
  await store.close();
});

test("a database of a newer version is refused and not touched", async () => {
  using temp = tempStore();
  await temp.open().close();
  const db = new Database(temp.path);
  db.run("PRAGMA user_version = 999");
  db.close();
  const before = readFileSync(temp.path);
  const { message, hint } = startErrorOf(() => temp.open());
  expect(message).toContain("newer version of vm-system (schema 999");
  expect(hint).toContain("later one");
  expect(readFileSync(temp.path)).toEqual(before);
});

test("another program's database is refused and not touched", () => {
  using temp = tempStore();
  const db = new Database(temp.path, { create: true });
  db.run("CREATE TABLE theirs (x)");
  db.close();
  expect(startErrorOf(() => temp.open()).message).toContain("of another program");
});

test("a file that is no database is named", () => {
  using temp = tempStore();
  writeFileSync(temp.path, "id,amount\n1,2\n".repeat(1000));
  const { message, hint } = startErrorOf(() => temp.open());
  expect(message).toStartWith(`The database ${temp.path} is damaged: file is not a database`);
  expect(hint).toContain(".recover");
});

test("a damaged page is found, and named by the check", async () => {
  using temp = tempStore();
  const store = temp.open();
  for (let i = 0; i < 200; i++) await store.sessions.insert(aSession());
  await store.close();
  const pageBytes = 4096;
  const file = openSync(temp.path, "r+");
  const lastPage = statSync(temp.path).size / pageBytes - 1;
  writeSync(file, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, lastPage * pageBytes);
  closeSync(file);
  expect(startErrorOf(() => temp.open()).message).toMatch(/is damaged: .*page/i);
});

test("a folder that is not there is named", () => {
  using temp = tempStore();
  const path = join(temp.folder, "absent", "x.db");
  const { message, hint } = startErrorOf(() => openStore({ path, durability: "full" }));
  expect(message).toBe(`The database ${path} cannot be opened for writing`);
  expect(hint).toContain("--db");
});

test("a file that may only be read is named", async () => {
  using temp = tempStore();
  await temp.open().close();
  chmodSync(temp.path, 0o400);
  if (mayWrite(temp.path)) return; // Root may, whatever the mode says.
  expect(startErrorOf(() => temp.open()).message).toBe(
    `The database ${temp.path} cannot be opened for writing`,
  );
});

function mayWrite(path: string): boolean {
  try {
    closeSync(openSync(path, "r+"));
    return true;
  } catch {
    return false;
  }
}

test("what is no regular file is named", () => {
  using temp = tempStore();
  symlinkSync("loop.db", join(temp.folder, "loop.db"));
  mkdirSync(join(temp.folder, "folder.db"));
  for (const name of ["loop.db", "folder.db"]) {
    const path = join(temp.folder, name);
    const { message, hint } = startErrorOf(() => openStore({ path, durability: "full" }));
    expect(message).toStartWith(`The database ${path} cannot be opened`);
    expect(hint).toContain("--db");
  }
});

test("what is a pipe or a device is left alone, and nothing is put beside it", () => {
  using temp = tempStore();
  const path = join(temp.folder, "pipe.db");
  Bun.spawnSync(["mkfifo", path]);
  const before = readdirSync(temp.folder);
  const { message } = startErrorOf(() => openStore({ path, durability: "full" }));
  expect(message).toBe(`The database ${path} cannot be opened: it is a device, a pipe or a socket`);
  expect(readdirSync(temp.folder)).toEqual(before);
});

test("after a failed start the lock is free", async () => {
  using temp = tempStore();
  writeFileSync(temp.path, "x".repeat(5000));
  startErrorOf(() => temp.open());
  writeFileSync(temp.path, "");
  await temp.open().close();
});

test("durability says how SQLite waits for the disk", () => {
  using temp = tempStore();
  const synchronous = (durability: "full" | "normal") => {
    using db = openDatabase({ path: temp.path, durability });
    return db.query<{ synchronous: number }, []>("PRAGMA synchronous").get()?.synchronous;
  };
  expect(synchronous("full")).toBe(2);
  expect(synchronous("normal")).toBe(1);
});

test("a store in memory needs no file", async () => {
  const store = openStore({ path: ":memory:", durability: "normal" });
  const record = aSession();
  await store.sessions.insert(record);
  expect(await store.sessions.get(record.session.id)).toEqual(record);
  await store.close();
});
