import { join } from "node:path";
import { Cdn } from "../../test/harness/cdn.ts";
import type { BenchOptions } from "./row.ts";

/** The libraries of the catalog, from the npm registry. @returns The folder to give as `--cache-dir`. */
export async function downloadLibraries({ binary, folder }: BenchOptions): Promise<string> {
  const cacheDir = join(folder, "libraries-cache");
  await using cdn = await Cdn.start();
  const child = Bun.spawn(
    [binary, "libs", "download", "--cache-dir", cacheDir, "--cdn-url", cdn.url],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  if ((await child.exited) !== 0) throw new Error("the libraries could not be downloaded");
  return cacheDir;
}
