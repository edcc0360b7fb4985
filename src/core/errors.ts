/**
 * The one table of errors: the API's envelope, the CLI's lines and the help topics are made from it.
 *
 * Kind says whose fault it is and what kind of answer follows; http/ maps it to a status, cli/ to an
 * exit code. `message` is the default, a raise may say more. `hint` is one sentence on what to do next.
 */
export type ErrorKind =
  | "invalid" // 400
  | "forbidden" // 403
  | "not_found" // 404
  | "method" // 405
  | "conflict" // 409
  | "too_large" // 413
  | "media_type" // 415
  | "unprocessable" // 422
  | "internal" // 500
  | "unavailable" // 503
  | "full"; // 507

interface ErrorRow {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint: string;
}

const row = (kind: ErrorKind, message: string, hint: string): ErrorRow => ({ kind, message, hint });

export const ERRORS = {
  VALIDATION_ERROR: row(
    "invalid",
    "The request is not valid",
    "Correct the field that the message names; `vm-system help api-reference` lists every field.",
  ),
  INVALID_REQUEST: row(
    "invalid",
    "The request body could not be read",
    "Send exactly one JSON object with the documented fields; `details.issues` says which part is wrong.",
  ),
  FORBIDDEN_HOST: row(
    "forbidden",
    "The Host header is not one that this daemon serves",
    "Use the listen address or a loopback name, or start the daemon with `--allow-host NAME`.",
  ),
  FORBIDDEN_ORIGIN: row(
    "forbidden",
    "Requests from this web origin are not allowed",
    "Call the API from a program instead of a web page, or start the daemon with `--allow-origin ORIGIN`.",
  ),
  NOT_FOUND: row(
    "not_found",
    "No such route",
    "See `vm-system help api-reference`, or GET /api/v1/openapi.json, for the routes.",
  ),
  TEMPLATE_NOT_FOUND: row(
    "not_found",
    "Template not found",
    "List the templates with `vm-system template list`.",
  ),
  SESSION_NOT_FOUND: row(
    "not_found",
    "Session not found",
    "List the sessions with `vm-system session list`.",
  ),
  EXECUTION_NOT_FOUND: row(
    "not_found",
    "Execution not found",
    "List a session's executions with `vm-system exec list SESSION`.",
  ),
  CAPABILITY_NOT_FOUND: row(
    "not_found",
    "Capability not found",
    "List them with `vm-system template list-capabilities TEMPLATE`.",
  ),
  STARTUP_FILE_NOT_FOUND: row(
    "not_found",
    "Startup file not found",
    "List them with `vm-system template list-startup TEMPLATE`.",
  ),
  CHECKPOINT_NOT_FOUND: row(
    "not_found",
    "Checkpoint not found",
    "List a session's checkpoints with `vm-system session checkpoints SESSION`.",
  ),
  LABEL_AMBIGUOUS: row(
    "conflict",
    "Several checkpoints of the session have this label",
    "Give the ID of one of them, as `vm-system session checkpoints SESSION` shows it.",
  ),
  FILE_NOT_FOUND: row(
    "not_found",
    "File not found",
    "The path is relative to the session's worktree; check its spelling and that it is a regular file.",
  ),
  METHOD_NOT_ALLOWED: row(
    "method",
    "Method not allowed on this route",
    "The Allow header lists the methods of this route.",
  ),
  TEMPLATE_EXISTS: row(
    "conflict",
    "A template of this name exists",
    "Choose another name, or find the existing one with `vm-system template list`.",
  ),
  STARTUP_FILE_EXISTS: row(
    "conflict",
    "The template has a startup file of this path",
    "List them with `vm-system template list-startup TEMPLATE`.",
  ),
  CAPABILITY_EXISTS: row(
    "conflict",
    "The template has a capability of this kind and name",
    "List them with `vm-system template list-capabilities TEMPLATE`.",
  ),
  SESSION_NOT_READY: row(
    "conflict",
    "Session is not ready",
    "Its status says why; create a new session with `vm-system session create` if it crashed or is closed.",
  ),
  SESSION_BUSY: row(
    "conflict",
    "Session is busy",
    "Wait for the execution that runs in it, end it with `vm-system exec cancel EXECUTION`, or use another session.",
  ),
  EXECUTION_NOT_RUNNING: row(
    "conflict",
    "Execution is not running",
    "It has ended; read it with `vm-system exec get EXECUTION`.",
  ),
  CHECKPOINT_GONE: row(
    "conflict",
    "The state after this execution is no longer kept",
    "List what is kept with `vm-system session checkpoints SESSION`; label a checkpoint to keep it.",
  ),
  BODY_TOO_LARGE: row(
    "too_large",
    "Request body is too large",
    "Send less, put the data into a file of the worktree, or start the daemon with a larger `--max-body-mb`.",
  ),
  UNSUPPORTED_MEDIA_TYPE: row(
    "media_type",
    "Content-Type must be application/json",
    "Send the header `Content-Type: application/json`.",
  ),
  INVALID_PATH: row(
    "unprocessable",
    "Path escapes allowed worktree",
    "Use a relative path that stays inside the session's worktree, links resolved.",
  ),
  INVALID_WORKTREE: row(
    "unprocessable",
    "The worktree path must be an existing absolute folder",
    "Give the absolute path of a folder that exists on the daemon's machine.",
  ),
  OUTPUT_LIMIT_EXCEEDED: row(
    "unprocessable",
    "Execution exceeded configured output/event limits",
    "Print less, or raise max_events or max_output_kb with `vm-system template update`, and create a new session.",
  ),
  STARTUP_MODE_UNSUPPORTED: row(
    "unprocessable",
    "Only startup mode 'eval' is currently supported",
    "Leave `mode` out, or give `eval`.",
  ),
  MODULE_NOT_ALLOWED: row(
    "unprocessable",
    "Module is not allowed for template configuration",
    "See `vm-system template list-available-modules`; built-in objects such as JSON and Math are always there.",
  ),
  LIBRARY_UNKNOWN: row(
    "unprocessable",
    "Library is not in the catalog",
    "See `vm-system template list-available-libraries`.",
  ),
  ENGINE_UNSUPPORTED: row("unprocessable", "Engine is not supported", "Use the engine `quickjs`."),
  SESSION_STARTUP_FAILED: row(
    "unprocessable",
    "startup failed",
    "Correct what the message names, in the template or in the file, and create the session again.",
  ),
  IDEMPOTENCY_KEY_REUSED: row(
    "unprocessable",
    "The idempotency key came before with another request",
    "Use a new key for each new request; send the same key only with the same body.",
  ),
  DIFF_FAILED: row(
    "unprocessable",
    "The states could not be compared",
    "`details.reason` says why; look at one of them with `vm-system exec repl SESSION CODE --dry-run --at EXECUTION`.",
  ),
  IMAGE_INVALID: row(
    "unprocessable",
    "The session file is damaged or not a session file",
    "Export the session again with `vm-system session export`.",
  ),
  IMAGE_UNSUPPORTED: row(
    "unprocessable",
    "The session's image was made by an engine that this program does not have",
    "Use the version of vm-system that made it.",
  ),
  QUEUE_FULL: row(
    "unavailable",
    "All workers are busy and the queue is full",
    "Try again after the time in Retry-After, or start the daemon with more `--workers`.",
  ),
  SHUTTING_DOWN: row(
    "unavailable",
    "The daemon is shutting down",
    "Try again when it has been started again.",
  ),
  STORE_FULL: row(
    "full",
    "The store is full: nothing of this request was kept",
    "See what uses the store with `vm-system ops store`, close sessions and run `vm-system ops gc`, or free disk space or raise `--store-budget-mb`; then send the request again.",
  ),
  STORE_GONE: row(
    "unavailable",
    "The database is not where it was: nothing of this request was kept",
    "Put the file back under its name and send the request again, or stop the daemon and start it with the database that it is to serve.",
  ),
  CHECKPOINT_DAMAGED: row(
    "internal",
    "The session's stored state is damaged: its bytes are not those that were written",
    "Rewind or fork the session to an earlier execution with `vm-system session rewind` or `fork`, or put a backup of the database in its place; and look at the disk.",
  ),
  INTERNAL: row(
    "internal",
    "Internal error",
    "This is a bug of vm-system: look for the request id in the daemon's log, and report it.",
  ),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** What `details` of the envelope may carry; absent where there is nothing to say. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** A failure that a user is told of: thrown anywhere in the daemon, rendered at the edge. */
export class VmError extends Error {
  override readonly name = "VmError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails | undefined;
  readonly hint: string;
  /** Seconds for the Retry-After header, where trying again helps. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    options: {
      message?: string;
      details?: ErrorDetails;
      /** Instead of the table's, where this case has a better next step. */
      hint?: string;
      cause?: unknown;
      retryAfterSeconds?: number;
    } = {},
  ) {
    super(options.message ?? ERRORS[code].message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.hint = options.hint ?? ERRORS[code].hint;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get kind(): ErrorKind {
    return ERRORS[this.code].kind;
  }
}
