import { DOMException } from "./dom-exception.ts";
import { withoutGuestCode } from "./guest-code.ts";
import { inspect } from "./inspect.ts";
import { errorHeader, stackText, textProperty } from "./inspect-error.ts";
import { brandOf, safeGet } from "./look.ts";
import { includes, min, quote, slice } from "./primordials.ts";
import { unproxied } from "./proxies.ts";

/** Longer messages and stacks are cut. */
const PART_CHARS_MAX = 64 * 1024;

/** JSON of an ExceptionPayload. Never throws. */
export function describeError(thrown: unknown, bytesMax: number, careful = false): string {
  if (careful) return withoutGuestCode(() => describeError(thrown, bytesMax));
  const charsMax = min(bytesMax / 8, PART_CHARS_MAX);
  try {
    return describeThrown(thrown, charsMax);
  } catch {
    return '{"message":"A value that cannot be shown was thrown"}';
  }
}

function describeThrown(thrown: unknown, charsMax: number): string {
  const error = thrown !== null && typeof thrown === "object" ? unproxied(thrown) : null;
  if (error === null || brandOf(error) !== "error") {
    const text = typeof thrown === "string" ? thrown : inspect(thrown, { charsMax });
    return `{"message":${quote(cut(text, charsMax))}}`;
  }
  // The numbers of a DOMException are what its name says.
  const isNumbered = safeGet(error, "constructor") === DOMException;
  const code = isNumbered ? undefined : safeGet(error, "code");
  let text = `{"message":${quote(cut(errorHeader(error), charsMax))}`;
  text += `,"name":${quote(cut(textProperty(error, "name", "Error"), 256))}`;
  if (typeof code === "string" || typeof code === "number") {
    text += `,"code":${quote(cut(`${code}`, 256))}`;
  }
  const stack = stackText(error) + causes(error);
  if (includes(stack, "\n    at ")) text += `,"stack":${quote(cut(stack, charsMax))}`;
  return `${text}}`;
}

/** Of the errors that led to it. */
function causes(error: object): string {
  let text = "";
  let current: unknown = safeGet(error, "cause");
  for (let i = 0; i < CAUSES_MAX; i++) {
    const cause = current !== null && typeof current === "object" ? unproxied(current) : null;
    if (cause === null || brandOf(cause) !== "error") break;
    text += `\n[cause]: ${stackText(cause)}`;
    current = safeGet(cause, "cause");
  }
  return text;
}

const CAUSES_MAX = 8;

const cut = (text: string, charsMax: number): string =>
  text.length > charsMax ? `${slice(text, 0, charsMax)}...` : text;
