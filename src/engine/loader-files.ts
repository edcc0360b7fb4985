/** Where the loader's files come from: the worktree, links resolved, and nothing outside it. */
export interface FileSource {
  /**
   * The first of these paths that is a regular file of the worktree; `path` is where its links lead.
   * Costs a round trip to the daemon, so callers ask for all that could be meant at once.
   *
   * @throws an error with a `code` (EACCES, EFBIG …) whose message may be shown to the guest
   */
  open(candidates: readonly string[]): { readonly path: string; readonly text: string } | null;
}

export interface OpenedFile {
  readonly path: string;
  readonly text: string;
}

/** Asks each path once per execution: a file does not change under a run that has begun. */
export class KnownFiles {
  private readonly known = new Map<string, OpenedFile | null>();

  constructor(private readonly source: FileSource) {}

  open(candidates: readonly string[]): OpenedFile | null {
    const unknown: string[] = [];
    for (const candidate of candidates) {
      const known = this.known.get(candidate);
      if (known === null) continue;
      if (known) {
        // Those before it that are not known yet come first, if they exist.
        return (unknown.length > 0 ? this.ask(unknown) : null) ?? known;
      }
      unknown.push(candidate);
    }
    return unknown.length > 0 ? this.ask(unknown) : null;
  }

  forget(): void {
    this.known.clear();
  }

  private ask(candidates: readonly string[]): OpenedFile | null {
    const found = this.source.open(candidates);
    if (!found) {
      for (const candidate of candidates) this.known.set(candidate, null);
      return null;
    }
    // What the answer leads to is one of them, but links hide which; only a plain hit tells.
    const at = candidates.indexOf(found.path);
    for (let i = 0; i < at; i++) this.known.set(candidates[i]!, null);
    this.known.set(found.path, found);
    if (candidates.length === 1) this.known.set(candidates[0]!, found);
    return found;
  }
}
