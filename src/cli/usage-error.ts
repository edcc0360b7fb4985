/** The command line cannot be understood: stderr and exit code 2, before anything was done. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** One sentence on what to do next. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
