import type { KnownFiles } from "./loader-files.ts";
import { ancestorsOf, folderOf, join } from "./loader-path.ts";
import { parseFields } from "./payload.ts";

/** What a package.json says that matters here. */
export interface PackageInfo {
  readonly folder: string;
  readonly name?: string;
  readonly type?: string;
  readonly main?: string;
  readonly module?: string;
  /** One file, or files by what they stand for; false: nothing. */
  readonly browser?: string | Readonly<Record<string, string | false>>;
  readonly exports?: unknown;
  readonly imports?: unknown;
}

/** The packages of a worktree, each package.json read once per execution. */
export class Packages {
  private readonly parsed = new Map<string, PackageInfo>();
  private readonly scopes = new Map<string, PackageInfo | null>();

  constructor(private readonly files: KnownFiles) {}

  forget(): void {
    this.parsed.clear();
    this.scopes.clear();
  }

  /** The package that a file of this folder belongs to. */
  scopeOf(folder: string): PackageInfo | undefined {
    const known = this.scopes.get(folder);
    if (known !== undefined) return known ?? undefined;
    const folders: string[] = [];
    for (const at of ancestorsOf(folder)) {
      // A package's files never belong to whoever installed it.
      if (/(?:^|\/)node_modules$/.test(at)) break;
      folders.push(at);
    }
    const found = this.files.open(folders.map((at) => join(at, "package.json")));
    const info = found ? this.read(found.path, found.text) : undefined;
    this.scopes.set(folder, info ?? null);
    return info;
  }

  /** An installed package, looked up as Node does: from the folder upwards. */
  installed(folder: string, name: string): PackageInfo | undefined {
    const candidates = installedIn(folder).map((at) => `${at}/${name}/package.json`);
    const found = this.files.open(candidates);
    return found ? this.read(found.path, found.text) : undefined;
  }

  read(path: string, text: string): PackageInfo {
    const known = this.parsed.get(path);
    if (known) return known;
    const info = { ...fieldsOf(text), folder: folderOf(path) };
    this.parsed.set(path, info);
    return info;
  }
}

/** The node_modules folders that a file of this folder sees. */
export const installedIn = (folder: string): string[] =>
  ancestorsOf(folder)
    .filter((at) => !/(?:^|\/)node_modules$/.test(at))
    .map((at) => join(at, "node_modules"));

function fieldsOf(text: string): Omit<PackageInfo, "folder"> {
  const { name, type, main, module, browser, exports, imports } = parseFields(text) ?? {};
  return {
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof type === "string" ? { type } : {}),
    ...(typeof main === "string" ? { main } : {}),
    ...(typeof module === "string" ? { module } : {}),
    ...(typeof browser === "string" || (browser !== null && typeof browser === "object")
      ? { browser: browser as string | Record<string, string | false> }
      : {}),
    ...(exports === undefined || exports === null ? {} : { exports }),
    ...(imports === null || typeof imports !== "object" ? {} : { imports }),
  };
}
