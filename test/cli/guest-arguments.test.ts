import { expect, test } from "bun:test";
import { durationMs } from "../../src/cli/duration.ts";
import { codeFrame, positionOf } from "../../src/cli/run/code-frame.ts";
import { githubAnnotation } from "../../src/cli/run/github-annotation.ts";
import { guestArguments, guestEnvironment } from "../../src/cli/run/guest-arguments.ts";

test("words behind a file", () => {
  expect(guestArguments([])).toEqual({ _: [] });
  expect(guestArguments(["a", "--x=1=2", "--y", "-z", "--y", "--", "--w"])).toEqual({
    x: "1=2",
    y: [true, true],
    _: ["a", "-z", "--w"],
  });
  const hostile = guestArguments(["--__proto__=x"]);
  expect(Object.keys(hostile)).toEqual(["__proto__", "_"]);
});

test("environment entries", () => {
  expect(guestEnvironment(["A=", "B", "C=x=y"], { B: "b" })).toEqual({ A: "", B: "b", C: "x=y" });
  expect(() => guestEnvironment(["B"], {})).toThrow("the variable B is not set");
  expect(() => guestEnvironment(["=x"], {})).toThrow("has no name");
});

test("durations", () => {
  expect(["500ms", "5s", "1.5m", "2h"].map((text) => durationMs("--timeout", text))).toEqual([
    500, 5000, 90_000, 7_200_000,
  ]);
  for (const text of ["", "5", "0s", "-1s", "5 s", "1d", "ms"]) {
    expect(() => durationMs("--timeout", text)).toThrow("is not a duration");
  }
});

test("the first frame of a stack", () => {
  const at = (line: string) => positionOf(`Error: at (x:1:2)\n${line}\n    at <eval> (b.js:1:1)`);
  expect(at("    at f (lib/a b.ts:17:9)")).toEqual({ file: "lib/a b.ts", line: 17, column: 9 });
  expect(at("    at a.ts:3:4")).toEqual({ file: "a.ts", line: 3, column: 4 });
  expect(at("    at <eval> (<repl:1>:1:8)")).toEqual({ file: "<repl:1>", line: 1, column: 8 });
  expect(positionOf(undefined)).toBeUndefined();
  expect(positionOf("Error: no frames")).toBeUndefined();
});

test("a code frame", () => {
  const source = "one\n\ttwo(三, x)\nthree\nfour\nfive";
  expect(codeFrame(source, { file: "a", line: 2, column: 8 }, false)).toBe(
    "  1 | one\n> 2 | \ttwo(三, x)\n    | \t       ^\n  3 | three".replace(
      "\t       ^",
      "\t       ^",
    ),
  );
  expect(codeFrame(source, { file: "a", line: 9, column: 1 }, false)).toBe("");
  const minified = `${"x;".repeat(500)}throw y;${"z;".repeat(500)}`;
  const [line = "", caret = ""] = codeFrame(
    minified,
    { file: "a", line: 1, column: 1001 },
    false,
  ).split("\n");
  expect(line.length).toBeLessThan(200);
  expect(line.slice(caret.indexOf("^"))).toStartWith("throw y;");
});

test("an annotation is escaped as workflow commands ask for", () => {
  const position = { file: "a,b:c.js", line: 2, column: 3 };
  const env = { GITHUB_WORKSPACE: "/repo" };
  expect(githubAnnotation("Error: 1%\r\nb", position, "/repo/sub", env)).toBe(
    "::error file=sub/a%2Cb%3Ac.js,line=2,col=3::Error: 1%25%0D%0Ab",
  );
  expect(githubAnnotation("E", position, "/elsewhere", env)).toBe(
    "::error file=/elsewhere/a%2Cb%3Ac.js,line=2,col=3::E",
  );
  expect(githubAnnotation("E", { ...position, file: "<repl:1>" }, "/repo", env)).toBe("::error::E");
});
