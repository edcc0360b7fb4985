import { expect, test } from "bun:test";
import { tempFolder } from "../harness/temp-folder.ts";
import { runCli } from "./run-cli.ts";

const REFUSED: readonly [string, readonly string[], Record<string, string>, string][] = [
  ["no address", ["--listen", "nonsense"], {}, '--listen: "nonsense" is not an address'],
  ["a number out of bounds", ["--workers", "0"], {}, '--workers: "0" is not a whole number'],
  ["a word outside of a choice", ["--durability", "ful"], {}, "Did you mean full?"],
  ["a bad variable", [], { VM_SYSTEM_WORKERS: "many" }, 'VM_SYSTEM_WORKERS: "many" is not'],
  ["no origin", ["--allow-origin", "x"], {}, '--allow-origin: "x" is not an origin'],
];

for (const [what, words, env, text] of REFUSED) {
  test(`serve refuses ${what} as wrong usage`, async () => {
    const { stdout, stderr, exitCode } = await runCli(["serve", ...words], { env });
    expect(stderr).toContain(text);
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });
}

test("serve that cannot start says why, and ends with 1", async () => {
  using folder = tempFolder();
  const db = folder.join("missing", "folder", "vm.db");
  const { stdout, stderr, exitCode } = await runCli(["serve", "--db", db]);
  expect(stderr).toStartWith("Error: ");
  expect(stderr).toContain(db);
  expect(stderr).not.toContain("    at ");
  expect(stdout).toBe("");
  expect(exitCode).toBe(1);
});
