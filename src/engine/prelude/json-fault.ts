import { charCodeAt, includes, slice } from "./primordials.ts";

/** What is wrong with a text that is no JSON, as V8 says it. */

/** Thrown inside this file alone. */
interface Fault {
  readonly fault: string | undefined;
}

/** @returns undefined where nothing is found to be wrong, or too deep inside. */
export function faultOf(text: string): string | undefined {
  if (text === "undefined" || text === "[object Object]") return `"${text}" is not valid JSON`;
  try {
    const end = blanks(text, value(text, blanks(text, 0), 0));
    if (end < text.length) expected("Unexpected non-whitespace character after JSON", end);
    return undefined;
  } catch (fault) {
    return (fault as Fault).fault;
  }
}

const DEPTH_MAX = 500;

function fail(fault: string | undefined): never {
  throw { fault } satisfies Fault;
}

const expected = (what: string, at: number): never =>
  fail(`${what}${includes(what, "after JSON") ? "" : " in JSON"} at position ${at}`);

/** Characters around the place that a message repeats. */
const CONTEXT = 10;

function unexpected(text: string, at: number): never {
  if (at >= text.length) fail("Unexpected end of JSON input");
  const token = `Unexpected token '${text[at]}', `;
  const isLong = text.length > CONTEXT * 2;
  const from = isLong && at >= CONTEXT ? at - CONTEXT : 0;
  const to = isLong && at < text.length - CONTEXT ? at + CONTEXT : text.length;
  const before = from > 0 ? "..." : "";
  const behind = to < text.length ? "..." : "";
  return fail(`${token}${before}"${slice(text, from, to)}"${behind} is not valid JSON`);
}

function blanks(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = charCodeAt(text, at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
    at++;
  }
  return at;
}

/** @returns where the value ends */
function value(text: string, at: number, depth: number): number {
  if (depth > DEPTH_MAX) fail(undefined);
  switch (text[at]) {
    case "{":
      return object(text, at, depth);
    case "[":
      return array(text, at, depth);
    case '"':
      return string(text, at);
    case "t":
      return word(text, at, "true");
    case "f":
      return word(text, at, "false");
    case "n":
      return word(text, at, "null");
    default:
      return number(text, at);
  }
}

function object(text: string, start: number, depth: number): number {
  let at = blanks(text, start + 1);
  if (text[at] === "}") return at + 1;
  if (text[at] !== '"') expected("Expected property name or '}'", at);
  for (;;) {
    at = blanks(text, string(text, at));
    if (text[at] !== ":") expected("Expected ':' after property name", at);
    at = blanks(text, value(text, blanks(text, at + 1), depth + 1));
    if (text[at] === "}") return at + 1;
    if (text[at] !== ",") expected("Expected ',' or '}' after property value", at);
    at = blanks(text, at + 1);
    if (text[at] !== '"') expected("Expected double-quoted property name", at);
  }
}

function array(text: string, start: number, depth: number): number {
  let at = blanks(text, start + 1);
  if (text[at] === "]") return at + 1;
  for (;;) {
    at = blanks(text, value(text, at, depth + 1));
    if (text[at] === "]") return at + 1;
    if (text[at] !== ",") expected("Expected ',' or ']' after array element", at);
    at = blanks(text, at + 1);
  }
}

function string(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '"') return at + 1;
    if (charCodeAt(char, 0) < 32) expected("Bad control character in string literal", at);
    if (char !== "\\") continue;
    at++;
    if (at >= text.length) break;
    if (text[at] === "u") {
      for (let i = 1; i <= 4; i++) if (!isHex(text, at + i)) expected("Bad Unicode escape", at + i);
      at += 4;
    } else if (!includes('"\\/bfnrt', text[at] as string)) {
      expected("Bad escaped character", at);
    }
  }
  return expected("Unterminated string", text.length);
}

function word(text: string, start: number, whole: string): number {
  for (let i = 0; i < whole.length; i++)
    if (text[start + i] !== whole[i]) unexpected(text, start + i);
  return start + whole.length;
}

function number(text: string, start: number): number {
  let at = start;
  if (text[at] === "-" && !isDigit(text, ++at)) expected("No number after minus sign", at);
  if (!isDigit(text, at)) unexpected(text, at);
  if (text[at] === "0" && isDigit(text, at + 1)) expected("Unexpected number", at + 1);
  at = digits(text, at);
  if (text[at] === "." && digits(text, at + 1) === ++at) {
    expected("Unterminated fractional number", at);
  }
  at = digits(text, at);
  if (text[at] !== "e" && text[at] !== "E") return at;
  at++;
  if (text[at] === "+" || text[at] === "-") at++;
  if (!isDigit(text, at)) expected("Exponent part is missing a number", at);
  return digits(text, at);
}

function digits(text: string, start: number): number {
  let at = start;
  while (isDigit(text, at)) at++;
  return at;
}

const isDigit = (text: string, at: number): boolean => {
  const code = at < text.length ? charCodeAt(text, at) : 0;
  return code >= 48 && code <= 57;
};

const isHex = (text: string, at: number): boolean => {
  const code = at < text.length ? charCodeAt(text, at) | 32 : 0;
  return isDigit(text, at) || (code >= 97 && code <= 102);
};
