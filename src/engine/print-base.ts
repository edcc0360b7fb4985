import { encodeBase } from "./base-image.ts";
import { buildBaseImage } from "./base-source.ts";

// Run by embed-base.ts while the program is built.
process.stdout.write(Buffer.from(encodeBase(await buildBaseImage())).toString("base64"));
