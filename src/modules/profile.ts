/** What a worker may touch; entered before it sees guest code, and never left. */
export type WorkerProfile =
  /** No file, no program, no network: sessions without modules. */
  | { readonly kind: "bare" }
  /** The worktree and what programs need to run. */
  | {
      readonly kind: "worktree";
      readonly worktreePath: string;
      readonly writable: boolean;
      readonly exec: boolean;
      readonly tcp: boolean;
    };
