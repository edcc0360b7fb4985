import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Kept between runs, beside the built program; nothing of it is part of the program. */
const FOLDER = join(import.meta.dir, "../../../dist/bench");

/**
 * Packages that the program does not need, for comparison and as real programs to run.
 *
 * @returns The folder whose `node_modules` has them; undefined where the registry did not give them.
 */
export async function packages(
  versions: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const names = Object.keys(versions);
  const folder = join(FOLDER, names.join("+"));
  if (names.every((name) => existsSync(join(folder, "node_modules", name)))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies: versions }));
  const child = Bun.spawn(
    ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--no-package-lock"],
    { cwd: folder, stdio: ["ignore", "ignore", "inherit"] },
  );
  return (await child.exited) === 0 ? folder : undefined;
}
