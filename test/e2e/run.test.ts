import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LIMITS } from "../../src/core/limits.ts";
import { readChildren, readStat } from "../../src/supervisor/process-table.ts";
import { BINARY, CLEAN_ENV, vm } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

/** Fails in line 17. */
const FAILING = `// Checks that there are enough rows.
interface Row {
  region: string;
  amount: number;
}
enum Level {
  Low,
  High,
}
type Check<T> = (value: T) => void;
const rows: Row[] = [{ region: "north", amount: 42 }];

export const check: Check<number> = (value) => {
  console.log("level", Level[1]);
  if (value > 100) return;

  throw new RangeError(\`too few: \${value as number}\`);
};
check(rows[0]!.amount);
`;

function folderWith(files: Readonly<Record<string, string>>) {
  const folder = tempFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
  return folder;
}

describe("run", () => {
  test("a TypeScript file; its value is not printed unless asked for", async () => {
    using folder = folderWith({ "app.ts": "const n: number = 6;\nconsole.log(n);\nn * 7" });
    const options = { cwd: folder.path };
    expect(await vm(["run", "app.ts"], options)).toEqual({ code: 0, out: "6\n", err: "" });
    expect(await vm(["run", "app.ts", "--print"], options)).toEqual({
      code: 0,
      out: "6\n42\n",
      err: "",
    });
  });

  test("a snippet and stdin; their value is printed", async () => {
    expect(await vm(["run", "-e", "6 * 7"])).toEqual({ code: 0, out: "42\n", err: "" });
    expect(await vm(["run", "-"], { stdin: "1+1\n" })).toEqual({ code: 0, out: "2\n", err: "" });
    expect(await vm(["run", "-e", "var a = 1"])).toEqual({ code: 0, out: "", err: "" });
    expect(await vm(["run", "-e", "'text'", "--no-print"])).toEqual({ code: 0, out: "", err: "" });
  });

  test("console lines go to stdout and stderr", async () => {
    const code = `console.log(1); console.error(2); console.info(3); console.warn(4); console.debug(5);`;
    expect(await vm(["run", "-e", code])).toEqual({ code: 0, out: "1\n3\n5\n", err: "2\n4\n" });
  });

  test.skipIf(!existsSync("/proc/self/autogroup"))("it stands back for nobody", async () => {
    const child = Bun.spawn([BINARY, "run", "-e", "console.log('started'); for (;;) {}"], {
      env: CLEAN_ENV,
      stdout: "pipe",
      stderr: "ignore",
    });
    await child.stdout.getReader().read();
    const [worker = 0] = readChildren(child.pid);
    const computedMs = () => readStat(worker)?.cpuMs ?? Infinity;
    const startedMs = computedMs();
    // Past any look at what runs long.
    while (computedMs() - startedMs < 200) await Bun.sleep(5);
    expect(readFileSync(`/proc/${worker}/autogroup`, "utf8")).toEndWith("nice 0\n");
    expect(readStat(worker)?.niceness).toBe(readStat(process.pid)?.niceness as number);
    child.kill("SIGINT");
    await child.exited;
  });

  test("lines come while the code runs; SIGINT cancels it", async () => {
    const child = Bun.spawn([BINARY, "run", "-e", "console.log('started'); for (;;) {}"], {
      cwd: "/",
      env: CLEAN_ENV,
      stdout: "pipe",
      stderr: "pipe",
    });
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toBe("started\n");
    child.kill("SIGINT");
    expect(await child.stderr.text()).toBe("Execution was cancelled\n");
    expect(await child.exited).toBe(130);
  });

  test("an uncaught error in line 17 of a TypeScript file: code frame and stack", async () => {
    using folder = folderWith({ "check.ts": FAILING });
    const ran = await vm(["run", "check.ts"], { cwd: folder.path });
    expect(ran.out).toBe("level High\n");
    expect(ran.err).toMatch(/^check\.ts:17:\d+\n/);
    expect(ran.err).toContain("> 17 |   throw new RangeError(`too few: ");
    expect(ran.err).toMatch(/\n +\| +\^\n/);
    expect(ran.err).toMatch(/\nRangeError: too few: 42\n {4}at check \(check\.ts:17:\d+\)\n/);
    expect(ran.err).not.toContain("::error");
    expect(ran.code).toBe(1);
  });

  test("what an error says moves no cursor; what the program prints is its own", async () => {
    using folder = folderWith({
      "title.js": "console.log('\\x1b[1m');\n/* \x1b[2J */ throw Error('a\\x1b]0;b\\x07\\nc');",
    });
    const ran = await vm(["run", "title.js"], { cwd: folder.path });
    expect(ran.out).toBe("\x1b[1m\n");
    expect(ran.err).toContain("> 2 | /* \\u001b[2J */ throw Error(");
    expect(ran.err).toMatch(/\n {4}\| {23,}\^\n/);
    expect(ran.err).toContain("\nError: a\\u001b]0;b\\u0007\nc\n    at ");
    expect(ran.err).not.toContain("\x1b");
    expect(ran.code).toBe(1);
  });

  test("under GitHub Actions the error is an annotation, relative to the repository", async () => {
    using folder = tempFolder();
    const checks = join(folder.path, "ci,checks");
    mkdirSync(checks);
    writeFileSync(join(checks, "check.js"), `\nthrow new Error("50% off:\\nnot, today")`);
    const ran = await vm(["run", "check.js"], {
      cwd: checks,
      env: { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: folder.path },
    });
    expect(ran.err).toMatch(
      /\n::error file=ci%2Cchecks\/check\.js,line=2,col=\d+::Error: 50%25 off:%0Anot, today\n$/,
    );
    expect(ran.code).toBe(1);
  });

  test("a file that is too large is named, with what can be done about it", async () => {
    using folder = folderWith({ "large.js": " ".repeat(LIMITS.sourceBytesMax + 1) });
    const ran = await vm(["run", "large.js"], { cwd: folder.path });
    expect(ran.err).toBe(
      `Error: BODY_TOO_LARGE: File is larger than ${LIMITS.sourceBytesMax} bytes: large.js\n` +
        "Split it into modules that it requires, or have it read its data with the module `fs`.\n",
    );
    expect(ran.code).toBe(1);
  });

  test("text that is no program shows where", async () => {
    const ran = await vm(["run", "-e", "const a = 1;\nlet let = 2;"]);
    expect(ran.err).toContain("SyntaxError");
    expect(ran.err).toContain("> 2 | let let = 2;");
    expect(ran.code).toBe(1);
  });

  test("a module that was not asked for is named with its flag", async () => {
    const ran = await vm(["run", "-e", "require('fs')"]);
    expect(ran.err).toEndWith("Give it with --module fs.\n");
    expect(ran.code).toBe(1);
    expect((await vm(["run", "-e", "require('nofs')"])).err).not.toContain("--module");
  });

  test("a limit is named with its flag, but where a session file has set it", async () => {
    using folder = tempFolder();
    const errorOf = async (...words: string[]) => (await vm(["run", ...words])).err;
    const loop = (body: string) => `for (let i = 0; i < 2000; i++) { ${body} }`;
    expect(await errorOf("-e", loop("console.debug(i)"), "--max-events", "5")).toEndWith(
      "output/event limits\nPrint less, or raise the limit, as --max-events 100000.\n",
    );
    expect(await errorOf("-e", "console.debug('x'.repeat(600_000))")).toEndWith(
      "output/event limits\nPrint less, or raise the limit, as --max-output-kb 16384.\n",
    );
    const fill = "globalThis.a = []; for (;;) a.push(new Array(1e5).fill(1))";
    expect(await errorOf("-e", fill, "--mem-mb", "16")).toEndWith(
      "(mem_mb)\nGive it more with --mem-mb, as --mem-mb 512.\n",
    );
    const file = folder.join("small.vmsession");
    expect(await errorOf("-e", "1", "--max-events", "5", "--save", file)).toBe("");
    expect(await errorOf("--from", file, "-e", loop("console.debug(i)"))).toEndWith("limits\n");
  });

  test("--timeout ends it, with 124", async () => {
    const ran = await vm(["run", "-e", "for (;;) {}", "--timeout", "200ms"]);
    expect(ran.err).toContain("200 ms");
    expect(ran.err).toContain("--timeout");
    expect(ran.code).toBe(124);
    // It is the limit of CPU time too, else the default of 5 s would come first.
    const longer = await vm(["run", "-e", "1", "--timeout", "2m", "--json", "--db", ":memory:"]);
    expect(JSON.parse(longer.out)).toMatchObject({ status: "ok" });
  });

  test("words behind a file are its __ARGS__, --env its __ENV__", async () => {
    using folder = folderWith({
      "args.js": "console.log(JSON.stringify(__ARGS__)); console.log(JSON.stringify(__ENV__))",
    });
    const words = ["--month=11", "--dry", "--tag=a", "--tag=b", "north", "--", "--x=1"];
    const ran = await vm(["run", "args.js", "--env", "A=1=2", "--env", "TOKEN", "--", ...words], {
      cwd: folder.path,
      env: { TOKEN: "t", OTHER: "o" },
    });
    expect(ran).toEqual({
      code: 0,
      out: `{"month":"11","dry":true,"tag":["a","b"],"_":["north","--x=1"]}\n{"A":"1=2","TOKEN":"t"}\n`,
      err: "",
    });
  });

  test("modules and files of the worktree; nothing outside it", async () => {
    using folder = folderWith({
      "main.mjs": `import { total } from "./lib.js"; import fs from "fs"; fs.writeFileSync("out.txt", String(total)); console.log(total)`,
      "lib.js": "export const total = 42;",
    });
    const ran = await vm(["run", "main.mjs", "--module", "fs"], { cwd: folder.path });
    expect(ran).toEqual({ code: 0, out: "42\n", err: "" });
    expect(await Bun.file(join(folder.path, "out.txt")).text()).toBe("42");

    using elsewhere = folderWith({ "outside.js": "1" });
    symlinkSync(join(elsewhere.path, "outside.js"), join(folder.path, "link.js"));
    const outside = await vm(["run", join(elsewhere.path, "outside.js")], { cwd: folder.path });
    expect(outside.err).toContain("lies outside the worktree");
    expect(outside.err).toContain("--worktree");
    expect(outside.code).toBe(2);
    const linked = await vm(["run", "link.js"], { cwd: folder.path });
    expect(linked.err).toContain("INVALID_PATH");
    expect(linked.code).toBe(2);
    const named = await vm(["run", join(folder.path, "lib.js"), "--worktree", folder.path]);
    expect(named).toEqual({ code: 0, out: "", err: "" });
  });

  test("--json prints the execution with its events and nothing else", async () => {
    const ran = await vm(["run", "-e", "console.log(1); throw new TypeError('no')", "--json"]);
    expect(ran.err).toBe("");
    const execution = JSON.parse(ran.out);
    expect(execution).toMatchObject({ kind: "repl", status: "error" });
    expect(execution.events.map(({ type }: { type: string }) => type)).toEqual([
      "input_echo",
      "console",
      "exception",
    ]);
    expect(ran.code).toBe(1);
  });

  test("--db keeps the record", async () => {
    using folder = tempFolder();
    const db = join(folder.path, "runs.db");
    for (const code of ["1", "2"]) expect((await vm(["run", "-e", code, "--db", db])).code).toBe(0);
    const { Database } = await import("bun:sqlite");
    using file = new Database(db, { readonly: true });
    const query = (sql: string) => file.query<Record<string, unknown>, []>(sql).all();
    expect(query("SELECT kind, status FROM execution")).toEqual([
      { kind: "repl", status: "ok" },
      { kind: "repl", status: "ok" },
    ]);
    expect(query("SELECT DISTINCT status FROM vm_session")).toEqual([{ status: "closed" }]);
  });

  test("wrong usage", async () => {
    const usage = async (...words: string[]) => {
      const { code, err } = await vm(["run", ...words]);
      expect(code).toBe(2);
      return err;
    };
    expect(await usage()).toContain("run needs FILE, --eval CODE, or `-` for stdin");
    expect(await usage("absent.js")).toContain("there is no file absent.js");
    expect(await usage("-e", "1", "x")).toContain("--eval takes no arguments");
    expect(await usage("-e", "")).toContain("the snippet of --eval is empty");
    expect(await usage("-e", "1", "--timeout", "5")).toContain("--timeout 500ms, 5s, 2m or 1h");
    expect(await usage("-e", "1", "--module", "net")).toContain("MODULE_NOT_ALLOWED");
    expect(await usage("-e", "1", "--library", "nothing")).toContain("LIBRARY_UNKNOWN");
    expect(await usage("-e", "1", "--worktree", "/no/such")).toContain(
      "there is no folder /no/such",
    );
    expect(await usage("-e", "1", "--env", "A=1")).toContain("takes no --env");
  });

  test("a library that is not in the cache", async () => {
    using folder = tempFolder();
    const ran = await vm(["run", "-e", "1", "--library", "lodash"], { cwd: folder.path });
    expect(ran.err).toContain("failed to load libraries:");
    expect(ran.err).toContain("vm-system libs download");
    expect(ran.code).toBe(1);
  });

  test("a library of the cache that no catalog knows", async () => {
    using folder = tempFolder();
    const libraries = join(folder.path, ".vm-cache", "libraries");
    mkdirSync(libraries, { recursive: true });
    writeFileSync(join(libraries, "ours-1.0.0.js"), "var twice = (n) => n * 2;");
    const ran = await vm(["run", "-e", "twice(21)", "--library", "ours@1.0.0"], {
      cwd: folder.path,
    });
    expect(ran).toMatchObject({ out: "42\n", err: "", code: 0 });
  });
});
