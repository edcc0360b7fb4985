import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Files that a built program carries, by the names that scripts/build gives them: what every process
 * would else have to make anew when it starts. embed.ts writes them.
 */
export const EMBEDDED = {
  /** The engine's file as it is compiled, with what it lacks for us. */
  engine: "engine.wasm",
  /** The program's base image, as processes take it up. */
  base: "base-plain.bin",
  /** The same, small, for a store to keep. */
  keptBase: "base-kept.bin",
} as const;

/** Only in a built program. */
export function readEmbedded(name: keyof typeof EMBEDDED): Buffer<ArrayBuffer> {
  return readFileSync(join(dirname(Bun.main), EMBEDDED[name])) as Buffer<ArrayBuffer>;
}
