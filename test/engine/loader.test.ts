import { describe, expect, test } from "bun:test";
import type { SettingsPatch } from "../../src/core/settings.ts";
import { ScratchSession } from "./loader-session.ts";

interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly settings?: SettingsPatch;
  /** A snippet, or the path of a file to run. */
  readonly input: string;
  readonly preview?: string;
  readonly error?: string;
}

/** What a specifier leads to. */
const CASES: Readonly<Record<string, Case>> = {
  "a relative file": {
    files: { "a.js": "module.exports = 1" },
    input: "require('./a.js')",
    preview: "1",
  },
  "the extensions of the template, in their order": {
    files: { "a.mjs": "export default 'm'", "a.js": "module.exports = 'j'" },
    settings: { resolver: { extensions: [".mjs", ".js"] } },
    input: "require('./a').default",
    preview: "m",
  },
  "an extension that the template does not list": {
    files: { "a.cjs": "" },
    input: "require('./a')",
    error:
      "Error: Invalid module './a', asked for by the script: not found; tried a, a.js, a.mjs, a/index.js, a/index.mjs",
  },
  "a folder's index": {
    files: { "lib/index.js": "module.exports = 2" },
    input: "require('./lib')",
    preview: "2",
  },
  "a folder's main": {
    files: { "lib/package.json": '{"main":"./x"}', "lib/x.js": "module.exports = 3" },
    input: "require('./lib')",
    preview: "3",
  },
  "a file before the folder of its name": {
    files: { "lib.js": "module.exports = 'file'", "lib/index.js": "module.exports = 'folder'" },
    input: "[require('./lib'), require('./lib/')]",
    preview: "[ 'file', 'folder' ]",
  },
  JSON: { files: { "d.json": '{"a":[1]}' }, input: "require('./d.json').a", preview: "[ 1 ]" },
  "JSON that is none": {
    files: { "d.json": "{" },
    input: "try { require('./d.json') } catch (e) { e.name }",
    preview: "SyntaxError",
  },
  roots: {
    files: { "src/shared/a.js": "module.exports = 4" },
    settings: { resolver: { roots: ["src"] } },
    input: "require('shared/a')",
    preview: "4",
  },
  "the worktree's top, where the template allows it": {
    files: { "a.js": "module.exports = 5" },
    settings: { resolver: { allow_absolute_repo_imports: true } },
    input: "require('/a')",
    preview: "5",
  },
  "the worktree's top, where it does not": {
    files: { "a.js": "" },
    input: "require('/a')",
    error:
      "Error: Invalid module '/a', asked for by the script: absolute paths need the setting resolver.allow_absolute_repo_imports",
  },
  "a path that leaves the worktree": {
    files: {},
    input: "await import('./x/../../../etc/passwd')",
    error:
      "Error: Invalid module './x/../../../etc/passwd', asked for by the script: it is outside the worktree",
  },
  "a file: URL that stands for no text": {
    files: {},
    input: "await import('file:///%ff')",
    error: "Error: Invalid module 'file:///%ff', asked for by the script: not found",
  },
  "a file: URL as import.meta.url has it": {
    files: { "lib/a.mjs": "export default import.meta", "lib/b b.json": "[6]" },
    input:
      "import meta from './lib/a.mjs'; [meta.url, meta.filename, meta.dirname, require(new URL('./b b.json', meta.url).href)[0]]",
    preview: "[ 'file:///lib/a.mjs', 'lib/a.mjs', 'lib', 6 ]",
  },
  "a remote module": {
    files: {},
    input: "await import('https://example.com/x.js')",
    error:
      "Error: Invalid module 'https://example.com/x.js', asked for by the script: modules come from files of the worktree alone",
  },
  "a native module that is not enabled": {
    files: {},
    input: "require('exec')",
    error:
      "Error: Invalid module 'exec', asked for by the script: the template of this session does not enable it",
  },
  "a module of Node": {
    files: { "lib/net.js": "require('node:net')" },
    input: "require('./lib/net.js')",
    error:
      "Error: Invalid module 'node:net', asked for by lib/net.js: it is a part of Node.js, which a session is not",
  },
  "relative to the file that runs": {
    files: { "steps/one.js": "require('./two')", "steps/two.js": "module.exports = __dirname" },
    input: "steps/one.js",
    preview: "steps",
  },
  "names of ours": {
    files: {},
    input: "await import('vm:bridge')",
    error:
      "Error: Invalid module 'vm:bridge', asked for by the script: modules come from files of the worktree alone",
  },
};

const pack = (name: string, json: object, files: Record<string, string>) => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, ...json }),
  ...Object.fromEntries(Object.entries(files).map(([k, v]) => [`node_modules/${name}/${k}`, v])),
});

const PACKAGES: Readonly<Record<string, Case>> = {
  main: {
    files: pack("p", { main: "lib/m" }, { "lib/m.js": "module.exports = 1" }),
    input: "require('p')",
    preview: "1",
  },
  "index without main": {
    files: pack("p", {}, { "index.js": "exports.a = 2" }),
    input: "require('p').a",
    preview: "2",
  },
  "module for import, main for require": {
    files: pack(
      "p",
      { main: "c.js", module: "m.js" },
      { "c.js": "module.exports = 'c'", "m.js": "export default 'm'" },
    ),
    input: "import p from 'p'; [p, require('p')]",
    preview: "[ 'm', 'c' ]",
  },
  "conditions of exports": {
    files: pack(
      "p",
      { exports: { ".": { node: "./n.js", import: "./i.mjs", require: "./r.cjs" } } },
      { "i.mjs": "export default 'i'", "r.cjs": "module.exports = 'r'", "n.js": "" },
    ),
    input: "import p from 'p'; [p, require('p')]",
    preview: "[ 'i', 'r' ]",
  },
  "browser before default": {
    files: pack(
      "p",
      { exports: { browser: "./b.mjs", default: "./n.mjs" } },
      { "b.mjs": "export default 'b'", "n.mjs": "" },
    ),
    input: "import p from 'p'; p",
    preview: "b",
  },
  "subpaths and patterns": {
    files: pack(
      "@s/p",
      {
        type: "module",
        exports: { "./x": "./lib/x.js", "./f/*": "./lib/f-*.js", "./f/private": null },
      },
      { "lib/x.js": "export default 'x'", "lib/f-a.js": "export default 'fa'" },
    ),
    input: "[(await import('@s/p/x')).default, (await import('@s/p/f/a')).default]",
    preview: "[ 'x', 'fa' ]",
  },
  "what exports does not list": {
    files: pack("p", { exports: { ".": "./a.js" } }, { "a.js": "", "b.js": "" }),
    input: "require('p/b.js')",
    error:
      "Error: Invalid module 'p/b.js', asked for by the script: the package in node_modules/p does not export './b.js' for require",
  },
  "a file of a package without exports": {
    files: pack("p", {}, { "lib/b.js": "module.exports = 'b'" }),
    input: "require('p/lib/b')",
    preview: "b",
  },
  "browser map": {
    files: pack(
      "p",
      { main: "a.js", browser: { "./a.js": "./web.js", fs: false } },
      { "a.js": "", "web.js": "module.exports = Object.keys(require('fs')).length" },
    ),
    input: "require('p')",
    preview: "0",
  },
  "nested installations": {
    files: {
      ...pack("p", { main: "p.js" }, { "p.js": "module.exports = require('q')" }),
      ...pack("q", {}, { "index.js": "module.exports = 'outer'" }),
      ...pack("p/node_modules/q", {}, { "index.js": "module.exports = 'inner'" }),
    },
    input: "[require('p'), require('q')]",
    preview: "[ 'inner', 'outer' ]",
  },
  "imports and self-reference": {
    files: {
      "package.json": JSON.stringify({
        name: "self",
        imports: {
          "#in/*": "./lib/*.js",
          "#db": { import: "./lib/esm.mjs", default: "./lib/cjs.js" },
        },
        exports: { "./out": "./lib/out.js" },
      }),
      "lib/a.js": "module.exports = 'a'",
      "lib/out.js": "module.exports = 'out'",
      "lib/cjs.js": "module.exports = 'cjs'",
    },
    input: "[require('#in/a'), require('self/out'), require('#db')]",
    preview: "[ 'a', 'out', 'cjs' ]",
  },
  "NODE_ENV as bundlers answer it": {
    files: pack("p", {}, { "index.js": "module.exports = process.env.NODE_ENV === 'production'" }),
    input: "require('p')",
    preview: "true",
  },
};

const FORMATS: Readonly<Record<string, Case>> = {
  "type module": {
    files: { "package.json": '{"type":"module"}', "a.js": "export default 1" },
    input: "(await import('./a.js')).default",
    preview: "1",
  },
  "module syntax where no type is given": {
    files: { "a.js": "// import x\nexport const b = typeof module" },
    input: "(await import('./a.js')).b",
    preview: "undefined",
  },
  "CommonJS that mentions import in a comment": {
    files: { "a.js": "/*\nimport x from 'y'\n*/ module.exports = `\nexport const z`" },
    input: "require('./a.js').length",
    preview: "15",
  },
  "runtime.esm for a file that runs": {
    files: { "a.js": "export default typeof require + import.meta.filename" },
    settings: { runtime: { esm: true } },
    input: "a.js",
    preview: "functiona.js",
  },
  "a .mjs file that runs gives its default export, awaited": {
    files: { "a.mjs": "const x = await Promise.resolve(4); export default Promise.resolve(x + 1)" },
    input: "a.mjs",
    preview: "5",
  },
  "a module without a default export": {
    files: { "a.mjs": "export const x = 1" },
    input: "a.mjs",
    preview: "undefined",
  },
  "TypeScript imports name the file as it would be made": {
    files: {
      "main.ts":
        "import { a, type T } from './a.js';\nimport b from './b';\nconst t: T = a + b;\nt",
      "a.ts":
        "export type T = number; export const a: T = 1; import type { Gone } from './gone.js';",
      "b.ts": "enum E { X = 5 }\nexport default E.X",
    },
    input: "main.ts",
    preview: "6",
  },
  "unused imports of a TypeScript module are types": {
    files: {
      "main.mts": "import { T } from './types.mts'; export default (5 as T)",
      "types.mts": "export type T = number",
    },
    input: "main.mts",
    preview: "5",
  },
};

const INTEROP: Readonly<Record<string, Case>> = {
  "named exports of CommonJS": {
    files: {
      "c.cjs":
        "exports.a = 1; exports['b-c'] = 2; Object.defineProperty(exports, 'd', { enumerable: true, value: 3 })",
      "m.mjs": "import c, { a, 'b-c' as bc, d } from './c.cjs'; export default [c.a, a, bc, d]",
    },
    input: "m.mjs",
    preview: "[ 1, 2, 3 ]".replace("[ 1,", "[ 1, 1,"),
  },
  "names passed on": {
    files: {
      "c.cjs": "module.exports = require('./d.cjs')",
      "d.cjs": "const x = 1, y = 2; module.exports = { x, y }",
      "m.mjs": "import { x, y } from './c.cjs'; export default x + y",
    },
    input: "m.mjs",
    preview: "3",
  },
  "a function as module.exports": {
    files: {
      "c.cjs": "module.exports = function f() { return 7 }",
      "m.mjs": "import f from './c.cjs'; export default f()",
    },
    input: "m.mjs",
    preview: "7",
  },
  "a name that CommonJS does not export": {
    files: { "c.cjs": "exports.a = 1", "m.mjs": "import { b } from './c.cjs'" },
    input: "m.mjs",
    error: "SyntaxError: The requested module 'c.cjs' does not provide an export named 'b'",
  },
  "one instance for import and require": {
    files: { "c.cjs": "exports.n = {}", "m.mjs": "export const o = {}" },
    input:
      "import c from './c.cjs'; import { o } from './m.mjs'; [c === require('./c.cjs'), o === require('./m.mjs').o]",
    preview: "[ true, true ]",
  },
  "require of an ES module": {
    files: { "m.mjs": "export default 1; export const two = 2" },
    input: "const m = require('./m.mjs'); [m.default, m.two]",
    preview: "[ 1, 2 ]",
  },
  "require of an ES module that awaits": {
    files: { "m.mjs": "await 1; export {}" },
    input: "require('./m.mjs')",
    error: "Error: require() cannot load 'm.mjs': it awaits at its top level; use import() instead",
  },
  "require of an ES module in a cycle": {
    files: {
      "m.mjs": "import './c.cjs'; export const x = 1",
      "c.cjs": "exports.m = require('./m.mjs')",
    },
    input: "await import('./m.mjs')",
    error:
      "Error: Cannot require() the ES module 'm.mjs' in a cycle: it imports the module that requires it",
  },
  "the same inside a package": {
    files: pack(
      "p",
      { main: "c.cjs" },
      { "c.cjs": "require('./m.mjs')", "m.mjs": "import './c.cjs'" },
    ),
    input: "await import('p/m.mjs')",
    error:
      "Error: Cannot require() the ES module 'node_modules/p/m.mjs' in a cycle: it imports the module that requires it",
  },
  "a cycle of CommonJS": {
    files: {
      "a.js": "exports.early = 1; exports.b = require('./b').seen",
      "b.js": "exports.seen = require('./a').early",
    },
    input: "require('./a')",
    preview: "{ early: 1, b: 1 }",
  },
  "a cycle of ES modules": {
    files: {
      "a.mjs":
        "import { b } from './b.mjs'; export function a() { return 'a' } export const both = () => a() + b()",
      "b.mjs": "import { a } from './a.mjs'; export function b() { return a() + 'b' }",
    },
    input: "(await import('./a.mjs')).both()",
    preview: "aab",
  },
  "JSON as a module": {
    files: {
      "d.json": '{"a":1,"__proto__":2}',
      "m.mjs": "import d from './d.json' with { type: 'json' }; export default Object.keys(d)",
    },
    input: "m.mjs",
    preview: "[ 'a', '__proto__' ]",
  },
  "module.children, require.resolve and friends": {
    files: {
      "a.js":
        "module.exports = [require.resolve('./b'), module.id, __filename, this === exports]; ",
      "b.js": "",
    },
    input: "require('./a')",
    preview: "[ 'b.js', 'a.js', 'a.js', true ]",
  },
};

/** Whoever catches what a module throws has caught it. */
const CAUGHT: Readonly<Record<string, Case>> = {
  "by await import()": {
    files: { "t.mjs": "throw new Error('no')" },
    input: "try { await import('./t.mjs') } catch (e) { e.message }",
    preview: "no",
  },
  "by a handler of import()": {
    files: { "t.mjs": "throw new Error('no')" },
    input: "import('./t.mjs').catch((e) => e.message)",
    preview: "no",
  },
  "every time that it is asked for": {
    files: { "t.mjs": "throw new Error('no')" },
    input:
      "const seen = []; for (const i of [1, 2]) await import('./t.mjs').catch((e) => seen.push(e)); seen[0] === seen[1]",
    preview: "true",
  },
  "through a module that imports it": {
    files: { "t.mjs": "throw new Error('no')", "u.mjs": "import './t.mjs'" },
    input: "try { await import('./u.mjs') } catch (e) { e.message }",
    preview: "no",
  },
  "in a module": {
    files: {
      "t.mjs": "throw new Error('no')",
      "main.mjs":
        "let seen; try { await import('./t.mjs') } catch (e) { seen = e.message } export default seen",
    },
    input: "main.mjs",
    preview: "no",
  },
  "by require of an ES module": {
    files: { "t.mjs": "throw new Error('no')" },
    input: "try { require('./t.mjs') } catch (e) { e.message }",
    preview: "no",
  },
  "by require through a module that imports it": {
    files: { "t.mjs": "throw new Error('no')", "u.mjs": "import './t.mjs'" },
    input: "try { require('./u.mjs') } catch (e) { e.message }",
    preview: "no",
  },
  "by import() of CommonJS": {
    files: { "t.cjs": "throw new Error('no')" },
    input: "try { await import('./t.cjs') } catch (e) { e.message }",
    preview: "no",
  },
  "by nobody": {
    files: { "t.mjs": "throw new Error('no')" },
    input: "import('./t.mjs'); 1",
    error: "Error: no",
  },
  "but another promise with the error was not": {
    files: { "t.mjs": "throw new Error('no')" },
    input: "import('./t.mjs').catch((e) => { Promise.reject(e) }); 1",
    error: "Error: no",
  },
};

const run = (session: ScratchSession, files: object, input: string) =>
  input in files ? session.runFile(input) : session.repl(input);

describe.each([
  ["a specifier", CASES],
  ["a package", PACKAGES],
  ["the format of a file", FORMATS],
  ["interop", INTEROP],
  ["what a module throws is caught", CAUGHT],
])("%s:", (_title, cases) => {
  test.each(Object.entries(cases))(
    "%s",
    async (_name, { files, settings, input, preview, error }) => {
      using session = new ScratchSession({ ...files }, settings);
      const ended = await run(session, files, input);
      expect({ preview: ended.preview, error: ended.error }).toEqual({ preview, error });
    },
  );
});

describe("each file is loaded once in a session", () => {
  const counting = "globalThis.loads = (globalThis.loads ?? 0) + 1;";

  test("over executions and processes", async () => {
    using session = new ScratchSession({
      "a.mjs": `${counting} export const x = {}`,
      "b.js": counting,
    });
    await session.repl("const first = (await import('./a.mjs')).x; require('./b')");
    session.move();
    const again = await session.repl(
      "require('./b'); [(await import('./a.mjs')).x === first, loads]",
    );
    expect(again.preview).toBe("[ true, 2 ]");
  });

  test("a changed file, and what depends on it, is loaded anew by run-file", async () => {
    using session = new ScratchSession({
      "main.mjs":
        "import { v } from './mid.mjs'; import { still } from './still.mjs'; export default [v, still]",
      "mid.mjs": "export { v } from './leaf.mjs'",
      "leaf.mjs": "export const v = 'old'",
      "still.mjs": `${counting} export const still = loads`,
    });
    expect((await session.runFile("main.mjs")).preview).toBe("[ 'old', 1 ]");
    session.files["leaf.mjs"] = "export const v = 'new'";
    expect((await session.repl("(await import('./mid.mjs')).v")).preview).toBe("old");
    expect((await session.runFile("main.mjs")).preview).toBe("[ 'new', 1 ]");
    expect((await session.repl("(await import('./mid.mjs')).v")).preview).toBe("new");
  });

  test("changed CommonJS files, in a cycle, in another process", async () => {
    using session = new ScratchSession({
      "main.js": "require('./a').value()",
      "a.js": "const b = require('./b'); exports.value = () => b.value; exports.a = 1",
      "b.js": "require('./a'); exports.value = 'old'",
    });
    expect((await session.runFile("main.js")).preview).toBe("old");
    session.move();
    session.files["b.js"] = "require('./a'); exports.value = 'new'";
    expect((await session.runFile("main.js")).preview).toBe("new");
  });

  test("a module that runs runs again", async () => {
    using session = new ScratchSession({ "m.mjs": `${counting} export default loads` });
    await session.runFile("m.mjs");
    expect((await session.runFile("m.mjs")).preview).toBe("2");
  });

  test("a file that did not compile, or was missing, is tried again", async () => {
    using session = new ScratchSession({
      "m.mjs": "export const = 1",
      "c.js": "module.exports = (",
      "n.mjs": "import './gone.mjs'",
    });
    expect((await session.repl("await import('./m.mjs')")).error).toBe(
      "SyntaxError: variable name expected",
    );
    expect((await session.repl("require('./c')")).status).toBe("error");
    expect((await session.repl("await import('./n.mjs')")).status).toBe("error");
    session.files["m.mjs"] = "export const a = 1";
    session.files["c.js"] = "module.exports = 2";
    session.files["gone.mjs"] = "";
    expect(
      (await session.repl("await import('./n.mjs'); [(await import('./m.mjs')).a, require('./c')]"))
        .preview,
    ).toBe("[ 1, 2 ]");
  });
});

describe("what a person sees", () => {
  test("stacks name files without versions, and no frame of ours", async () => {
    using session = new ScratchSession({
      "main.mjs": "import { f } from './lib.cjs';\nexport default f();",
      "lib.cjs": "exports.f = () => {\n  throw new Error('deep');\n};",
    });
    await session.runFile("main.mjs");
    session.files["lib.cjs"] += "\n";
    const { stack } = await session.runFile("main.mjs");
    expect(stack).toBe(
      "Error: deep\n    at <anonymous> (lib.cjs:2:18)\n    at <anonymous> (main.mjs:2:17)",
    );
  });

  test("columns on the first line of a CommonJS file are the author's", async () => {
    using session = new ScratchSession({ "a.js": "null.x" });
    expect((await session.repl("require('./a')")).stack).toContain("(a.js:1:5)");
  });

  test("a missing module is told with who asked", async () => {
    using session = new ScratchSession({ "m.mjs": "import './n.mjs'" });
    expect((await session.repl("await import('./m.mjs')")).error).toBe(
      "Error: Invalid module './n.mjs', asked for by m.mjs: not found; tried n.mjs, n.mjs/index.js, n.mjs/index.mjs",
    );
  });

  test("one question brings a file of many candidates", async () => {
    using session = new ScratchSession({ "lib/a/index.mjs": "" });
    const { opened } = await session.repl("await import('./lib/a')");
    expect(opened[0]).toEqual([
      "lib/a",
      "lib/a.js",
      "lib/a.mjs",
      "lib/a/package.json",
      "lib/a/index.js",
      "lib/a/index.mjs",
    ]);
  });
});
