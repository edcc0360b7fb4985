import { fileURLToPath } from "node:url";

/** Set by the build: the program is to carry its base image. */
const EMBED = "VM_SYSTEM_EMBED_BASE";

/**
 * Runs as a macro, while embedded-base.ts is loaded or compiled. The base image is booted by a process
 * of its own, since macros have no WebAssembly of ours; from source, nothing is embedded.
 *
 * @returns The encoded base image in base64, or "".
 */
export function embedBase(): string {
  if (process.env[EMBED] !== "1") return "";
  const entry = fileURLToPath(new URL("print-base.ts", import.meta.url));
  const made = Bun.spawnSync([process.execPath, entry], {
    stdout: "pipe",
    stderr: "pipe",
    env: {},
  });
  if (made.exitCode !== 0) throw new Error(`The base image cannot be made: ${made.stderr}`);
  return made.stdout.toString();
}
