import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BaseImage, decodeBase, encodeBase } from "./base-image.ts";
import { bootBase } from "./boot.ts";
import { ENGINE } from "./engines.ts";
import { PRELUDE_FILE, PRELUDE_SOURCE } from "./prelude/bundle.ts";

/** Boots the base image anew: what the build embeds. */
export function buildBaseImage(): Promise<BaseImage> {
  return bootBase(ENGINE, { source: PRELUDE_SOURCE, file: PRELUDE_FILE });
}

/** Booted, which takes some 200 ms, and kept beside the dependencies for the next start. */
export async function baseFromFolder(): Promise<BaseImage> {
  const folder = fileURLToPath(new URL("../../node_modules/.cache/vm-system/", import.meta.url));
  const file = `${folder}base-${sourceDigest()}`;
  try {
    return decodeBase(readFileSync(file), undefined);
  } catch {
    const base = await buildBaseImage();
    keep(folder, file, encodeBase(base));
    return base;
  }
}

/** What the base image is made from. */
function sourceDigest(): string {
  const hasher = new Bun.CryptoHasher("sha256").update(ENGINE.fingerprint).update(PRELUDE_SOURCE);
  for (const file of [
    "boot.ts",
    "base-image.ts",
    "heap-holes.ts",
    "instance.ts",
    "loader-bridge.ts",
  ]) {
    hasher.update(readFileSync(fileURLToPath(new URL(file, import.meta.url))));
  }
  return hasher.digest("hex");
}

function keep(folder: string, file: string, bytes: Uint8Array): void {
  try {
    mkdirSync(folder, { recursive: true });
    const partial = `${file}.${process.pid}`;
    writeFileSync(partial, bytes);
    renameSync(partial, file);
  } catch {
    // Read-only, or full: the next start boots again.
  }
}
