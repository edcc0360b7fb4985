export interface ModuleCatalog {
  /** Names that `require` can give. */
  readonly names: readonly string[];
}
