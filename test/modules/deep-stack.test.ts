import { expect, test } from "bun:test";
import { resolve } from "node:path";

const SOURCE = resolve(import.meta.dir, "../../src/modules/deep-stack.ts");

/** In a process with a worker's stack. KiB of it before recursion, after it, given back, and once more. */
const PROGRAM = `
import { readFileSync } from "node:fs";
import { DeepStack } from ${JSON.stringify(SOURCE)};

const stack = new DeepStack();
const resident = () =>
  Number(/\\[stack\\]\\n(?:.*\\n)*?Rss:\\s+(\\d+)/.exec(readFileSync("/proc/self/smaps", "utf8"))[1]);
const depth = (n) => { try { return 1 + depth(n + 1); } catch { return n; } };
const figures = [resident()];
depth(0);
figures.push(resident());
stack.giveBack();
Bun.gc(true);
figures.push(resident());
const reached = depth(0);
figures.push(resident());
console.log(JSON.stringify({ figures, reached }));
`;

test.if(process.platform === "linux")(
  "what deep recursion took is given back, and can be had again",
  async () => {
    const child = Bun.spawn(
      ["/bin/sh", "-c", 'ulimit -s 65536 && exec "$0" -e "$1"', process.execPath, PROGRAM],
      {
        env: { ...process.env, BUN_JSC_maxPerThreadStackUsage: "60000000" },
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    const [text, errors, exitCode] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    const { figures, reached } = JSON.parse(text);
    const [before, deep, given, again] = figures;
    expect(deep).toBeGreaterThan(before + 40_000);
    expect(given).toBeLessThan(2048);
    expect(again).toBeGreaterThan(40_000);
    expect(reached).toBeGreaterThan(10_000);
  },
);
