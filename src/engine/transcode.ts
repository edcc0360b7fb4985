import type { EncodedValue } from "./module-values.ts";
import { parseFields } from "./payload.ts";

/**
 * Text to bytes and back for the guest, whose own loops over the units of a text take a hundred times
 * as long. What is in the text decides nothing but the answer.
 */

/** Units of a text, or bytes, in one call; the guest asks for less. */
const AT_ONCE_MAX = 64 * 1024;

const NULL: EncodedValue = { json: "null" };

/** `{as, text}` → its bytes; null where it has none in that encoding, or the guest is to find out. */
export function encodeText(request: string): EncodedValue {
  const { as, text } = parseFields(request) ?? {};
  if (typeof text !== "string" || text.length > AT_ONCE_MAX) return NULL;
  switch (as) {
    case "utf8":
    case "latin1":
    case "utf16le":
      return { json: "", bytes: Buffer.from(text, as) };
    case "binary":
      return LATIN_1.test(text) ? { json: "", bytes: Buffer.from(text, "latin1") } : NULL;
    case "hex":
      return HEX.test(text) ? { json: "", bytes: Buffer.from(text, "hex") } : NULL;
    case "base64":
    case "base64url":
      return SEXTETS[as].test(text) ? { json: "", bytes: Buffer.from(text, "base64") } : NULL;
    case "length":
      return { json: String(Buffer.byteLength(text)) };
    default:
      return NULL;
  }
}

const LATIN_1 = /^[\x00-\xff]*$/;
const HEX = /^(?:[0-9a-fA-F]{2})*$/;
const SEXTETS = { base64: /^[A-Za-z0-9+/]*$/, base64url: /^[A-Za-z0-9+/_-]*$/ };

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
const STRICT_UTF8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const WINDOWS_1252 = new TextDecoder("windows-1252");

/** `{as}` and bytes → their text as JSON; null where they are none in that encoding. */
export function decodeBytes(request: string, given: Uint8Array): EncodedValue {
  const as = parseFields(request)?.as;
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const text = bytes.length > AT_ONCE_MAX ? undefined : textOf(as, bytes);
  return text === undefined ? NULL : { json: JSON.stringify(text) };
}

function textOf(as: unknown, bytes: Buffer): string | undefined {
  switch (as) {
    case "utf8":
      return UTF8.decode(bytes);
    case "strict":
      try {
        return STRICT_UTF8.decode(bytes);
      } catch {
        return undefined;
      }
    case "windows-1252":
      return WINDOWS_1252.decode(bytes);
    case "latin1":
    case "ascii":
    case "hex":
    case "base64":
    case "base64url":
    case "utf16le":
      return bytes.toString(as);
    default:
      return undefined;
  }
}
