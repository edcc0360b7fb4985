export interface Worktrees {
  /**
   * @returns The folder's path without links. All else here takes that one: a link on the way, which
   *   somebody has made since, leads nowhere.
   * @throws VmError INVALID_WORKTREE
   */
  check(worktreePath: string): Promise<string>;
  /**
   * Reads a regular file of the worktree, links resolved, without a race.
   * @returns The path relative to the worktree that the links lead to, and the UTF-8 text.
   * @throws VmError INVALID_PATH, FILE_NOT_FOUND, BODY_TOO_LARGE (over LIMITS.sourceBytesMax)
   */
  readSource(worktreePath: string, path: string): Promise<{ path: string; source: string }>;
  /**
   * The first of these paths that is a regular file, for the modules that a guest requires.
   * @returns As `readSource`, but bytes; undefined when none is.
   * @throws VmError INVALID_PATH, BODY_TOO_LARGE (over LIMITS.fileBytesMax)
   */
  openFirst(
    worktreePath: string,
    candidates: readonly string[],
  ): Promise<{ path: string; bytes: Uint8Array } | undefined>;
  /** Cleaned, or @throws VmError INVALID_PATH: empty, absolute, escaping. Touches no file. */
  cleanPath(path: string): string;
}
