import { afterAll, describe, expect, test } from "bun:test";
import { PreludeGuest } from "./prelude-guest.ts";
import { CONSOLE_CALLS, VALUES } from "./prelude-values.ts";

/** Node itself says what is right; without it there is nothing to compare with. */
const node = Bun.which("node");

const ORACLE = `
  const { inspect } = require("node:util");
  const { Console } = require("node:console");
  const { Writable } = require("node:stream");
  const { values, calls } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const answers = values.map((code) => inspect((0, eval)(code)));
  const lines = calls.map((code) => {
    let text = "";
    const stream = new Writable({ write(chunk, _, done) { text += chunk; done(); } });
    globalThis.console = new Console(stream, stream);
    (0, eval)(code);
    return text;
  });
  process.stdout.write(JSON.stringify({ answers, lines }));
`;

function askNode(): { answers: string[]; lines: string[] } {
  const run = Bun.spawnSync([node!, "-e", ORACLE], {
    stdin: Buffer.from(JSON.stringify({ values: VALUES, calls: CONSOLE_CALLS })),
    stderr: "pipe",
  });
  if (run.exitCode !== 0) throw new Error(run.stderr.toString());
  return JSON.parse(run.stdout.toString());
}

/** Frames are each engine's own; what stands around them is compared. */
const withoutFrames = (text: string) =>
  text.replaceAll(
    /\n +(?:at [^\n{]*[^\n{ ]|\.\.\. \d+ lines matching cause stack trace \.\.\.)/g,
    "",
  );

describe.skipIf(!node)("as Node shows it", () => {
  const expected = node ? askNode() : { answers: [], lines: [] };
  const guest = new PreludeGuest();
  afterAll(() => guest[Symbol.dispose]());

  for (const [index, code] of VALUES.entries()) {
    test(code, () => {
      expect(withoutFrames(guest.preview(code))).toBe(withoutFrames(expected.answers[index]!));
    });
  }

  for (const [index, code] of CONSOLE_CALLS.entries()) {
    test(code, () => {
      const text = guest.console(code).map((line) => `${line}\n`);
      expect(withoutFrames(text.join(""))).toBe(withoutFrames(expected.lines[index]!));
    });
  }
});
