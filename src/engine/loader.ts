import type { SettingsValues } from "../core/settings.ts";
import { BRIDGE, bridgeModule, metaModule } from "./loader-bridge.ts";
import { ModuleLoadError, refused } from "./loader-error.ts";
import { type FileSource, KnownFiles, type OpenedFile } from "./loader-files.ts";
import { type FileFormat, formatOf } from "./loader-format.ts";
import { namesOfCommonJs } from "./loader-names.ts";
import { Packages } from "./loader-package.ts";
import { folderOf, isInstalled, resolvePath } from "./loader-path.ts";
import type { Resolved, ResolveRequest } from "./loader-protocol.ts";
import { type Asking, type Found, Resolution } from "./loader-resolve.ts";
import { pathOf, Versions, type VersionsState } from "./loader-versions.ts";
import { OURS } from "./prelude/file-name.ts";
import { META_SPECIFIER, prepareCommonJs, prepareModule, type Runnable } from "./source.ts";

export interface LoaderOptions {
  readonly files: FileSource;
  readonly settings: Pick<SettingsValues, "resolver" | "runtime">;
  readonly natives: {
    /** Those that the session may use. */
    readonly names: readonly string[];
    functionsOf(name: string): readonly string[] | undefined;
  };
  /** As `state` was when the image was taken. */
  readonly state: VersionsState | undefined;
}

const FOR_IMPORT = `${OURS}import/`;
const META = `${OURS}meta/`;
const FAILED = `${OURS}error/`;
/** Scripts of ours that name modules by id. */
export const BY_ID = `${OURS}run`;
const NATIVE = "native:";
const NOTHING = "native:";

/**
 * The modules of one session: which file a specifier means, what the file is, and the text that the
 * engine gets for it.
 *
 * Modules live in the guest's heap: ES modules in the engine's own table, by the names that `normalize`
 * gives; the others in the prelude's, by id. This class holds no module, only versions of files (`state`)
 * and what was read in the present execution.
 */
export class WorktreeLoader {
  private readonly files: KnownFiles;
  private readonly packages: Packages;
  private readonly versions: Versions;
  private readonly nativeNames: ReadonlySet<string>;
  private readonly failures = new Map<string, ModuleLoadError>();
  private entryPath = "";

  constructor(private readonly options: LoaderOptions) {
    this.files = new KnownFiles(options.files);
    this.packages = new Packages(this.files);
    this.versions = new Versions(options.state, (path) => this.files.open([path])?.text);
    this.nativeNames = new Set(options.natives.names);
  }

  /** Small JSON, to be kept with the image. */
  get state(): VersionsState {
    return this.versions.state;
  }

  /**
   * Before each execution.
   *
   * @param file The file that runs: changes of files are looked for, and `require` of a script starts
   *   in its folder. Absent: a snippet, which starts in the worktree's top folder.
   */
  begin(file?: string): void {
    this.files.forget();
    this.packages.forget();
    this.failures.clear();
    this.entryPath = file ?? "";
    this.versions.begin(file !== undefined);
  }

  /** Whether a file that runs is to run as an ES module. */
  runsAsModule(path: string): boolean {
    if (/\.m[jt]s$/.test(path)) return true;
    return /\.[jt]s$/.test(path) && this.options.settings.runtime.esm;
  }

  /**
   * The script that runs a file as an ES module under a new version of it; its completion value is the
   * module's default export. To be evaluated under the name BY_ID.
   *
   * @throws SourceError
   */
  moduleEntry(path: string, text: string): Runnable {
    const id = this.versions.renew(path, text);
    this.entryText = { id, text };
    return {
      code: `await (await import(${JSON.stringify(id)})).default`,
      goal: "script",
      async: true,
      strict: true,
      shifts: undefined,
      declared: { names: [], constants: [] },
      read: true,
    };
  }

  private entryText: { readonly id: string; readonly text: string } | undefined;

  /** For `require`. @throws ModuleLoadError */
  resolve(request: ResolveRequest): Resolved {
    if ("id" in request) return this.known(request.id);
    const path = request.from === "" ? this.entryPath : pathOf(request.from);
    return this.resolved(this.find(request.specifier, path, "require"), path);
  }

  /** The wrapper function's script of a CommonJS file. @throws SourceError, ModuleLoadError */
  commonJs(id: string): Runnable {
    const { path, text } = this.reopen(id);
    this.versions.loaded(path, text);
    return prepareCommonJs(forGuest(path, text), path);
  }

  /** A CommonJS module may not ask for an ES module that waits for it. @throws ModuleLoadError */
  assertNoCycle(id: string, loading: readonly string[]): void {
    const path = pathOf(id);
    const half = new Set(loading.map(pathOf));
    if (!this.versions.reaches(path, half)) return;
    throw new ModuleLoadError(
      `Cannot require() the ES module '${path}' in a cycle: it imports the module that requires it`,
      "ERR_REQUIRE_CYCLE_MODULE",
    );
  }

  /** For the engine: the name of what a module or script imports. Failures are told by `source`. */
  normalize(base: string, specifier: string): string {
    if (specifier === META_SPECIFIER) return META + base;
    if (base.startsWith(OURS)) {
      if (base.startsWith(FOR_IMPORT) && specifier === BRIDGE) return BRIDGE;
      if (base === BY_ID) return specifier;
    }
    try {
      const from = base.startsWith("<") ? "" : pathOf(base);
      const found = this.resolved(this.find(specifier, from, "import"), from);
      return found.kind === "esm" ? found.id : FOR_IMPORT + found.id;
    } catch (error) {
      if (!(error instanceof ModuleLoadError)) throw error;
      const name = `${FAILED}${this.failures.size}`;
      this.failures.set(name, error);
      return name;
    }
  }

  /** For the engine: the text of a module by the name from `normalize`. @throws ModuleLoadError, SourceError */
  source(name: string): Pick<Runnable, "code" | "shifts"> {
    const failure = this.failures.get(name);
    if (failure) throw failure;
    if (name.startsWith(META)) {
      const path = pathOf(name.slice(META.length));
      return { code: metaModule(path, folderOf(path) || "."), shifts: undefined };
    }
    if (name.startsWith(FOR_IMPORT)) {
      const id = name.slice(FOR_IMPORT.length);
      return { code: bridgeModule(id, this.exportNames(id)), shifts: undefined };
    }
    if (this.entryText?.id === name) return prepareModule(this.entryText.text, pathOf(name));
    const { path, text } = this.reopen(name);
    this.versions.loaded(path, text);
    return prepareModule(forGuest(path, text), path);
  }

  private find(specifier: string, from: string, asking: Asking): Found {
    const { resolver } = this.options.settings;
    const folder = folderOf(from);
    const { files, packages, nativeNames } = this;
    return new Resolution(
      files,
      packages,
      resolver,
      nativeNames,
      specifier,
      from,
      folder,
      asking,
    ).find();
  }

  private resolved(found: Found, from: string): Resolved {
    if (found.kind === "native") return this.native(found.name);
    if (found.kind === "nothing") {
      return { kind: "native", id: NOTHING, name: "", functions: [] };
    }
    const { path, text } = found.file;
    const id = this.versions.idOf(path, text);
    if (from !== "") this.versions.addDependency(from, path);
    return this.described(id, found.file);
  }

  private described(id: string, { path, text }: OpenedFile): Resolved {
    const kind = this.formatOf(path, text);
    if (kind === "json") return { kind, id, path, text };
    if (kind === "esm") return { kind, id, path };
    return { kind, id, path, filename: path, dirname: folderOf(path) || "." };
  }

  private native(name: string): Resolved {
    const { natives } = this.options;
    const functions = this.nativeNames.has(name) ? natives.functionsOf(name) : undefined;
    if (functions) return { kind: "native", id: NATIVE + name, name, functions };
    throw refused(
      name,
      "",
      "the template of this session does not enable it",
      "MODULE_NOT_ENABLED",
    );
  }

  /** An id comes from the guest: it names a file of the worktree, or a native module, or nothing. */
  private known(id: string): Resolved {
    if (id === NOTHING) return { kind: "native", id, name: "", functions: [] };
    if (id.startsWith(NATIVE)) return this.native(id.slice(NATIVE.length));
    return this.described(id, this.reopen(id));
  }

  private reopen(id: string): OpenedFile {
    const path = resolvePath("", pathOf(id));
    const file = path === undefined ? null : this.files.open([path]);
    if (file) return file;
    throw refused(pathOf(id), "", "the file is no longer there", "MODULE_NOT_FOUND");
  }

  private formatOf(path: string, text: string): FileFormat {
    const { esm } = this.options.settings.runtime;
    return formatOf(path, text, () => this.packages.scopeOf(folderOf(path))?.type, esm);
  }

  private exportNames(id: string): readonly string[] {
    const found = this.known(id);
    if (found.kind === "native") return found.functions;
    if (found.kind !== "cjs") return [];
    return namesOfCommonJs(found.path, this.reopen(id).text, (specifier, from) => {
      const again = this.find(specifier, from, "require");
      if (again.kind !== "file") return undefined;
      return this.formatOf(again.file.path, again.file.text) === "cjs" ? again.file : undefined;
    });
  }
}

/**
 * Packages ask for NODE_ENV to leave out what helps development, and expect a bundler's answer. It takes
 * as many columns as the question.
 */
const forGuest = (path: string, text: string): string =>
  isInstalled(path) ? text.replace(/\bprocess\.env\.NODE_ENV\b/g, PRODUCTION) : text;

const PRODUCTION = '"production"'.padEnd("process.env.NODE_ENV".length);
