import { VmError } from "../core/errors.ts";
import { findFlaw } from "../core/json-text.ts";
import { LIMITS } from "../core/limits.ts";
import { unreadable } from "./errors.ts";
import { OCTETS_TYPE } from "./route.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The one JSON object that a request carries, nothing of it dropped; undefined for an empty body.
 *
 * @throws VmError UNSUPPORTED_MEDIA_TYPE, BODY_TOO_LARGE, INVALID_REQUEST
 */
export async function readJsonObject(
  request: Request,
  bytesMax: number,
): Promise<Record<string, unknown> | undefined> {
  const declared = request.headers.get("content-length");
  if (declared === "0" || (declared === null && request.body === null)) return undefined;
  // Before a byte is read: a web page's form posts are refused unread.
  assertJsonType(request.headers.get("content-type"));
  const bytes = await readBytes(request, declared, bytesMax);
  return bytes.length === 0 ? undefined : parseObject(bytes);
}

/**
 * The bytes that a request carries.
 *
 * @throws VmError UNSUPPORTED_MEDIA_TYPE, BODY_TOO_LARGE
 */
export async function readOctets(request: Request, bytesMax: number): Promise<Uint8Array> {
  const contentType = request.headers.get("content-type");
  if (contentType?.toLowerCase() !== OCTETS_TYPE) {
    throw new VmError("UNSUPPORTED_MEDIA_TYPE", {
      message: `Content-Type must be ${OCTETS_TYPE}`,
      hint: `Send the header \`Content-Type: ${OCTETS_TYPE}\`, and the file as the body.`,
      details: { content_type: contentType, supported: [OCTETS_TYPE] },
    });
  }
  return readBytes(request, request.headers.get("content-length"), bytesMax);
}

function assertJsonType(contentType: string | null): void {
  if (contentType === "application/json") return;
  const [type, ...parameters] = (contentType ?? "").toLowerCase().split(";");
  const isJson = type?.trim() === "application/json";
  if (isJson && parameters.every((parameter) => /^\s*(charset="?utf-8"?)?\s*$/.test(parameter))) {
    return;
  }
  throw new VmError("UNSUPPORTED_MEDIA_TYPE", {
    details: { content_type: contentType, supported: ["application/json"] },
  });
}

async function readBytes(
  request: Request,
  declared: string | null,
  bytesMax: number,
): Promise<Uint8Array> {
  if (declared !== null) {
    if (Number(declared) > bytesMax) throw tooLarge(bytesMax);
    const bytes = new Uint8Array(await request.arrayBuffer().catch(cutOff));
    if (bytes.length > bytesMax) throw tooLarge(bytesMax);
    return bytes;
  }
  // Chunked: counted while it comes, so that no more than the limit is ever held.
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const step = await reader?.read().catch(cutOff);
    if (!step || step.done) return Buffer.concat(chunks);
    length += step.value.length;
    if (length > bytesMax) {
      reader?.cancel().catch(() => {}); // It is not to be read; how it ends is nobody's concern.
      throw tooLarge(bytesMax);
    }
    chunks.push(step.value);
  }
}

/** The client is gone in the midst of it, and hears of nothing; the log says whose doing it was. */
function cutOff(): never {
  throw wrong("The request body was cut off");
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw wrong("The request body is not valid UTF-8");
  }
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^JSON Parse error: /, "") : "";
    throw wrong(`The request body is not one JSON object: ${reason}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong("The request body must be a JSON object");
  }
  const flaw = findFlaw(text, LIMITS.bodyDepthMax);
  if (flaw) {
    throw unreadable(
      `${flaw.path === "" ? "The request body" : flaw.path.slice(1)} ${flaw.message}`,
      [flaw],
    );
  }
  return value as Record<string, unknown>;
}

const wrong = (message: string) => unreadable(message, [{ path: "", message }]);

const tooLarge = (bytesMax: number) =>
  new VmError("BODY_TOO_LARGE", {
    message: `Request body is larger than ${bytesMax} bytes`,
    details: { limit: "body_bytes", max: bytesMax },
  });
