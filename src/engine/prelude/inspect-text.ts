import type { Context } from "./inspect.ts";
import {
  charCodeAt,
  codePointAt,
  includes,
  indexOf,
  join,
  list,
  normalize,
  numberToString,
  objectIs,
  padStart,
  push,
  regExpExec,
  repeat,
  slice,
  symbolToString,
  toText,
} from "./primordials.ts";

/** Strings up to this length stay on one line. */
const LINE_LENGTH_MIN = 16;

export function formatPrimitive(context: Context, value: unknown): string {
  const text = typeof value === "string" ? formatString(context, value) : plainText(value);
  context.room -= text.length;
  return text;
}

/** The text of a primitive that is no string: `42`, `-0`, `10n`, `Symbol(a)`. */
export function plainText(value: unknown): string {
  switch (typeof value) {
    case "number":
      return objectIs(value, -0) ? "-0" : `${value}`;
    case "bigint":
      return `${value}n`;
    case "symbol":
      return symbolToString(value);
    default:
      return toText(value);
  }
}

function formatString(context: Context, value: string): string {
  let text = value;
  let trailer = "";
  if (text.length > context.maxStringLength) {
    const remaining = text.length - context.maxStringLength;
    text = slice(text, 0, context.maxStringLength);
    trailer = `... ${remaining} more character${remaining > 1 ? "s" : ""}`;
  }
  if (
    context.compact !== true &&
    text.length > LINE_LENGTH_MIN &&
    text.length > context.breakLength - context.indentation - 4
  ) {
    const lines = splitLines(text);
    for (let i = 0; i < lines.length; i++) lines[i] = quoteText(lines[i] as string);
    return join(lines, ` +\n${repeat(" ", context.indentation + 2)}`) + trailer;
  }
  return quoteText(text) + trailer;
}

/** Each line with its line feed. */
function splitLines(text: string): string[] {
  const lines = list<string>();
  let start = 0;
  while (start < text.length) {
    const end = indexOf(text, "\n", start);
    if (end === -1 || end === text.length - 1) break;
    push(lines, slice(text, start, end + 1));
    start = end + 1;
  }
  push(lines, slice(text, start));
  return lines;
}

const SINGLE = 39;

/** In single quotes, or in others where that saves an escape; control characters escaped. */
export function quoteText(text: string): string {
  let quote = "'";
  if (includes(text, "'")) {
    if (!includes(text, '"')) quote = '"';
    else if (!includes(text, "`") && !includes(text, "${")) quote = "`";
  }
  return quote + escapeText(text, quote === "'" ? SINGLE : -1) + quote;
}

/** Control characters, backslashes, lone surrogates and the given quote (a char code) escaped. */
export function escapeText(text: string, quote: number): string {
  let result = "";
  let last = 0;
  for (let i = firstEscaped(text, quote); i < text.length; i++) {
    const code = charCodeAt(text, i);
    let escaped: string;
    if (code === quote || code === 92) escaped = code === 92 ? "\\\\" : "\\'";
    else if (code < 32 || (code > 126 && code < 160)) escaped = escapeControl(code);
    else if (code >= 0xd800 && code <= 0xdfff) {
      if (isPair(text, i)) {
        i++;
        continue;
      }
      escaped = `\\u${numberToString(code, 16)}`;
    } else continue;
    result += slice(text, last, i) + escaped;
    last = i + 1;
  }
  return last === 0 ? text : result + slice(text, last);
}

/** Where there is a unit to look at; a short text is looked at faster than a pattern is asked. */
function firstEscaped(text: string, quote: number): number {
  if (text.length < PATTERN_LENGTH_MIN) return 0;
  const found = regExpExec(quote === SINGLE ? ESCAPED_OR_QUOTE : ESCAPED, text);
  return found === null ? text.length : found.index;
}

const PATTERN_LENGTH_MIN = 24;
const ESCAPED = /[\x00-\x1f\\\x7f-\x9f\ud800-\udfff]/;
const ESCAPED_OR_QUOTE = /[\x00-\x1f'\\\x7f-\x9f\ud800-\udfff]/;

function escapeControl(code: number): string {
  switch (code) {
    case 8:
      return "\\b";
    case 9:
      return "\\t";
    case 10:
      return "\\n";
    case 12:
      return "\\f";
    case 13:
      return "\\r";
    default:
      return `\\x${code < 16 ? "0" : ""}${upperHex(code)}`;
  }
}

function upperHex(code: number): string {
  const digits = "0123456789ABCDEF";
  return (code > 15 ? (digits[code >> 4] as string) : "") + digits[code & 15];
}

function isPair(text: string, index: number): boolean {
  if (charCodeAt(text, index) > 0xdbff || index + 1 >= text.length) return false;
  const next = charCodeAt(text, index + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}

export function replaceAll(text: string, what: string, by: string): string {
  let found = indexOf(text, what);
  if (found === -1) return text;
  let result = "";
  let last = 0;
  while (found !== -1) {
    result += slice(text, last, found) + by;
    last = found + what.length;
    found = indexOf(text, what, last);
  }
  return result + slice(text, last);
}

export function split(text: string, separator: string): string[] {
  const parts = list<string>();
  let start = 0;
  for (;;) {
    const found = indexOf(text, separator, start);
    if (found === -1) break;
    push(parts, slice(text, start, found));
    start = found + separator.length;
  }
  push(parts, slice(text, start));
  return parts;
}

/** `... 3 more items`. */
export function moreText(remaining: number, what = "item"): string {
  return `... ${remaining} more ${what === "property" && remaining > 1 ? "propertie" : what}${remaining > 1 ? "s" : ""}`;
}

export const twoDigits = (value: number): string => padStart(`${value}`, 2, "0");

/** Columns that a terminal needs for the text. */
export function textWidth(text: string): number {
  if (text.length >= PATTERN_LENGTH_MIN && regExpExec(NOT_PLAIN, text) === null) return text.length;
  let width = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (code >= 127) return width + wideWidth(normalize(slice(text, i), "NFC"));
    if (code >= 32) width++;
  }
  return width;
}

const NOT_PLAIN = /[^ -~]/;

function wideWidth(text: string): number {
  let width = 0;
  for (let i = 0; i < text.length; i++) {
    const code = codePointAt(text, i) as number;
    if (code > 0xffff) i++;
    if (isFullWidth(code)) width += 2;
    else if (!isZeroWidth(code)) width++;
  }
  return width;
}

/** From Unicode's EastAsianWidth.txt, and the pictographs. */
function isFullWidth(code: number): boolean {
  return (
    code >= 0x1100 &&
    (code <= 0x115f ||
      code === 0x2329 ||
      code === 0x232a ||
      (code >= 0x2e80 && code <= 0x3247 && code !== 0x303f) ||
      (code >= 0x3250 && code <= 0x4dbf) ||
      (code >= 0x4e00 && code <= 0xa4c6) ||
      (code >= 0xa960 && code <= 0xa97c) ||
      (code >= 0xac00 && code <= 0xd7a3) ||
      (code >= 0xf900 && code <= 0xfaff) ||
      (code >= 0xfe10 && code <= 0xfe19) ||
      (code >= 0xfe30 && code <= 0xfe6b) ||
      (code >= 0xff01 && code <= 0xff60) ||
      (code >= 0xffe0 && code <= 0xffe6) ||
      (code >= 0x1b000 && code <= 0x1b001) ||
      (code >= 0x1f200 && code <= 0x1f251) ||
      (code >= 0x1f300 && code <= 0x1f64f) ||
      (code >= 0x1f680 && code <= 0x1f6ff) ||
      (code >= 0x1f900 && code <= 0x1f9ff) ||
      (code >= 0x20000 && code <= 0x3fffd))
  );
}

function isZeroWidth(code: number): boolean {
  return (
    code <= 0x1f ||
    (code >= 0x7f && code <= 0x9f) ||
    (code >= 0x300 && code <= 0x36f) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x20d0 && code <= 0x20ff) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    (code >= 0xfe20 && code <= 0xfe2f) ||
    (code >= 0xe0100 && code <= 0xe01ef)
  );
}
