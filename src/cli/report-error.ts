import { type ErrorKind, VmError } from "../core/errors.ts";
import { StartError } from "../core/start-error.ts";
import { EXIT_CODES } from "./exit-code.ts";
import { hasColours, printable, printError, styled } from "./output.ts";
import { UsageError } from "./usage-error.ts";

/** What the lines on stderr, the JSON envelope and the exit code are made from. */
interface Report {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
  readonly status?: number | undefined;
  readonly hint?: string | undefined;
  readonly requestId?: string | undefined;
  readonly details?: unknown;
}

/** Tells the user what went wrong, on stderr. @returns the exit code */
export async function reportError(error: unknown, { json }: { json: boolean }): Promise<number> {
  const report = await describe(error);
  printError(json ? asJson(report) : asText(report));
  return report.exitCode;
}

async function describe(error: unknown): Promise<Report> {
  if (error instanceof UsageError) {
    const { message, hint } = error;
    return { exitCode: EXIT_CODES.usage.code, code: "USAGE", message, hint };
  }
  const { ApiError, UnreachableError } = await import("../client/errors.ts");
  if (error instanceof ApiError) return { exitCode: EXIT_CODES.api.code, ...fromApi(error) };
  if (error instanceof UnreachableError) {
    return {
      exitCode: EXIT_CODES.unreachable.code,
      code: "UNREACHABLE",
      message: error.message,
      hint: "Start one with `vm-system serve`, or name another with --server-url or VM_SYSTEM_SERVER_URL.",
    };
  }
  if (error instanceof StartError) {
    const { message, hint } = error;
    return { exitCode: EXIT_CODES.failed.code, code: "START_FAILED", message, hint };
  }
  if (error instanceof VmError) return fromServices(error);
  const message = error instanceof Error ? error.message : String(error);
  return { exitCode: EXIT_CODES.failed.code, code: "FAILED", message };
}

/** Kinds of failure that the words of the command line are to blame for. */
const USAGE_KINDS: ReadonlySet<ErrorKind> = new Set(["invalid", "not_found", "unprocessable"]);

/** The services of this process, where no daemon stands between. */
function fromServices({ code, kind, message, hint, details }: VmError): Report {
  const isUsage = USAGE_KINDS.has(kind) && code !== "SESSION_STARTUP_FAILED";
  const { code: exitCode } = isUsage ? EXIT_CODES.usage : EXIT_CODES.failed;
  return { exitCode, code, message: `${code}: ${message}`, hint, details };
}

function fromApi(error: {
  status: number;
  code: string;
  message: string;
  hint?: string | undefined;
  requestId?: string | undefined;
  details?: unknown;
}): Omit<Report, "exitCode"> {
  const { status, code, message, hint, requestId, details } = error;
  return { status, code, message, hint, requestId, details };
}

/** The API's own envelope; for what never reached the API, one of its shape. */
function asJson({ code, message, hint, requestId, details }: Report): string {
  return JSON.stringify({ error: { code, message, hint, request_id: requestId, details } });
}

function asText({ code, status, message, hint, requestId, details }: Report): string {
  const name = styled("Error:", "red", hasColours("stderr"));
  const about = status === undefined ? "" : `${code} (${status}): `;
  const lines = [`${name} ${about}${printable(message)}`];
  if (hint) lines.push(printable(hint));
  if (requestId) lines.push(`request id: ${printable(requestId)}`);
  return [
    ...lines,
    ...idLines(code, details),
    ...stateLines(details),
    ...stackLines(details),
    ...issueLines(message, details),
  ].join("\n");
}

/** Ids that whoever typed the command cannot know, and needs for what the hint says. */
const TOLD_IDS: Readonly<Record<string, readonly string[]>> = {
  SESSION_BUSY: ["execution_id"],
  OUTPUT_LIMIT_EXCEEDED: ["execution_id"],
  SESSION_STARTUP_FAILED: ["session_id"],
  LABEL_AMBIGUOUS: ["checkpoint_ids"],
};

function idLines(code: string, details: unknown): string[] {
  const ids = (details ?? {}) as Record<string, unknown>;
  return (TOLD_IDS[code] ?? []).flatMap((name) =>
    [ids[name]]
      .flat()
      .filter((id) => typeof id === "string")
      .map((id) => `${name.replace("_", " ").replace(/s$/, "")}: ${printable(id)}`),
  );
}

/** What a session is instead of ready, and why. */
function stateLines(details: unknown): string[] {
  const { status, last_error } = (details ?? {}) as Record<string, unknown>;
  return Object.entries({ status, last_error })
    .filter(([, value]) => typeof value === "string")
    .map(([name, value]) => `${name}: ${printable(String(value))}`);
}

/** Where a startup file threw; the message says what. */
function stackLines(details: unknown): string[] {
  const { stack } = (details ?? {}) as { stack?: unknown };
  if (typeof stack !== "string") return [];
  return stack
    .split("\n")
    .filter((line) => /^ {4}at /.test(line))
    .map(printable);
}

/** Which fields a validation refused, where the message alone does not say. */
function issueLines(said: string, details: unknown): string[] {
  const issues = (details as { issues?: unknown } | undefined)?.issues;
  if (!Array.isArray(issues)) return [];
  return issues
    .map(({ path, message }: { path?: unknown; message?: unknown }) => `${path}: ${message}`)
    .filter((line) => !said.includes(line.replace(/^.*?: /, "")))
    .map((line) => `  ${printable(line)}`);
}
