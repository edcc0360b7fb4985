import { renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** For race.test.ts: exchanges `file` and `sub` of a folder for links outside and back, until killed. */
const [, , folder = "", outside = ""] = process.argv;
const at = (name: string) => join(folder, name);

for (let n = 0; ; n += 1) {
  for (const name of ["file", "sub"]) {
    symlinkSync(join(outside, name), at("link"));
    renameSync(at(name), at("kept"));
    renameSync(at("link"), at(name));
    renameSync(at(name), at("gone"));
    renameSync(at("kept"), at(name));
    renameSync(at("gone"), at(`.gone-${n % 2}`));
  }
  if (n === 0) console.log("swapping");
}
