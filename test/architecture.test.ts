import { describe, expect, test } from "bun:test";
import { dirname, join, relative, resolve } from "node:path";
import { Glob } from "bun";

const SRC = resolve(import.meta.dir, "../src");

/**
 * Who may import whom. A folder of ours on the right admits all of its files; a path admits that file
 * alone. `main.ts` decides between the halves of the program and is listed like a folder.
 */
const ARROWS: Record<string, readonly string[]> = {
  core: [],
  sqlite: ["core"],
  engine: ["core"],
  modules: ["core"],
  worker: ["core", "engine", "modules"],
  supervisor: ["core", "worker/protocol.ts"],
  libraries: ["core"],
  http: ["core", "help"],
  client: ["core", "http/app.ts"],
  daemon: [
    "core",
    "sqlite",
    "supervisor",
    "libraries",
    "http",
    "modules/store-files.ts",
    "modules/worktree.ts",
    "modules/catalog.ts",
    "engine/embedded-base.ts",
    "engine/merge-deltas.ts",
  ],
  help: ["core", "cli/exit-code.ts"],
  cli: ["core", "client", "daemon", "libraries", "help", "modules/catalog.ts"],
  "main.ts": ["worker", "cli", "supervisor/early-launch.ts"],
};

/** Each dependency has one home, so that replacing it touches one folder. */
const HOMES: Record<string, readonly string[]> = {
  "@sinclair/typebox": ["core"],
  "bun:sqlite": ["sqlite"],
  "node:sqlite": ["modules"],
  "quickjs-emscripten": ["engine"],
  "quickjs-emscripten-core": ["engine"],
  "@jitl/quickjs-wasmfile-release-sync": ["engine"],
  elysia: ["http"],
  citty: ["cli"],
  consola: ["cli"],
};

interface Import {
  readonly file: string;
  readonly specifier: string;
}

/** Read by regular expression: the transpiler's scanner drops `import type`, and types are arrows too. */
async function importsOfSource(): Promise<Import[]> {
  const found: Import[] = [];
  for await (const file of new Glob("**/*.ts").scan(SRC)) {
    const text = await Bun.file(join(SRC, file)).text();
    const pattern =
      /(?:^|\n)\s*(?:import|export)\b[^"'`;]*?from\s*["']([^"']+)["']|\bimport\s*\(?\s*["']([^"']+)["']/g;
    for (const match of text.matchAll(pattern)) {
      found.push({ file, specifier: (match[1] ?? match[2])! });
    }
  }
  return found;
}

const folderOf = (file: string) => file.split("/")[0]!;

describe("architecture", async () => {
  const imports = await importsOfSource();

  test("the imports are read at all", () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  test("every arrow between folders is listed", () => {
    const unlisted: string[] = [];
    for (const { file, specifier } of imports) {
      if (!specifier.startsWith(".")) continue;
      const target = relative(SRC, resolve(SRC, dirname(file), specifier));
      if (target.startsWith("..")) continue; // package.json and the like
      const from = folderOf(file);
      if (folderOf(target) === from) continue;
      const allowed = ARROWS[from];
      if (!allowed?.some((arrow) => target === arrow || folderOf(target) === arrow)) {
        unlisted.push(`${file} → ${target}`);
      }
    }
    expect(unlisted).toEqual([]);
  });

  test("every dependency stays at its home", () => {
    const strays: string[] = [];
    for (const { file, specifier } of imports) {
      const name = specifier.startsWith("@")
        ? specifier.split("/").slice(0, 2).join("/")
        : specifier.split("/")[0]!;
      const homes = HOMES[specifier] ?? HOMES[name];
      if (homes && !homes.includes(folderOf(file))) strays.push(`${file} imports ${specifier}`);
    }
    expect(strays).toEqual([]);
  });
});
