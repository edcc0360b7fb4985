import { type ErrorKind, VmError } from "../core/errors.ts";
import type { Logger } from "../core/ports/logger.ts";
import { type Static, Strict, Type } from "../core/schema.ts";

/** Whose fault it is, as a status. The one place where an error of the core meets HTTP. */
export const STATUS_OF: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  forbidden: 403,
  not_found: 404,
  method: 405,
  conflict: 409,
  too_large: 413,
  media_type: 415,
  unprocessable: 422,
  internal: 500,
  unavailable: 503,
  full: 507,
};

/** Retry-After where the raise did not say; a queue moves within a second. */
const RETRY_AFTER_SECONDS = 1;

export const ErrorEnvelope = Strict(
  {
    error: Strict({
      code: Type.String({ description: "What clients match on" }),
      message: Type.String(),
      hint: Type.String({ description: "What to do next, in one sentence" }),
      request_id: Type.String({ description: "The same as in X-Request-Id and in the log" }),
      details: Type.Optional(
        Type.Record(Type.String(), Type.Unknown(), {
          description: "Ids concerned; for validation `issues: [{path, message}]`",
        }),
      ),
    }),
  },
  { $id: "Error", description: "Every failure" },
);
export type ErrorEnvelope = Static<typeof ErrorEnvelope>;

/**
 * The failure as users may see it. What is no VmError is a bug: the cause goes to the log under the
 * request id, and nothing of it to the client.
 */
export function toVmError(thrown: unknown, logger: Logger, requestId: string): VmError {
  if (thrown instanceof VmError && thrown.code !== "INTERNAL") return thrown;
  const cause = thrown instanceof VmError ? (thrown.cause ?? thrown) : thrown;
  logger.error("internal error", {
    request_id: requestId,
    error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
  });
  return new VmError("INTERNAL");
}

export function envelopeOf(error: VmError, requestId: string): ErrorEnvelope {
  return {
    error: {
      code: error.code,
      message: error.message,
      hint: error.hint,
      request_id: requestId,
      ...(error.details === undefined ? {} : { details: error.details }),
    },
  };
}

export function errorResponse(
  error: VmError,
  requestId: string,
  headers: Record<string, string> = {},
): Response {
  if (error.kind === "unavailable") {
    headers["retry-after"] = String(error.retryAfterSeconds ?? RETRY_AFTER_SECONDS);
  }
  return jsonResponse(envelopeOf(error, requestId), STATUS_OF[error.kind], headers);
}

export function jsonResponse(
  value: unknown,
  status: number,
  headers: Record<string, string> = {},
): Response {
  headers["content-type"] = "application/json; charset=utf-8";
  return new Response(JSON.stringify(value), { status, headers });
}

/** One wrong part of a request. Path: a JSON pointer into the body, or the parameter's name. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

export const invalid = (message: string, issues: readonly Issue[]) =>
  new VmError("VALIDATION_ERROR", { message, details: { issues } });

export const unreadable = (message: string, issues: readonly Issue[]) =>
  new VmError("INVALID_REQUEST", { message, details: { issues } });
