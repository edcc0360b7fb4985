import { isInstalled } from "./loader-path.ts";

/** What is known of one file of the worktree that was loaded as a module. */
interface Loaded {
  /** Of its text. */
  hash: string;
  version: number;
  /** Paths of the worktree's own files that it asked for. */
  deps: string[];
}

/**
 * Which versions of the worktree's files a session has loaded: small JSON, kept with the image. The
 * modules themselves live in the guest's heap, under their ids.
 */
export interface VersionsState {
  readonly modules: Readonly<
    Record<string, { hash: string; version: number; deps: readonly string[] }>
  >;
}

/** An imported image may say anything: what is not understood is as if it were not there. */
export function readVersions(text: string | undefined): VersionsState | undefined {
  if (text === undefined) return undefined;
  const raw = parseObject(text)?.modules;
  if (typeof raw !== "object" || raw === null) return undefined;
  const modules: [string, Loaded][] = [];
  for (const [path, entry] of Object.entries(raw)) {
    const { hash, version, deps } = (entry ?? {}) as Partial<Loaded>;
    if (typeof hash !== "string" || !Number.isSafeInteger(version) || !Array.isArray(deps))
      continue;
    const paths = deps.filter((dep) => typeof dep === "string");
    modules.push([path, { hash, version: version as number, deps: paths }]);
  }
  return { modules: Object.fromEntries(modules) };
}

function parseObject(text: string): { readonly modules?: unknown } | undefined {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * Each file is loaded once in a session, as one version of it. Where a run begins anew (run-file,
 * startup), a file whose text changed, and every file that depends on it, gets a new version with a new
 * id, so that the guest loads it again. Installed packages are taken as never changing.
 */
export class Versions {
  private readonly modules: Map<string, Loaded>;
  /** What installed packages asked for, and who asked for them: of this execution alone. */
  private readonly installed = new Map<string, Set<string>>();
  private readonly verified = new Set<string>();
  private looksForChanges = false;

  /** @param read The text of a file now; undefined: it is gone. */
  constructor(
    state: VersionsState | undefined,
    private readonly read: (path: string) => string | undefined,
  ) {
    this.modules = new Map(
      Object.entries(state?.modules ?? {}).map(([path, { hash, version, deps }]) => [
        path,
        { hash, version, deps: [...deps] },
      ]),
    );
  }

  get state(): VersionsState {
    return { modules: Object.fromEntries(this.modules) };
  }

  begin(looksForChanges: boolean): void {
    this.looksForChanges = looksForChanges;
    this.verified.clear();
    this.installed.clear();
  }

  /** The id under which the guest knows the file's present version. */
  idOf(path: string, text: string): string {
    if (isInstalled(path)) return path;
    const loaded = this.modules.get(path);
    if (!loaded) {
      this.modules.set(path, { hash: hashOf(text), version: 1, deps: [] });
      this.verified.add(path);
      return path;
    }
    if (this.looksForChanges && !this.verified.has(path)) this.verify(path);
    return idOf(path, loaded.version);
  }

  /** A new version in any case: the file that a run begins with runs again. */
  renew(path: string, text: string): string {
    const version = (this.modules.get(path)?.version ?? 0) + 1;
    this.modules.set(path, { hash: hashOf(text), version, deps: [] });
    this.verified.add(path);
    return idOf(path, version);
  }

  /** The guest is given this text for the file's present version: an earlier one did not compile. */
  loaded(path: string, text: string): void {
    const loaded = this.modules.get(path);
    if (loaded) loaded.hash = hashOf(text);
  }

  addDependency(from: string, to: string): void {
    if (isInstalled(from) || isInstalled(to)) {
      const deps = this.installed.get(from) ?? new Set();
      this.installed.set(from, deps.add(to));
      return;
    }
    const loaded = this.modules.get(from);
    if (loaded && !loaded.deps.includes(to)) loaded.deps.push(to);
  }

  /** Whether the file leads to one of these by what it asked for. */
  reaches(path: string, targets: ReadonlySet<string>): boolean {
    return [...this.below(path)].some((one) => targets.has(one));
  }

  private verify(path: string): void {
    const reachable = this.below(path);
    const stale = new Set<string>();
    for (const one of reachable) {
      const loaded = this.modules.get(one);
      if (!loaded || this.verified.has(one)) continue;
      const text = this.read(one);
      if (text === undefined || hashOf(text) !== loaded.hash) stale.add(one);
    }
    for (let grown = stale.size > 0; grown; ) {
      grown = false;
      for (const one of reachable) {
        if (stale.has(one) || !this.modules.get(one)?.deps.some((dep) => stale.has(dep))) continue;
        stale.add(one);
        grown = true;
      }
    }
    for (const one of reachable) this.verified.add(one);
    for (const one of stale) {
      const loaded = this.modules.get(one);
      const text = this.read(one);
      if (!loaded) continue;
      loaded.version++;
      loaded.hash = text === undefined ? "" : hashOf(text);
      loaded.deps = [];
    }
  }

  private below(path: string): Set<string> {
    const found = new Set([path]);
    for (const one of found) {
      for (const dep of this.modules.get(one)?.deps ?? []) found.add(dep);
      for (const dep of this.installed.get(one) ?? []) found.add(dep);
    }
    return found;
  }
}

const hashOf = (text: string): string => Bun.hash(text).toString(36);

const idOf = (path: string, version: number): string =>
  version === 1 ? path : `${path}?v=${version}`;

/** The file of an id, for people to read. */
export const pathOf = (id: string): string => id.replace(/\?v=\d+$/, "");
