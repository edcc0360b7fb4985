import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { Cdn } from "../harness/cdn.ts";
import { tempFolder } from "../harness/temp-folder.ts";
import { fakeApi } from "./fake-api.ts";
import { runCli } from "./run-cli.ts";

test("the catalogs are printed as JSON, without a daemon", async () => {
  const modules = await runCli(["template", "list-available-modules"]);
  expect(JSON.parse(modules.stdout)).toMatchObject([
    { id: "fs", kind: "native" },
    { id: "exec", kind: "native" },
    { id: "database", kind: "native" },
  ]);
  const libraries = await runCli(["template", "list-available-libraries", "--json"]);
  expect(libraries.stdout.trimEnd()).not.toContain("\n");
  expect(JSON.parse(libraries.stdout)[0]).toMatchObject({
    id: "lodash",
    version: "4.17.21",
    type: "npm",
    config: { global: "_" },
    integrity: expect.stringMatching(/^sha384-/),
  });
});

test("libs list shows the catalog", async () => {
  const { stdout } = await runCli(["libs", "list"]);
  expect(stdout).toStartWith("Available libraries (6):\n");
  expect(stdout).toMatch(/^lodash +4\.17\.21 +_ /m);
});

test("libs cache-info shows what is there, in the folder of the process or where it is told", async () => {
  using folder = tempFolder();
  const empty = await runCli(["libs", "cache-info"], { cwd: folder.path });
  expect(empty).toEqual({
    stdout: "No libraries cached. Run 'vm-system libs download' first.\n",
    stderr: "",
    exitCode: 0,
  });
  const cache = folder.join(".vm-cache", "libraries");
  mkdirSync(cache, { recursive: true });
  writeFileSync(folder.join(".vm-cache", "libraries", "own-1.0.0.js"), "x".repeat(2048));
  const { stdout } = await runCli(["libs", "cache-info"], { cwd: folder.path });
  expect(stdout).toBe(
    `Cached libraries (1):\n  own-1.0.0: 2048 bytes (${cache}/own-1.0.0.js)\nTotal cache size: 2.0 KiB\n`,
  );
});

test("every download that fails is named, and the exit code is 1", async () => {
  using folder = tempFolder();
  using nothing = fakeApi({});
  const env = { VM_SYSTEM_CDN_URL: nothing.url, VM_SYSTEM_CACHE_DIR: folder.path };
  const { stdout, stderr, exitCode } = await runCli(["libs", "download"], { env });
  expect(stdout).toStartWith(`Downloading libraries to: ${folder.path}`);
  expect(stderr.match(/^Error: .* was not downloaded: .*404/gm)).toHaveLength(6);
  expect(stderr).toContain("Error: lodash-4.17.21 was not downloaded: ");
  expect(stderr).toContain("name a mirror with --cdn-url or VM_SYSTEM_CDN_URL");
  expect(exitCode).toBe(1);
});

test("a cache that cannot be written is told apart from a CDN that cannot be reached", async () => {
  using folder = tempFolder();
  using cdn = await Cdn.start();
  const file = folder.join("file");
  writeFileSync(file, "");
  const words = ["libs", "download", "--cdn-url", cdn.url, "--cache-dir", file];
  const { stderr, exitCode } = await runCli(words);
  expect(stderr).toContain("Error: lodash-4.17.21 was not downloaded: ENOTDIR");
  expect(stderr).toContain("Name a folder that may be written with --cache-dir");
  expect(stderr).not.toContain("--cdn-url");
  expect(exitCode).toBe(1);
});

test("a CDN address that is none is wrong usage", async () => {
  const { stderr, exitCode } = await runCli(["libs", "download", "--cdn-url", "nowhere"]);
  expect(stderr).toBe(
    'Error: --cdn-url: "nowhere" is not an http or https URL\nWrite it as https://cdn.jsdelivr.net/npm.\n',
  );
  expect(exitCode).toBe(2);
});
