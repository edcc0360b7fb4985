export interface LibrarySource {
  /** `<id>-<version>`. */
  readonly name: string;
  /** The global that it must define; empty for a file of the cache that no catalog knows. */
  readonly global: string;
  readonly source: string;
}

export interface LibraryCache {
  /** `lodash`, `lodash-4.17.21`, `lodash@4.17.21` → `lodash-4.17.21`; undefined: not known. */
  canonicalName(name: string): Promise<string | undefined>;
  /** @throws Error whose message says which library is not in the cache or damaged. */
  load(canonicalName: string): Promise<LibrarySource>;
}
