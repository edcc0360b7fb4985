/** A file operation that failed: the system's code, as `ENOENT`. Never carries a path of the host. */
export class FileFailure extends Error {
  override readonly name = "FileFailure";
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

/** Whatever node:fs threw, as its code alone. */
export function asFileFailure(error: unknown): FileFailure {
  if (error instanceof FileFailure) return error;
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string") return new FileFailure(code, { cause: error });
  throw error;
}
