/** The daemon answered with a failure: the error envelope, as a thing to catch. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  /** One of the codes of core/errors.ts; a newer daemon may know more. */
  readonly code: string;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    status: number,
    error: {
      code: string;
      message: string;
      hint?: string | undefined;
      request_id?: string | undefined;
      details?: Readonly<Record<string, unknown>> | undefined;
    },
  ) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.hint = error.hint;
    this.requestId = error.request_id;
    this.details = error.details;
  }
}

/** No daemon answered at this URL, or what answered is none. Whether a request was carried out is not known. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
  readonly url: string;

  constructor(url: string, reason: string, cause?: unknown) {
    super(`cannot reach the daemon at ${url}: ${reason}`, { cause });
    this.url = url;
  }
}
