import { describe, expect, spyOn, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { encodeReturn } from "../../src/engine/module-values.ts";
import { createDatabaseModule } from "../../src/modules/database.ts";
import type { ModuleContext, ModuleValue } from "../../src/modules/module.ts";
import { ModuleError } from "../../src/modules/module.ts";
import { TempFolder } from "./temp-folder.ts";

function guestDatabase(worktreePath: string, change: Partial<ModuleContext> = {}) {
  const module = createDatabaseModule({
    worktreePath,
    readOnly: false,
    memoryBytesMax: 8 * 1024 * 1024,
    assertRoom() {},
    remainingMs: () => 10_000,
    ...change,
  });
  return {
    module,
    call: (fn: string, ...args: ModuleValue[]) => module.call(fn, args),
    [Symbol.dispose]: () => module.dispose(),
  };
}

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof ModuleError) return error.message;
    throw error;
  }
  return "";
}

describe("database", () => {
  test("a statement of more terms than there is room for is not read", () => {
    using folder = new TempFolder();
    const asked: number[] = [];
    const assertRoom = (bytes: number) => {
      asked.push(bytes);
      if (bytes > 8 * 1024 * 1024) throw new Error("no room");
    };
    using db = guestDatabase(folder.path, { assertRoom });
    db.call("configure", "sqlite3", ":memory:");
    db.call("query", "select 1, 2");
    expect(asked).toEqual([]);
    expect(db.call("query", `select 1 as n where 1 in (${"1,".repeat(25_000)}1)`)).toEqual([
      { n: 1 },
    ]);
    expect(() => db.call("query", `select ${"1,".repeat(1e6)}1`)).toThrow("no room");
    expect(asked).toHaveLength(1);
  });

  test("a long script does what it says, wherever its statements end, and is read about once", () => {
    using folder = new TempFolder();
    using db = guestDatabase(folder.path);
    db.call("configure", "sqlite3", ":memory:");
    const texts = ["it''s; so", "/* no", "-- no", 'a "b;"', "\u{1f600};"];
    const script = [
      "create table t (n integer, text text, length integer);",
      `create trigger counts after insert on t begin update t set length = length(new.text) where n = new.n;
        ${"/* long; */ ".repeat(600)} select 1; end;`,
    ];
    for (let n = 0; n < 1500; n++) {
      const text = texts[n % texts.length]!.repeat(n % 100 === 7 ? 700 : 1 + (n % 23));
      script.push(
        `insert into t /* ${";".repeat(n % 61)} */ values (${n}, '${text}', null); -- ;'`,
      );
    }
    script.push(
      `select 1 ${"/* ; */".repeat(700)} ; update t set n = -n /* ${" ".repeat(5000)} ; */ where n = 3`,
    );
    const sql = script.join("\n");
    using plain = new DatabaseSync(":memory:");
    plain.exec(sql);
    let read = 0;
    {
      using prepare = spyOn(DatabaseSync.prototype, "prepare");
      expect(db.call("exec", sql)).toMatchObject({ rowsAffected: 1 });
      for (const [given] of prepare.mock.calls) read += given.length;
    }
    const rows = "select * from t order by abs(n)";
    expect(db.call("query", rows)).toEqual(plain.prepare(rows).all() as ModuleValue[]);
    expect(read).toBeLessThan(1500 * 4096 + 80 * sql.length);
  });

  test("quotes in strings, and comments before a statement", () => {
    using folder = new TempFolder();
    using db = guestDatabase(folder.path);
    db.call("configure", "sqlite3", ":memory:");
    const sql =
      '-- a ?\n;; /* ? */ --\nselect \'it\'\'s ?\' a, ? b, "c""?" from (select 1 "c""?") ; -- ?';
    expect(db.call("query", sql, 2)).toEqual([{ a: "it's ?", b: 2, 'c"?': 1 }]);
  });

  test("configure, exec, query, close", () => {
    using folder = new TempFolder();
    using db = guestDatabase(folder.path);
    const none = "database not configured, call require('database').configure(...) first";
    expect(messageOf(() => db.call("query", "select 1"))).toBe(none);
    expect(messageOf(() => db.call("configure", "mysql", "x"))).toContain("unsupported");
    db.call("configure", "sqlite3", "orders.db");
    db.call("exec", "create table t (a integer, b text, c blob); create index i on t (a)");
    expect(
      db.call("exec", "insert into t values (?, ?, ?)", [1, "x"], new Uint8Array([1, 2])),
    ).toEqual({
      success: true,
      rowsAffected: 1,
      lastInsertId: 1,
    });
    db.call("exec", "insert into t values (?, ?, null), (9007199254740993, 'ü', null)", true, null);
    expect(db.call("query", "select * from t where a >= ? order by a", 1)).toEqual([
      { a: 1, b: "x", c: new Uint8Array([1, 2]) },
      { a: 1, b: null, c: null },
      { a: 9007199254740993n, b: "ü", c: null },
    ]);
    expect(db.call("exec", "update t set b = 'y' where a = 1")).toMatchObject({ rowsAffected: 2 });
    expect(db.call("exec", "create table u (a)")).toMatchObject({ rowsAffected: 0 });
    expect(db.call("exec", "vacuum")).toMatchObject({ success: true });
    expect(db.call("query", "  -- nothing\n;")).toEqual([]);
    expect(messageOf(() => db.call("query", "selec"))).toBe('near "selec": syntax error');
    expect(messageOf(() => db.call("query", "select 1; select 2"))).toContain("one statement");
    expect(messageOf(() => db.call("query", "select ?", { a: 1 }))).toContain("SQLite holds");
    db.call("close");
    expect(messageOf(() => db.call("exec", "select 1"))).toBe(none);
    expect(existsSync(folder.at("orders.db"))).toBe(true);
  });

  test("a column of any name is a field of its row", () => {
    using db = guestDatabase("/");
    db.call("configure", "sqlite", ":memory:");
    for (const value of ["1", "x'0102'", "null"]) {
      const rows = db.call("query", `select ${value} as __proto__, 2 as constructor`);
      const [row] = rows as readonly Record<string, ModuleValue>[];
      expect(Object.keys(row!)).toEqual(["__proto__", "constructor"]);
      expect(encodeReturn(rows).json).toContain('"__proto__":');
    }
  });

  test("a statement gets as many arguments as it has parameters", () => {
    using folder = new TempFolder();
    using db = guestDatabase(folder.path);
    db.call("configure", "sqlite3", ":memory:");
    db.call("exec", "create table t (a, b)");
    const insert = "insert into t values (?, ?)";
    const refused = "the statement has 2 parameters and was given 1 argument";
    expect(messageOf(() => db.call("exec", insert, 1))).toBe(refused);
    db.call("exec", insert, 1, 2);
    // Also when it is compiled already.
    expect(messageOf(() => db.call("exec", insert, [1]))).toBe(refused);
    expect(messageOf(() => db.call("query", "select ?", 1, 2, 3))).toBe(
      "the statement has 1 parameter and was given 3 arguments",
    );
    expect(messageOf(() => db.call("exec", "select 1; select ?"))).toBe(
      "the statement has 1 parameter and was given 0 arguments",
    );
    expect(db.call("query", "select * from t")).toEqual([{ a: 1, b: 2 }]);
    const marks = `select '?' as "a?", '''?' as [b?], \`c\`\`?\`, ? as d /* ? */ from
      (select 1 as \`c\`\`?\`) -- ?`;
    expect(db.call("query", marks, 4)).toEqual([{ "a?": "?", "b?": "'?", "c`?": 1, d: 4 }]);
    // With numbers or names it is SQLite's to know.
    expect(db.call("query", "select ?2 as x, ?1 as y, ?2 as z", 1, 2)).toEqual([
      { x: 2, y: 1, z: 2 },
    ]);
    expect(db.call("query", "select :a as a")).toEqual([{ a: null }]);
  });

  test("reaches no other file", () => {
    using outside = new TempFolder();
    using folder = new TempFolder();
    const target = outside.at("stolen.db");
    symlinkSync(outside.path, folder.at("out"));
    symlinkSync(target, folder.at("link.db"));
    symlinkSync(target, folder.at("own.db-journal"));
    mkdirSync(folder.at("folder"));
    Bun.spawnSync(["mkfifo", folder.at("fifo")]);
    using db = guestDatabase(folder.path);
    for (const path of [
      "/tmp/x.db",
      "../x.db",
      "out/x.db",
      "link.db",
      "own.db",
      "folder",
      "fifo",
      "a\0b",
      "x/".repeat(2500),
      `file:${target}`,
      `file:${target}?mode=rwc`,
    ]) {
      expect([path, messageOf(() => db.call("configure", "sqlite", path)) !== ""]).toEqual([
        path,
        true,
      ]);
    }
    for (const source of ["inside.db", ":memory:"]) {
      db.call("configure", "sqlite3", source);
      db.call("exec", "create table t (a); insert into t values (1)");
      for (const sql of [
        `attach '${target}' as other`,
        "attach '' as other",
        "attach ':memory:' as other",
        `attach '${target.slice(0, -1)}' || 'b' as other`,
        `vacuum into '${target}'`,
        `vacuum main into '${target}'`,
        `vacuum /* x */ into '${target}'`,
        `explain attach '${target}' as x`,
        "select load_extension('x')",
        "pragma writable_schema = 1",
        "pragma writable_schema(on)",
        "pragma temp_store_directory = '/tmp'",
        "pragma data_store_directory = '/tmp'",
        "pragma mmap_size = 1000000000",
        "pragma max_page_count = 4000000000",
        "pragma temp_store = file",
        "pragma database_list",
        "select * from pragma_database_list",
        "pragma trusted_schema = on",
        "pragma hard_heap_limit = 1",
        "update sqlite_master set sql = 'x'",
        "insert into sqlite_master values ('table','x','x',2,'create table x(a)')",
        "create virtual table v using dbstat",
        "create virtual table v using csv(filename='/etc/passwd')",
        "select fts3_tokenizer('simple', x'0000000000000000')",
        "select readfile('/etc/passwd')",
        "select writefile('x', 'y')",
        "detach main",
      ]) {
        expect([source, sql, messageOf(() => db.call("exec", sql)) !== ""]).toEqual([
          source,
          sql,
          true,
        ]);
        expect([source, sql, messageOf(() => db.call("query", sql)) !== ""]).toEqual([
          source,
          sql,
          true,
        ]);
      }
      expect(db.call("query", "select count(*) n from t")).toEqual([{ n: 1 }]);
    }
    expect(readdirSync(outside.path)).toEqual([]);
  });

  test("ordinary features work", () => {
    using folder = new TempFolder();
    using db = guestDatabase(folder.path);
    db.call("configure", "sqlite3", ":memory:");
    for (const sql of [
      "create virtual table docs using fts5(body); insert into docs values ('hello world')",
      "create table p (id integer primary key); create table c (p references p)",
      "create trigger tr after insert on p begin insert into c values (new.id); end; insert into p values (7)",
      "create view w as select * from c; create temp table tmp (a); pragma user_version = 3",
      "begin; insert into p values (8); savepoint s; rollback to s; commit; reindex; analyze",
      "with recursive n(x) as (select 1 union all select x + 1 from n limit 5) insert into tmp select x from n",
    ]) {
      expect([sql, messageOf(() => db.call("exec", sql))]).toEqual([sql, ""]);
    }
    expect(db.call("query", "select body from docs where docs match 'hello'")).toHaveLength(1);
    expect(db.call("query", "select p, json_object('a', p) j from w order by p")).toEqual([
      { p: 7, j: '{"a":7}' },
      { p: 8, j: '{"a":8}' },
    ]);
    expect(db.call("query", "pragma table_info('c')")).toHaveLength(1);
    expect(db.call("query", "select name from pragma_table_info('c')")).toEqual([{ name: "p" }]);
    expect(messageOf(() => db.call("exec", "insert into c values (99)"))).toBe(
      "FOREIGN KEY constraint failed",
    );
  });

  test("is bounded in size", () => {
    using folder = new TempFolder();
    using db = guestDatabase(folder.path, { memoryBytesMax: 1024 * 1024 });
    db.call("configure", "sqlite", ":memory:");
    db.call("exec", "create table t (a)");
    const fill = (table: string) =>
      `with recursive n(x) as (select 1 union all select x + 1 from n limit 100000) insert into ${table} select randomblob(1000) from n`;
    expect(messageOf(() => db.call("exec", fill("t")))).toBe("database or disk is full");
    db.call("exec", "create temp table u (a)");
    expect(messageOf(() => db.call("exec", fill("u")))).toBe("database or disk is full");
    expect(messageOf(() => db.call("query", "select zeroblob(100000000)"))).toBe(
      "string or blob too big",
    );
    const endless =
      "with recursive n(x) as (select 1 union all select x + 1 from n) select x from n";
    expect(messageOf(() => db.call("query", endless))).toContain("too large");
  });

  test("goes on in another worker: files by path, memory by its bytes", () => {
    using folder = new TempFolder();
    let state: string | undefined;
    const change = () => ({ initialState: state!, memoryBytesMax: 1024 * 1024 });
    {
      using db = guestDatabase(folder.path);
      expect(db.module.state?.()).toBeUndefined();
      db.call("configure", "sqlite3", ":memory:");
      db.call("exec", "create table t (a); insert into t values (1)");
      const first = db.module.state?.();
      db.call("query", "select * from t");
      expect(db.module.state?.()).toBe(first);
      db.call("exec", "update t set a = a + 1; begin; insert into t values (5)");
      state = db.module.state?.();
      expect(state).not.toBe(first);
      // A transaction cannot outlive its execution.
      expect(db.call("query", "select a from t")).toEqual([{ a: 2 }]);
    }
    {
      using db = guestDatabase(folder.path, change());
      expect(db.module.state?.()).toBe(state);
      expect(db.call("query", "select a from t")).toEqual([{ a: 2 }]);
      expect(db.module.state?.()).toBe(state);
      const fill =
        "with recursive n(x) as (select 1 union all select x + 1 from n limit 5000) insert into t select randomblob(1000) from n";
      expect(messageOf(() => db.call("exec", fill))).toBe("database or disk is full");
      expect(messageOf(() => db.call("exec", "pragma writable_schema = 1"))).toBe("not authorized");
      db.call("configure", "sqlite3", "file.db");
      db.call("exec", "create table t (a); insert into t values (5)");
      state = db.module.state?.();
      expect(state).toBe('{"dataSource":"file.db"}');
    }
    {
      using db = guestDatabase(folder.path, change());
      expect(db.call("query", "select a from t")).toEqual([{ a: 5 }]);
      db.call("close");
      expect(db.module.state?.()).toBeUndefined();
    }
    for (const initialState of [
      '{"dataSource":"/etc/x.db"}',
      '{"dataSource":":memory:","image":"!"}',
      `{"dataSource":":memory:","image":"${"A".repeat(4000)}"}`,
      "no JSON",
      "[]",
    ]) {
      using db = guestDatabase(folder.path, { initialState });
      expect(messageOf(() => db.call("query", "select * from t"))).not.toBe("");
    }
  });

  test("a read-only worktree's database is read", () => {
    using folder = new TempFolder();
    {
      using db = guestDatabase(folder.path);
      db.call("configure", "sqlite3", "x.db");
      db.call("exec", "create table t (a); insert into t values (5)");
    }
    writeFileSync(folder.at("no.db"), "no database at all, but long enough to look at".repeat(30));
    using db = guestDatabase(folder.path, { readOnly: true });
    db.call("configure", "sqlite3", "x.db");
    expect(db.call("query", "select a from t")).toEqual([{ a: 5 }]);
    expect(messageOf(() => db.call("exec", "insert into t values (1)"))).toBe(
      "attempt to write a readonly database",
    );
    expect(messageOf(() => db.call("configure", "sqlite3", "no.db"))).toBe(
      "file is not a database",
    );
    expect(db.call("query", "select a from t")).toEqual([{ a: 5 }]);
  });
});
