/**
 * What the guest's `require` asks of the host's loader, and what it is told.
 *
 * `id` names one version of one module: the path below the worktree, with `?v=N` once the file was
 * reloaded. The guest keeps its modules by id; the same id is the same instance. `from` is the id of
 * the requiring CommonJS module, or "" for code at a prompt or of a script.
 */
export type ResolveRequest =
  | { readonly specifier: string; readonly from: string }
  /** An id that the host gave out before. */
  | { readonly id: string };

export type Resolved =
  /** `id` is `native:<name>`. */
  | {
      readonly kind: "native";
      readonly id: string;
      readonly name: string;
      readonly functions: readonly string[];
    }
  | {
      readonly kind: "json";
      readonly id: string;
      readonly path: string;
      readonly text: string;
    }
  /** Its wrapper function comes from the op `compile`. `filename` and `dirname` are as the modules take paths: below the worktree, whose top is `.`. */
  | {
      readonly kind: "cjs";
      readonly id: string;
      readonly path: string;
      readonly filename: string;
      readonly dirname: string;
    }
  /** Its namespace comes from the op `import`. */
  | { readonly kind: "esm"; readonly id: string; readonly path: string };
