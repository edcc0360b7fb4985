import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Daemon, makeSession, repl, runFile } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";
import { PACKAGE_USES } from "./package-uses.ts";

/** Installed once, and again when the list of packages changes. */
const CACHE = resolve(import.meta.dir, "../../node_modules/.cache/language-packages");
const LIST = resolve(import.meta.dir, "packages/package.json");
const LOCK = resolve(import.meta.dir, "packages/bun.lock");

function install(): void {
  const list = readFileSync(LIST, "utf8");
  const stamp = `${CACHE}/.installed`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === list) return;
  mkdirSync(CACHE, { recursive: true });
  cpSync(LIST, `${CACHE}/package.json`);
  cpSync(LOCK, `${CACHE}/bun.lock`);
  const run = Bun.spawnSync(
    [process.execPath, "install", "--frozen-lockfile", "--ignore-scripts"],
    {
      cwd: CACHE,
      stderr: "pipe",
    },
  );
  if (run.exitCode !== 0) throw new Error(run.stderr.toString());
  writeFileSync(stamp, list);
}

/** A machine at work may need more than the default. */
const SETTINGS = { limits: { cpu_ms: 60_000, wall_ms: 60_000 } };

describe("packages of the npm registry at work in a session, as they are", () => {
  const folder = tempFolder();
  let daemon: Daemon;
  beforeAll(async () => {
    install();
    daemon = await Daemon.start({ db: `${folder.path}/vm.db` });
  }, 120_000);
  afterAll(async () => {
    await daemon.stop();
    folder[Symbol.dispose]();
  });
  // The worktree is the folder that the packages are in.
  const fresh = async () => (await makeSession(daemon, CACHE, { settings: SETTINGS })).sessionId;

  for (const { name, imports, does, gives, required } of PACKAGE_USES) {
    test(`${name}, imported by a snippet`, async () => {
      const { body } = await repl(daemon, await fresh(), `${imports}\n${does}`);
      expect(body.error).toBeUndefined();
      expect(body.result?.json).toEqual(gives);
    });

    test(`${name}, imported by a file`, async () => {
      const path = `uses/${name.replaceAll("/", "-")}.mjs`;
      mkdirSync(`${CACHE}/uses`, { recursive: true });
      writeFileSync(`${CACHE}/${path}`, `${imports}\nexport default ${does};\n`);
      const { body } = await runFile(daemon, await fresh(), path);
      expect(body.error).toBeUndefined();
      expect(body.result?.json).toEqual(gives);
    });

    if (required === undefined) continue;
    test(`${name}, required`, async () => {
      const { body } = await repl(daemon, await fresh(), `${required}\n${does}`);
      expect(body.error).toBeUndefined();
      expect(body.result?.json).toEqual(gives);
    });
  }
});
