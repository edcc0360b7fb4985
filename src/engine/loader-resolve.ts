import type { Resolver } from "../core/settings.ts";
import { NODE_BUILTINS } from "./loader-builtins.ts";
import { notFound, refused } from "./loader-error.ts";
import { resolveExports, resolveImports } from "./loader-exports.ts";
import type { KnownFiles, OpenedFile } from "./loader-files.ts";
import { installedIn, type PackageInfo, type Packages } from "./loader-package.ts";
import { extensionOf, folderOf, isInstalled, join, resolvePath } from "./loader-path.ts";

/** How a module is asked for: it decides which of a package's files is meant. */
export type Asking = "import" | "require";

/** What a specifier means. `nothing`: a package says that it needs no such module here. */
export type Found =
  | { readonly kind: "native"; readonly name: string }
  | { readonly kind: "nothing" }
  | { readonly kind: "file"; readonly file: OpenedFile };

const CONDITIONS: Readonly<Record<Asking, ReadonlySet<string>>> = {
  import: new Set(["import", "module", "browser", "default"]),
  require: new Set(["require", "browser", "default"]),
};

/** What packages leave out of their paths, whatever a template says of the worktree's own files. */
const PACKAGE_EXTENSIONS = [".js", ".json", ".mjs", ".cjs"];
const TYPESCRIPT_EXTENSIONS = [".ts", ".mts", ".cts"];
/** A TypeScript file names the file that would be made of another one. */
const SOURCE_OF: Readonly<Record<string, string>> = {
  ".js": ".ts",
  ".mjs": ".mts",
  ".cjs": ".cts",
};

/** Finds the file that a specifier means, by the template's settings and the packages' own words. */
export class Resolution {
  private readonly tried: string[] = [];

  constructor(
    private readonly files: KnownFiles,
    private readonly packages: Packages,
    private readonly settings: Resolver,
    private readonly natives: ReadonlySet<string>,
    private readonly specifier: string,
    /** The asking file's path, or "" for a snippet. */
    private readonly from: string,
    /** Where relative specifiers start. */
    private readonly folder: string,
    private readonly asking: Asking,
  ) {}

  /** @throws ModuleLoadError */
  find(): Found {
    const { specifier } = this;
    if (specifier.length > SPECIFIER_CHARS_MAX)
      throw refused(
        `${specifier.slice(0, 80)}…`,
        this.from,
        "the name is too long",
        "ERR_INVALID_MODULE_SPECIFIER",
      );
    if (specifier === "" || specifier.includes("\0")) {
      throw refused(
        specifier,
        this.from,
        "this is no name of a module",
        "ERR_INVALID_MODULE_SPECIFIER",
      );
    }
    if (specifier.startsWith("file:")) return this.fileUrl();
    if (specifier.startsWith("/")) return this.absolute();
    if (/^\.\.?(?:\/|$)/.test(specifier)) return this.relative();
    if (specifier.startsWith("#")) return this.internal();
    const native = specifier.replace(/^node:/, "");
    if (this.natives.has(native)) return { kind: "native", name: native };
    if (/^[a-z][a-z0-9+.-]*:/i.test(specifier) && !specifier.startsWith("node:")) {
      throw refused(
        specifier,
        this.from,
        "modules come from files of the worktree alone",
        "ERR_UNSUPPORTED_ESM_URL_SCHEME",
      );
    }
    return this.bare(specifier);
  }

  private relative(): Found {
    const path = resolvePath(this.folder, this.specifier);
    if (path === undefined) {
      throw refused(this.specifier, this.from, "it is outside the worktree", "EACCES");
    }
    const mapped = this.mappedInPackage(path);
    if (mapped) return mapped;
    return this.ownFile(path, /(?:^|\/)\.{0,2}$/.test(this.specifier)) ?? this.fail();
  }

  private absolute(): Found {
    if (!this.settings.allow_absolute_repo_imports) {
      throw refused(
        this.specifier,
        this.from,
        "absolute paths need the setting resolver.allow_absolute_repo_imports",
        "ERR_INVALID_MODULE_SPECIFIER",
      );
    }
    return this.ownFile(this.inside(this.specifier), this.specifier.endsWith("/")) ?? this.fail();
  }

  /** As `import.meta.url` writes it: the worktree's top is the root. */
  private fileUrl(): Found {
    const url = URL.parse(this.specifier);
    const path = url && decoded(url.pathname);
    if (path === null) return this.fail();
    return this.ownFile(this.inside(path), false) ?? this.fail();
  }

  private inside(path: string): string {
    const inside = resolvePath("", path);
    if (inside !== undefined) return inside;
    throw refused(this.specifier, this.from, "it is outside the worktree", "EACCES");
  }

  private bare(specifier: string): Found {
    for (const root of this.settings.roots) {
      const path = resolvePath(resolvePath("", root) ?? "", specifier);
      const found = path === undefined ? undefined : this.ownFile(path, false);
      if (found) return found;
    }
    const [, name, rest] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.*))?$/.exec(specifier) ?? [];
    if (!name) return this.fail();
    const own = this.packages.scopeOf(this.folder);
    if (own?.browser && typeof own.browser === "object" && isInstalled(`${own.folder}/`)) {
      const instead = own.browser[specifier];
      if (instead === false) return { kind: "nothing" };
      if (typeof instead === "string") return this.inPackage(own, instead);
    }
    const subpath = rest === undefined || rest === "" ? "." : `./${rest}`;
    if (own?.name === name && own.exports !== undefined) return this.exported(own, subpath);
    const info = this.packages.installed(this.folder, name);
    if (info)
      return info.exports !== undefined ? this.exported(info, subpath) : this.inner(info, subpath);
    const loose = installedIn(this.folder).flatMap((at) =>
      this.candidates(join(at, specifier), PACKAGE_EXTENSIONS, false),
    );
    const file = this.open(loose);
    if (file) return file;
    throw this.missingBare(specifier);
  }

  private missingBare(specifier: string) {
    const builtin = specifier.replace(/^node:/, "");
    if (specifier.startsWith("node:") || NODE_BUILTINS.has(builtin.split("/")[0]!)) {
      const reason = GRANTABLE.has(builtin)
        ? "the template of this session does not enable it"
        : "it is a part of Node.js, which a session is not";
      return refused(specifier, this.from, reason, "ERR_UNKNOWN_BUILTIN_MODULE");
    }
    if (GRANTABLE.has(builtin)) {
      return refused(
        specifier,
        this.from,
        "the template of this session does not enable it",
        "MODULE_NOT_ENABLED",
      );
    }
    return notFound(specifier, this.from, this.tried);
  }

  private exported(info: PackageInfo, subpath: string): Found {
    const target = resolveExports(info.exports, subpath, CONDITIONS[this.asking]);
    if (typeof target === "string") return this.inPackage(info, target);
    throw refused(
      this.specifier,
      this.from,
      `the package in ${info.folder} does not export '${subpath}' for ${this.asking}`,
      "ERR_PACKAGE_PATH_NOT_EXPORTED",
    );
  }

  private internal(): Found {
    const own = this.packages.scopeOf(this.folder);
    const target = own
      ? resolveImports(own.imports, this.specifier, CONDITIONS[this.asking])
      : undefined;
    if (!own || typeof target !== "string") {
      throw refused(
        this.specifier,
        this.from,
        "no package.json above it defines it",
        "ERR_PACKAGE_IMPORT_NOT_DEFINED",
      );
    }
    if (target.startsWith("./")) return this.inPackage(own, target);
    if (this.natives.has(target.replace(/^node:/, ""))) {
      return { kind: "native", name: target.replace(/^node:/, "") };
    }
    return this.bare(target);
  }

  /** A package without `exports`: its main file, or any file of it. */
  private inner(info: PackageInfo, subpath: string): Found {
    if (subpath !== ".") return this.inPackage(info, subpath, true);
    const browser = typeof info.browser === "string" ? info.browser : undefined;
    const mains =
      this.asking === "import"
        ? [info.module, browser, info.main]
        : [browser, info.main, info.module];
    for (const main of mains) {
      if (main === undefined) continue;
      const found = this.tryInPackage(info, main);
      if (found) return found;
    }
    return this.inPackage(info, "./index", true);
  }

  private inPackage(info: PackageInfo, path: string, loose = info.exports === undefined): Found {
    return this.tryInPackage(info, path, loose) ?? this.fail();
  }

  private tryInPackage(info: PackageInfo, path: string, loose = true): Found | undefined {
    const inside = resolvePath(info.folder, path);
    if (inside === undefined) return undefined;
    const mapped = this.mapped(info, inside);
    if (mapped) return mapped;
    return this.open(loose ? this.candidates(inside, PACKAGE_EXTENSIONS, false) : [inside]);
  }

  /** The `browser` map of an installed package about its own files. */
  private mappedInPackage(path: string): Found | undefined {
    if (!isInstalled(path)) return undefined;
    const info = this.packages.scopeOf(folderOf(path));
    return info ? this.mapped(info, path) : undefined;
  }

  private mapped(info: PackageInfo, path: string): Found | undefined {
    if (!info.browser || typeof info.browser !== "object") return undefined;
    const key = `./${info.folder === "" ? path : path.slice(info.folder.length + 1)}`;
    for (const one of [key, `${key}.js`]) {
      const instead = info.browser[one];
      if (instead === false) return { kind: "nothing" };
      const target = typeof instead === "string" ? resolvePath(info.folder, instead) : undefined;
      if (target !== undefined && target !== path) return this.open([target]);
    }
    return undefined;
  }

  private ownFile(path: string, folderOnly: boolean): Found | undefined {
    const installed = isInstalled(path);
    const typed = /\.[mc]?ts$/.test(this.from) ? TYPESCRIPT_EXTENSIONS : [];
    const extensions = installed ? PACKAGE_EXTENSIONS : [...this.settings.extensions, ...typed];
    return this.open(this.candidates(path, [...new Set(extensions)], folderOnly));
  }

  private candidates(path: string, extensions: readonly string[], folderOnly: boolean): string[] {
    const complete = COMPLETE.test(path);
    const files =
      folderOnly || path === ""
        ? []
        : [path, ...(complete ? [] : extensions.map((extension) => path + extension))];
    const source = SOURCE_OF[extensionOf(path)];
    if (source && /\.[mc]?ts$/.test(this.from)) {
      files.push(path.slice(0, path.length - extensionOf(path).length) + source);
    }
    const inside = [join(path, "package.json"), ...extensions.map((e) => join(path, `index${e}`))];
    return [...files, ...inside];
  }

  /** A package.json among the candidates names the file that its folder means. */
  private open(candidates: readonly string[]): Found | undefined {
    let rest = candidates;
    while (rest.length > 0) {
      const file = this.openOne(rest);
      if (!file) {
        this.tried.push(...rest.filter((path) => !path.endsWith("/package.json")));
        return undefined;
      }
      if (!file.path.endsWith("package.json") || this.specifier.endsWith("package.json")) {
        return { kind: "file", file };
      }
      const info = this.packages.read(file.path, file.text);
      const main = info.main === undefined ? undefined : resolvePath(info.folder, info.main);
      if (main !== undefined) {
        const found = this.openOne([
          main,
          ...PACKAGE_EXTENSIONS.map((e) => main + e),
          `${main}/index.js`,
        ]);
        if (found) return { kind: "file", file: found };
      }
      const at = rest.findIndex((path) => path.endsWith("package.json"));
      rest = rest.slice(at + 1);
    }
    return undefined;
  }

  private openOne(candidates: readonly string[]): OpenedFile | null {
    try {
      return this.files.open(candidates);
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      throw refused(
        this.specifier,
        this.from,
        typeof code === "string" ? `the file cannot be read (${code})` : "the file cannot be read",
        typeof code === "string" ? code : "EIO",
      );
    }
  }

  private fail(): never {
    throw notFound(this.specifier, this.from, this.tried);
  }
}

/** Null: what its escapes stand for is no text. */
function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

/** A name that no further extension is tried for. */
const COMPLETE = /\.(?:[mc]?[jt]s|json)$/;

const SPECIFIER_CHARS_MAX = 4096;

/** Native modules that a template could enable. */
const GRANTABLE = new Set(["database", "exec", "fs"]);
