import { expect, test } from "bun:test";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { canWatchPages } from "../../src/modules/page-faults.ts";
import { tempFolder } from "../harness/temp-folder.ts";

const SOURCE = resolve(import.meta.dir, "../../src/modules/program-pages.ts");

/** In a process of its own: what it tells of itself. KiB of the program's file before, after, and in the end. */
const PROGRAM = `
import { readFileSync, unlinkSync } from "node:fs";
import { deflateSync, inflateSync } from "node:zlib";
import { giveBackProgramPages } from ${JSON.stringify(SOURCE)};

const resident = () => Number(/RssFile:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
const work = () => {
  const text = JSON.stringify(Array.from({ length: 10_000 }, (_, i) => ({ i, text: String(i) })));
  Bun.gc(true);
  return inflateSync(deflateSync(text)).length === text.length;
};
const worked = [work()];
const before = resident();
if (process.argv.includes("deleted")) unlinkSync(process.execPath);
giveBackProgramPages();
giveBackProgramPages();
const after = resident();
worked.push(work(), work());
console.log(JSON.stringify({ before, after, end: resident(), worked }));
`;

async function expectGivenBack(program: string, ...args: string[]): Promise<void> {
  const child = Bun.spawn([program, "-e", PROGRAM, ...args], { stdout: "pipe", stderr: "pipe" });
  const [text, errors, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  const { before, after, end, worked } = JSON.parse(text);
  expect(worked).toEqual([true, true, true]);
  expect(after).toBeLessThan(before / 2);
  expect(end).toBeLessThan(before * 0.75);
}

test.skipIf(!canWatchPages())(
  "the program's pages are given back, and only those that are used return",
  () => expectGivenBack(process.execPath),
);

test.skipIf(!canWatchPages()).each([
  ["with a space", "a folder/program", ""],
  ["of other letters", "für alle/программа", ""],
  ["of two lines", "a\nfolder/program", ""],
  ["that is gone", "program", "deleted"],
])("the same of a program at a path %s", async (_, path, arg) => {
  using folder = tempFolder();
  const program = folder.join(path);
  mkdirSync(dirname(program), { recursive: true });
  copyFileSync(process.execPath, program);
  await expectGivenBack(program, arg);
});
