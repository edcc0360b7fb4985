import { expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Daemon, makeSession, repl, runFile } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

/** A long run: LINK_SWAPS=1000000 bun test test/hostile/link-swaps */
const SWAPS = Number(process.env.LINK_SWAPS ?? 5_000);

/** A file that was loaded once is not read again. */
const FILES = 100;

/** Reads, writes, requires and imports by way of the link, as often as fit into a short execution. */
const GUEST = `
const fs = require("fs");
const seen = { inside: 0, refused: 0, outside: 0 };
const look = (act) => {
  try { seen[String(act()).includes("inside") ? "inside" : "outside"]++; }
  catch (error) { seen[String(error && error.message).includes("outside-") ? "outside" : "refused"]++; }
};
for (let i = 0; i < ${FILES}; i++) {
  look(() => fs.readFileSync("way/text"));
  look(() => fs.readFileSync("way/folder/text"));
  look(() => fs.readdirSync("way").includes("made-outside") ? "outside" : "inside");
  look(() => (fs.writeFileSync("way/written", "by a guest"), "inside"));
  look(() => require("./way/required-" + i + ".js"));
  const found = await import("./way/imported-" + i + ".mjs").then((m) => m.default, (error) => error);
  look(() => { if (found instanceof Error) throw found; return found; });
}
seen`;

/** A program of ours, which ends with its scope. */
function running(command: string[]): AsyncDisposable {
  const child = Bun.spawn([process.execPath, ...command], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

test("a link that is swapped all the time leads nobody outside", async () => {
  using folder = tempFolder();
  const worktree = folder.join("worktree");
  const outside = folder.join("outside");
  for (const [root, what] of [
    [join(worktree, "inside"), "inside"],
    [outside, "outside-"],
  ] as const) {
    mkdirSync(join(root, "folder"), { recursive: true });
    for (const path of ["text", "folder/text"]) writeFileSync(join(root, path), what);
    for (let i = 0; i < FILES; i++) {
      writeFileSync(join(root, `required-${i}.js`), `module.exports = "${what}"`);
      writeFileSync(join(root, `imported-${i}.mjs`), `export default "${what}"`);
    }
    writeFileSync(join(root, "run.js"), `"${what}"`);
  }
  writeFileSync(join(outside, "made-outside"), "");
  symlinkSync("inside", join(worktree, "way"));
  const before = readdirSync(outside).sort();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { sessionId } = await makeSession(daemon, worktree, { modules: ["fs"] });
  const enough = folder.join("enough");
  const swapper = join(import.meta.dir, "link-swapper.ts");
  await using _swapping = running([swapper, worktree, String(SWAPS), enough]);
  const seen = { inside: 0, refused: 0, outside: 0 };
  // Until the race was one, where both ways were met.
  while (!existsSync(enough) || seen.inside === 0 || seen.refused === 0) {
    const looked = await repl(daemon, sessionId, GUEST);
    expect(looked.body.error).toBeUndefined();
    const counts = looked.body.result?.json as typeof seen;
    for (const key of ["inside", "refused", "outside"] as const) seen[key] += counts[key];
    const ran = await runFile(daemon, sessionId, "way/run.js");
    const text = JSON.stringify(ran.body);
    if (text.includes("outside-")) seen.outside++;
    else seen[text.includes("inside") ? "inside" : "refused"]++;
  }
  console.log(`${SWAPS} swaps: ${JSON.stringify(seen)}`);
  expect(seen.outside).toBe(0);
  expect(readdirSync(outside).sort()).toEqual(before);
  expect(readFileSync(join(outside, "text"), "utf8")).toBe("outside-");
  expect(daemon.log).not.toContain("outside-");
}, 3_600_000);
