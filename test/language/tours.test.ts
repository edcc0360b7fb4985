import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { Daemon, makeSession, repl, runFile } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

const TOURS = resolve(import.meta.dir, "tours");
const YEARS = readdirSync(TOURS)
  .filter((name) => name.startsWith("es"))
  .sort();

/** By year: what the engine lacks, as the help topic `language` lists it. */
const LACKING: Readonly<Record<string, string>> = {
  "2017: Atomics": "typeof Atomics !== 'undefined'",
};

describe("a tour of each year's ECMAScript, in a session", () => {
  const folder = tempFolder();
  let daemon: Daemon;
  let sessionId = "";
  beforeAll(async () => {
    cpSync(TOURS, folder.path, { recursive: true });
    daemon = await Daemon.start({ db: folder.join("vm.db") });
    sessionId = (await makeSession(daemon, folder.path)).sessionId;
  });
  afterAll(async () => {
    await daemon.stop();
    folder[Symbol.dispose]();
  });

  test("there is one from 2015 to 2023", () => {
    expect(YEARS).toEqual(Array.from({ length: 9 }, (_, i) => `es${2015 + i}.js`));
  });

  for (const file of YEARS) {
    test(file, async () => {
      const { body } = await runFile(daemon, sessionId, file);
      expect(body.error).toBeUndefined();
      expect(body.result?.preview).toBe(`ES${file.slice(2, 6)}`);
    });
  }

  for (const [what, code] of Object.entries(LACKING)) {
    test(`lacking: ${what}`, async () => {
      const { body } = await repl(daemon, sessionId, code);
      expect(body.status === "error" || body.result?.json === false).toBe(true);
    });
  }
});
