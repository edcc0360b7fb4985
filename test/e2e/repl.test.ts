import { expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, CLEAN_ENV, Daemon, makeSession, repl, vm } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";
import { KEY, TerminalProgram } from "../harness/terminal.ts";

const ENTERED = /\n> $/;

function promptIn(folder: string, words: readonly string[] = []): TerminalProgram {
  return new TerminalProgram([BINARY, "repl", ...words], {
    cwd: folder,
    env: { XDG_STATE_HOME: join(folder, "state") },
  });
}

test("values in quotes and colours, lines as they come, errors in the author's words", async () => {
  using folder = tempFolder();
  await using prompt = promptIn(folder.path);
  await prompt.see(/vm-system .*a throw-away session.*> /s);
  prompt.type(`const a = { name: "it's", n: 1 }\r`);
  await prompt.see(/\nundefined\n> $/);
  prompt.type("a\r");
  expect(await prompt.see(/\n\{ name: "it's", n: 1 \}\n> $/)).toContain("\x1b[33m1\x1b[39m");
  prompt.type("a.name\r");
  await prompt.see(/\n"it's"\n> $/);
  prompt.type("console.log('one'); await new Promise((r) => setTimeout(r, 60_000)); 2\r");
  await prompt.see(/\none\n$/);
  prompt.type(KEY.ctrlC);
  await prompt.see(/cancelled\n> $/);
  prompt.type("nothing.here\r");
  await prompt.see(/Uncaught ReferenceError: nothing is not defined[\s\S]*> $/);
  prompt.type("let n: number = 5\r");
  await prompt.see(ENTERED);
  prompt.type("n + a.n\r");
  await prompt.see(/\n6\n> $/);
  prompt.type(".exit\r");
  expect(await prompt.exited).toBe(0);
});

test("several lines, until the input is complete; Alt-Enter breaks a complete one", async () => {
  using folder = tempFolder();
  await using prompt = promptIn(folder.path);
  await prompt.see("> ");
  prompt.type("function twice(x) {\r");
  await prompt.see(/\n\| $/);
  prompt.type("  return `a\r");
  await prompt.see(/\n\| {3}$/);
  prompt.type("b` + x\r");
  prompt.type("}\r");
  await prompt.see(/\nundefined\n> $/);
  prompt.type(`twice("a")\r`);
  await prompt.see(/\n'a\\n {2}ba'\n> $/);
  prompt.type(`1${KEY.altEnter}+ 2\r`);
  await prompt.see(/\n3\n> $/);
  // A paste is one input, whatever lines it has.
  prompt.type("\x1b[200~if (false) { 1 }\nelse { 7 }\n\x1b[201~\r");
  await prompt.see(/\n7\n> $/);
});

test("Tab completes globals and members from the live heap", async () => {
  using folder = tempFolder();
  await using prompt = promptIn(folder.path);
  await prompt.see("> ");
  prompt.type("const basket = { apples: 3, apricots: 4, pears: 5 }\r");
  await prompt.see(/undefined\n> $/);
  prompt.type(`bask${KEY.tab}`);
  await prompt.see(/> basket$/);
  prompt.type(`.pe${KEY.tab}`);
  await prompt.see(/> basket\.pears$/);
  prompt.type(KEY.enter);
  await prompt.see(/\n5\n> $/);
  prompt.type(`basket.ap${KEY.tab}`);
  await prompt.see(/\napples {4}apricots\n> basket\.ap$/);
  prompt.type(`p${KEY.tab}`);
  await prompt.see(/> basket\.apples$/);
  prompt.type(`${KEY.ctrlU}.ed${KEY.tab}`);
  await prompt.see(/> \.editor$/);
});

test("Ctrl-C of an endless loop keeps the session", async () => {
  using folder = tempFolder();
  await using prompt = promptIn(folder.path);
  await prompt.see("> ");
  prompt.type("globalThis.kept = 41\r");
  await prompt.see(/\n41\n> $/);
  prompt.type("console.log('looping'); for (;;) {}\r");
  await prompt.see(/\nlooping\n$/);
  prompt.type(KEY.ctrlC);
  await prompt.see(/cancelled\n> $/);
  prompt.type("kept + 1\r");
  await prompt.see(/\n42\n> $/);
  prompt.type(`half a line${KEY.ctrlC}`);
  await prompt.see(ENTERED);
  prompt.type(KEY.ctrlC);
  await prompt.see(/leaves\)\n> $/);
  prompt.type(KEY.ctrlC);
  expect(await prompt.exited).toBe(0);
});

test("the history is there the next time, readable by its owner alone", async () => {
  using folder = tempFolder();
  {
    await using prompt = promptIn(folder.path);
    await prompt.see("> ");
    prompt.type(`"first"${KEY.altEnter}+ "lines"\r`);
    await prompt.see(/\n'firstlines'\n> $/);
    prompt.type(` "secret"\r`);
    await prompt.see(/\n'secret'\n> $/);
    prompt.type(KEY.ctrlD);
    expect(await prompt.exited).toBe(0);
  }
  const file = join(folder.path, "state", "vm-system", "history");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).toBe(`${JSON.stringify('"first"\n+ "lines"')}\n`);
  await using prompt = promptIn(folder.path);
  await prompt.see("> ");
  prompt.type(`"draft"${KEY.up}`);
  await prompt.see(/> "first"\n\| \+ "lines"$/);
  prompt.type(KEY.enter);
  await prompt.see(/\n'firstlines'\n> $/);
});

test(".load, .save, .editor, .clear and .help", async () => {
  using folder = tempFolder();
  writeFileSync(
    join(folder.path, "tools.ts"),
    "type N = number;\nvar add = (a: N, b: N) => a + b;\n",
  );
  await using prompt = promptIn(folder.path);
  await prompt.see("> ");
  prompt.type(".load tools.ts\r");
  await prompt.see(/\nundefined\n> $/);
  prompt.type("add(1, 2)\r");
  await prompt.see(/\n3\n> $/);
  prompt.type(".editor\r");
  await prompt.see(/drops them\.\n> $/);
  prompt.type(`1 +\r2\r+ 4${KEY.ctrlD}`);
  await prompt.see(/\n7\n> $/);
  prompt.type(".save saved.js\r");
  await prompt.see(/Saved 3 inputs to saved\.js\n> $/);
  expect(readFileSync(join(folder.path, "saved.js"), "utf8")).toEndWith("add(1, 2)\n1 +\n2\n+ 4\n");
  prompt.type(".clear\r");
  await prompt.see(/A fresh session\.\n> $/);
  prompt.type("typeof add\r");
  await prompt.see(/\n'undefined'\n> $/);
  prompt.type(".help\r");
  await prompt.see(/\.clear.*\.save FILE.*Tab completes.*\n> $/s);
  prompt.type(".lod x\r");
  await prompt.see(/There is no command \.lod; \.help lists them\.\n> $/);
  prompt.type(".5 + 1\r");
  await prompt.see(/\n1\.5\n> $/);
});

test("a line longer than the terminal is wide, and without colours where they are unwanted", async () => {
  using folder = tempFolder();
  await using prompt = new TerminalProgram([BINARY, "repl"], {
    cwd: folder.path,
    env: { NO_COLOR: "1", XDG_STATE_HOME: folder.path },
    columns: 20,
  });
  await prompt.see("> ");
  prompt.type(`"${"x".repeat(40)}".length\r`);
  expect(await prompt.see(/\n40\n> $/)).not.toMatch(/\x1b\[\d+m/);
});

test("from a pipe: whole inputs, results, no prompt", async () => {
  const ran = await vm(["repl"], {
    stdin:
      'const a = {\n  b: 1,\n};\na\n"text"\nthrow new Error("no")\nlet n: number = 5\nconsole.warn(n)\nn',
  });
  expect(ran.out).toBe("{ b: 1 }\n'text'\n5\n");
  expect(ran.err).toMatch(/^Uncaught Error: no\n {4}at .*\n5\n$/);
  expect(ran.code).toBe(0);
});

test("Ctrl-R finds an earlier input by what is in it; Ctrl-G goes back to what was typed", async () => {
  using folder = tempFolder();
  await using prompt = promptIn(folder.path);
  await prompt.see("> ");
  for (const [input, result] of [
    ["60 + 1", "61"],
    ["const six = () => 6", "undefined"],
    ["60 + 2", "62"],
  ]) {
    prompt.type(`${input}\r`);
    await prompt.see(`\n${result}\n> `);
  }
  prompt.type("\x12+");
  await prompt.see(/\(history with '\+'\) 60 \+ 2$/);
  prompt.type("\x12");
  await prompt.see(/\(history with '\+'\) 60 \+ 1$/);
  prompt.type("\x12");
  await prompt.see(/\(nothing older with '\+'\) 60 \+ 1$/);
  prompt.type("\r");
  await prompt.see(/\n61\n> $/);
  prompt.type("\x12six");
  await prompt.see(/\(history with 'six'\) const six = \(\) => 6$/);
  prompt.type("\x7f\x7f\x7f60");
  await prompt.see(/\(history with '60'\) 60 \+ 1$/);
  prompt.type(`${KEY.ctrlC}1 + 1`);
  await prompt.see(/> 1 \+ 1$/);
  prompt.type("\x12six\x07");
  await prompt.see(/> 1 \+ 1$/);
  // What is found can be changed.
  prompt.type("\x12six\x05 + 1");
  await prompt.see(/> const six = \(\) => 6 \+ 1$/);
  prompt.type("\r");
  await prompt.see(/\nundefined\n> $/);
  prompt.type("six()\r");
  await prompt.see(/\n7\n> $/);
});

test("a module that was not asked for is named with its flag", async () => {
  const ran = await vm(["repl"], { stdin: "require('fs')" });
  expect(ran.err).toEndWith("\nGive it with --module fs.\n");
});

test.skipIf(!existsSync("/dev/full"))("results that cannot be written end it", async () => {
  const prompt = Bun.spawn([BINARY, "repl"], {
    env: CLEAN_ENV,
    stdin: new TextEncoder().encode("1\n2\n"),
    stdout: Bun.file("/dev/full"),
    stderr: "pipe",
  });
  const errors = await prompt.stderr.text();
  expect(errors).toBe("Error: ENOSPC: no space left on device, write\n");
  expect(await prompt.exited).toBe(1);
});

test("a live session of the daemon: its state, completion, and what is not a prompt's to do", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: join(folder.path, "vm.db") });
  const { sessionId } = await makeSession(daemon, folder.path);
  await repl(daemon, sessionId, "globalThis.shared = { answer: 42 }");
  await using prompt = promptIn(folder.path, [sessionId, "--server-url", daemon.url]);
  await prompt.see(sessionId);
  prompt.type(`shared.an${KEY.tab}\r`);
  await prompt.see(/\n42\n> $/);
  prompt.type("console.log('going'); for (;;) {}\r");
  await prompt.see(/\ngoing\n$/);
  prompt.type(KEY.ctrlC);
  await prompt.see(/cancelled\n> $/);
  prompt.type("shared.more = 'yes'\r");
  await prompt.see(/\n'yes'\n> $/);
  prompt.type(".clear\r");
  await prompt.see(/the daemon's and keeps its state/);
  prompt.type(KEY.ctrlD);
  expect(await prompt.exited).toBe(0);
  const after = await repl(daemon, sessionId, "shared");
  expect(after.body.result?.json).toEqual({ answer: 42, more: "yes" });
});
