import type { ValuePayload } from "../../core/execution.ts";
import { printableLines } from "../output.ts";
import { highlightValue } from "./highlight.ts";

const COLOUR_OF_TYPE: Partial<Record<ValuePayload["type"], number>> = {
  string: 32,
  symbol: 32,
  number: 33,
  bigint: 33,
  boolean: 33,
  undefined: 90,
  null: 1,
  function: 36,
  date: 35,
  regexp: 31,
};

/**
 * A result as a prompt shows it: a string in quotes, so that it can be told from other values. Names
 * in it are the guest's, and a symbol's may be anything: none of it moves the cursor.
 */
export function shownValue({ type, preview }: ValuePayload, colours: boolean): string {
  const text = type === "string" ? quoted(preview) : printableLines(preview);
  if (!colours || type === "error") return text;
  const colour = COLOUR_OF_TYPE[type];
  return colour === undefined ? highlightValue(text) : `\x1b[${colour}m${text}\x1b[0m`;
}

/** In the quotes that need the fewest escapes, single ones first. */
export function quoted(text: string): string {
  const quote = ["'", '"', "`"].find((each) => !text.includes(each)) ?? "'";
  const usable = quote === "`" && text.includes("${") ? "'" : quote;
  const escaped = text.replace(/[\\\x00-\x1f\x7f-\x9f\ud800-\udfff]/gu, escapeOf);
  return usable + (usable === "'" ? escaped.replaceAll("'", "\\'") : escaped) + usable;
}

const NAMED: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\\": "\\\\",
};

/** With the `u` flag only lone surrogates are met. */
function escapeOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0xd800) return `\\u${code.toString(16).toUpperCase()}`;
  return NAMED[character] ?? `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`;
}
