import { BRACE, BRACKET, COMMA, QUOTE, someMark } from "./json-marks.ts";

/** An object, an array or a string of few characters; a place in a list that grows by half. */
const VALUE_BYTES = 80;
const PLACE_BYTES = 12;

/** Bytes that the values of a JSON text may take beyond its own, about: `[],` is three of it and 92 in memory. */
export function jsonValueBytes(text: string): number {
  let bytes = 0;
  someMark(text, (code) => {
    if (code === QUOTE || code === BRACKET || code === BRACE) bytes += VALUE_BYTES;
    else if (code === COMMA) bytes += PLACE_BYTES;
    return false;
  });
  return bytes;
}
