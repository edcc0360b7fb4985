import { join } from "node:path";
import { packages } from "./packages.ts";

const VERSION = "2.5.6";

/** The program; undefined where the registry does not give it. */
export async function denoCommand(): Promise<string | undefined> {
  const folder = await packages({ deno: VERSION });
  if (!folder) return undefined;
  const command = join(folder, "node_modules/.bin/deno");
  const child = Bun.spawn([command, "--version"], { stdio: ["ignore", "ignore", "ignore"] });
  return (await child.exited) === 0 ? command : undefined;
}
