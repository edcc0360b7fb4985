import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeBase, encodePlainBase } from "./base-image.ts";
import { buildBaseImage } from "./boot-base.ts";
import { EMBEDDED } from "./embedded.ts";
import { adaptedEngineFile } from "./engines.ts";

// Run by scripts/build, with the folder to write into: what the program then carries.
const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: bun src/engine/embed.ts FOLDER");
const base = await buildBaseImage();
writeFileSync(join(folder, EMBEDDED.engine), adaptedEngineFile());
writeFileSync(join(folder, EMBEDDED.base), encodePlainBase(base));
writeFileSync(join(folder, EMBEDDED.keptBase), encodeBase(base));
