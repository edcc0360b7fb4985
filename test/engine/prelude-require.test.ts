import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { decodeValue, encodeAnswer, type ModuleValue } from "../../src/engine/module-values.ts";
import { type HostOperation, PreludeGuest } from "./prelude-guest.ts";

let guest: PreludeGuest;
beforeEach(() => {
  guest = new PreludeGuest();
});
afterEach(() => guest[Symbol.dispose]());

const answerOf = (name: "return" | "throw", value: ModuleValue) => {
  const { json, bytes } = encodeAnswer(name, value);
  return bytes ? ([json, new Uint8Array(bytes).buffer] as const) : json;
};

describe("a native module", () => {
  const calls: { module: string; fn: string; args: ModuleValue[] }[] = [];
  const give = (answer: (args: ModuleValue[]) => ReturnType<HostOperation>) => {
    calls.length = 0;
    guest.operations.set("resolve", ((request: { specifier: string }) => {
      if (!["fs", "node:fs"].includes(request.specifier)) {
        return answerOf("throw", {
          name: "Error",
          message: `Invalid module: ${request.specifier}`,
          properties: { code: "MODULE_NOT_FOUND" },
        });
      }
      return answerOf("return", {
        kind: "native",
        id: "native:fs",
        name: "fs",
        functions: ["read", "write"],
      });
    }) as HostOperation);
    guest.operations.set("module", ((
      request: { module: string; fn: string; args: unknown[] },
      bytes: ArrayBuffer | undefined,
    ) => {
      const buffer = new Uint8Array(bytes ?? new ArrayBuffer(0));
      const args = request.args.map((arg) => decodeValue(arg, buffer));
      calls.push({ module: request.module, fn: request.fn, args });
      return answer(args);
    }) as HostOperation);
  };

  test("is one object of its functions, with or without node:", () => {
    give(() => answerOf("return", null));
    expect(guest.preview("require('fs')")).toBe(
      "{ read: [Function: read], write: [Function: write] }",
    );
    expect(guest.json("require('fs') === require('node:fs')")).toBe(true);
  });

  test("gets what it is given", () => {
    give(() => answerOf("return", undefined));
    guest
      .evaluate(`
        const bytes = new Uint8Array([1, 2, 3, 4]);
        require("fs").write("p", bytes.subarray(1, 3), { a: [1n, null, undefined], b: undefined, c: new Date(0) },
          undefined, NaN, -0, -Infinity, new Uint16Array([258]).buffer, { $odd: 1 }, true);
      `)
      .dispose();
    expect(calls).toEqual([
      {
        module: "fs",
        fn: "write",
        args: [
          "p",
          new Uint8Array([2, 3]),
          { a: [1n, null, undefined], c: "1970-01-01T00:00:00.000Z" },
          undefined,
          Number.NaN,
          -0,
          Number.NEGATIVE_INFINITY,
          new Uint8Array([2, 1]),
          { $odd: 1 },
          true,
        ] as never,
      },
    ]);
  });

  test("gives back what it returns", () => {
    give(() =>
      answerOf("return", {
        text: "é\0",
        bytes: new Uint8Array([7, 8]),
        rows: [{ id: 1n, blob: new Uint8Array([9]), none: undefined }],
        odd: Number.POSITIVE_INFINITY,
        marked: { $bytes: 1 },
      }),
    );
    expect(guest.preview("require('fs').read()")).toBe(
      "{\n  text: 'é\\x00',\n  bytes: Uint8Array(2) [ 7, 8 ],\n  rows: [ { id: 1n, blob: [Uint8Array], none: undefined } ],\n  odd: Infinity,\n  marked: { '$bytes': 1 }\n}",
    );
  });

  test("returns what Node's fs returns", () => {
    give(() =>
      answerOf("return", [
        { $shape: "stats", kind: "file", size: 5, mode: 33188, mtimeMs: 1000 },
        { $shape: "dirent", name: "d", parentPath: "p", kind: "directory" },
      ]),
    );
    expect(
      guest.json(
        "(([s, d]) => [s.isFile(), s.isDirectory(), s.size, s.mtime.getTime(), s.constructor.name, d.isDirectory(), d.name, d.path])(require('fs').read())",
      ),
    ).toEqual([true, false, 5, 1000, "Stats", true, "d", "p"]);
  });

  test("throws errors of the guest's own", () => {
    give(() =>
      answerOf("throw", {
        name: "TypeError",
        message: "ENOENT: no such file",
        properties: { code: "ENOENT", errno: -2, data: new Uint8Array([1]) },
      }),
    );
    const code =
      "(() => { try { require('fs').read() } catch (e) { return [e instanceof TypeError, e.message, e.code, e.errno, e.data[0], Object.keys(e), e.stack.includes('vm:')] } })()";
    expect(guest.json(code)).toEqual([
      true,
      "ENOENT: no such file",
      "ENOENT",
      -2,
      1,
      ["code", "errno", "data"],
      false,
    ]);
  });

  test("refuses what cannot be given", () => {
    give(() => answerOf("return", null));
    for (const argument of [
      "() => {}",
      "Symbol()",
      "(() => { const a = []; a.push(a); return a })()",
    ]) {
      expect(guest.thrown(`require('fs').read(${argument})`).name).toBe("TypeError");
    }
    expect(calls).toEqual([]);
  });

  test("that is not enabled is invalid", () => {
    give(() => answerOf("return", null));
    expect(guest.thrown("require('exec')")).toMatchObject({
      message: "Error: Invalid module: exec",
      code: "MODULE_NOT_FOUND",
    });
    expect(guest.thrown("require(5)").name).toBe("TypeError");
  });
});

describe("a CommonJS file", () => {
  const give = (files: Record<string, string>) => {
    guest.operations.set("resolve", ((request: {
      specifier?: string;
      from?: string;
      id?: string;
    }) => {
      const path =
        request.id ?? new URL(request.specifier!, `file:///${request.from}`).pathname.slice(1);
      if (!(path in files)) {
        return answerOf("throw", { name: "Error", message: `Cannot find module '${path}'` });
      }
      if (path.endsWith(".json")) {
        return answerOf("return", { kind: "json", id: path, path, text: files[path]! });
      }
      const dirname = `/${path}`.replace(/\/[^/]*$/, "") || "/";
      return answerOf("return", { kind: "cjs", id: path, path, filename: `/${path}`, dirname });
    }) as HostOperation);
    guest.operations.set("compile", (({ id }: { id: string }) =>
      guest.context.unwrapResult(
        guest.context.evalCode(
          `(function (exports, require, module, __filename, __dirname) {${files[id]}\n})`,
          `/${id}`,
        ),
      )) as HostOperation);
  };

  test("is run once and gives its exports", () => {
    give({
      "a.js":
        "globalThis.runs = (globalThis.runs ?? 0) + 1; exports.x = require('./lib/b.js').y + 1",
      "lib/b.js":
        "module.exports = { y: 1, where: [__filename, __dirname], data: require('../d.json'), self: this !== undefined }",
      "d.json": '{"n":[1]}',
    });
    expect(guest.json("[require('./a.js').x, require('./a.js').x, runs]")).toEqual([2, 2, 1]);
    expect(guest.json("require('./lib/b.js')")).toEqual({
      y: 1,
      where: ["/lib/b.js", "/lib"],
      data: { n: [1] },
      self: true,
    });
    expect(guest.json("require.resolve('./lib/b.js')")).toBe("/lib/b.js");
  });

  test("in a cycle sees what is there so far", () => {
    give({
      "a.js": "exports.early = 1; const b = require('./b.js'); exports.late = b.saw",
      "b.js": "exports.saw = Object.keys(require('./a.js'))",
    });
    expect(guest.json("require('./a.js')")).toEqual({ early: 1, late: ["early"] });
  });

  test("that throws is tried again, and its frames are named", () => {
    give({ "bad.js": "\nif (!globalThis.good) throw new Error('not yet'); exports.ok = true" });
    const { message, stack } = guest.thrown("require('./bad.js')");
    expect(message).toBe("Error: not yet");
    expect(stack).toContain("(/bad.js:2:");
    expect(stack).not.toContain("vm:");
    expect(guest.json("globalThis.good = 1; require('./bad.js').ok")).toBe(true);
  });

  test("by id, as an ES module asks for it", () => {
    give({ "a.js": "module.exports = 5" });
    using id = guest.context.newString("a.js");
    using exports = guest.callForValue("load", id);
    expect(guest.context.getNumber(exports)).toBe(5);
  });

  test("bad JSON names its file", () => {
    give({ "d.json": "{" });
    expect(guest.thrown("require('./d.json')").message).toMatch(/^SyntaxError: d\.json: /);
  });
});
