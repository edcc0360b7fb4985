/**
 * Why the program cannot start: told to the person at the terminal, who can do something about it.
 * Unlike a VmError it has no code and no status, for there is nobody yet to answer.
 */
export class StartError extends Error {
  override readonly name = "StartError";
  /** One sentence on what to do next. */
  readonly hint: string;

  constructor(message: string, hint: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.hint = hint;
  }
}
