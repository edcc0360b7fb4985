import { displayBundle } from "./display.ts";
import { withoutGuestCode } from "./guest-code.ts";
import { inspect } from "./inspect.ts";
import { plainText } from "./inspect-text.ts";
import { jsonText } from "./json.ts";
import { brandOf } from "./look.ts";
import { min, quote, slice } from "./primordials.ts";
import { unproxied } from "./proxies.ts";
import { endWithin, fits, unitBytes } from "./text-size.ts";

/** A preview of an object is for reading: this much, and no more than half of the bytes allowed. */
const PREVIEW_CHARS_MAX = 64 * 1024;

/**
 * JSON of a ValuePayload, at most about `bytesMax` bytes. Never throws. With `"cut":true` where it would
 * have a JSON form, and that does not fit.
 */
export function describe(value: unknown, bytesMax: number, careful = false): string {
  if (careful) return withoutGuestCode(() => describe(value, bytesMax));
  try {
    return describeValue(value, bytesMax);
  } catch {
    return `{"type":"${typeof value === "function" ? "function" : "object"}","preview":"[cannot be shown]"}`;
  }
}

function describeValue(value: unknown, bytesMax: number): string {
  const type = typeOf(value);
  const preview = quote(previewOf(value, bytesMax));
  const left = bytesMax - unitBytes(preview);
  const json = jsonText(value, left);
  let text = `{"type":"${type}","preview":${preview}`;
  let room = left;
  if (typeof json === "string" && fits(json, left)) {
    text += `,"json":${json}`;
    room -= json.length;
  } else if (json !== undefined) {
    text += ',"cut":true';
  }
  if (value !== null && (typeof value === "object" || typeof value === "function")) {
    const mime = displayBundle(value, room);
    if (mime !== undefined) text += `,"mime":${mime}`;
  }
  return `${text}}`;
}

function previewOf(value: unknown, bytesMax: number): string {
  if (typeof value === "string") return cut(value, bytesMax);
  if (value === null || (typeof value !== "object" && typeof value !== "function")) {
    return cut(plainText(value), bytesMax);
  }
  const half = bytesMax >> 1;
  const charsMax = min(half, PREVIEW_CHARS_MAX);
  return cut(inspect(value, { charsMax }), bytesMax);
}

/** At most half of the bytes: the rest is for the JSON form. */
function cut(text: string, bytesMax: number): string {
  const half = bytesMax >> 1;
  if (text.length * 3 <= half) return text;
  const end = endWithin(text, half);
  return end === text.length
    ? text
    : `${slice(text, 0, end)}... ${text.length - end} more characters`;
}

/** One of VALUE_TYPES of core/execution.ts. */
function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  const target = unproxied(value);
  if (target === null) return "object";
  if (typeof target === "function") return "function";
  const brand = brandOf(target);
  switch (brand) {
    case "array":
    case "date":
    case "regexp":
    case "error":
    case "map":
    case "set":
    case "promise":
    case "typedarray":
    case "arraybuffer":
      return brand;
    default:
      return "object";
  }
}
