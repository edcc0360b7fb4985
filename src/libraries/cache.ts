import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LIMITS } from "../core/limits.ts";
import type { LibraryCache, LibrarySource } from "../core/ports/library-cache.ts";
import { canonicalNameOf, EPILOGUES, findLibrary, type Library } from "./catalog.ts";

/** Below the working directory, unless it is configured. */
export const DEFAULT_CACHE_DIR = ".vm-cache";

export const libraryFile = (cacheDir: string, canonicalName: string): string =>
  join(resolve(cacheDir), "libraries", `${canonicalName}.js`);

/** What a name may look like, so that it is a file name and nothing else. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,127}$/;

/**
 * Library files on the disk. What the catalog knows is checked against its integrity whenever the file
 * is new to this process; other files of the folder count by their name, as they are.
 */
export function createLibraryCache(cacheDir: string): LibraryCache {
  const loaded = new Map<string, { stamp: string; source: LibrarySource }>();
  return {
    async canonicalName(name) {
      const wanted = name.trim().toLowerCase();
      const known = findLibrary(wanted);
      if (known !== undefined) return canonicalNameOf(known);
      const fileName = wanted.replace("@", "-");
      if (!NAME.test(fileName)) return undefined;
      return (await stampOf(libraryFile(cacheDir, fileName))) === undefined ? undefined : fileName;
    },

    async load(canonicalName) {
      if (!NAME.test(canonicalName)) throw missing(canonicalName);
      const path = libraryFile(cacheDir, canonicalName);
      const stamp = await stampOf(path);
      if (stamp === undefined) throw missing(canonicalName);
      const kept = loaded.get(canonicalName);
      if (kept?.stamp === stamp) return kept.source;
      const bytes = await readFile(path);
      const source = sourceOf(canonicalName, bytes);
      loaded.set(canonicalName, { stamp, source });
      return source;
    },
  };
}

function sourceOf(name: string, bytes: Uint8Array): LibrarySource {
  if (bytes.length > LIMITS.sourceBytesMax) throw new Error(`library ${name} is too large`);
  const library = findLibrary(name);
  const text = new TextDecoder().decode(bytes);
  if (library === undefined) return { name, global: "", source: text };
  if (!isIntact(library, bytes)) {
    throw new Error(`library ${name} is damaged in the cache; download it again`);
  }
  return { name, global: library.config.global, source: text + (EPILOGUES[library.id] ?? "") };
}

const missing = (name: string) => new Error(`library ${name} is not in the cache`);

/** Changes when the file does; undefined: no regular file. */
async function stampOf(path: string): Promise<string | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the bytes are the file that the catalog means. */
export function isIntact({ integrity }: Library, bytes: Uint8Array): boolean {
  return integrity === `sha384-${createHash("sha384").update(bytes).digest("base64")}`;
}

export interface CachedLibrary {
  /** `<id>-<version>`. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/** The files of the cache, by name; none where there is no folder. */
export async function listCached(cacheDir: string): Promise<CachedLibrary[]> {
  const folder = join(resolve(cacheDir), "libraries");
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const cached: CachedLibrary[] = [];
  for (const file of names.filter((name) => name.endsWith(".js")).sort()) {
    const path = join(folder, file);
    const { size } = await stat(path);
    cached.push({ name: file.slice(0, -".js".length), path, bytes: size });
  }
  return cached;
}
