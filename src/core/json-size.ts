const COMMA = 44;
const QUOTE = 34;
const BRACKET = 91;
const BACKSLASH = 92;
const BRACE = 123;

/** An object, an array or a string of few characters; a place in a list that grows by half. */
const VALUE_BYTES = 80;
const PLACE_BYTES = 12;

/** Bytes that the values of a JSON text may take beyond its own, about: `[],` is three of it and 92 in memory. */
export function jsonValueBytes(text: string): number {
  let bytes = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) {
      inString = true;
      bytes += VALUE_BYTES;
    } else if (code === BRACKET || code === BRACE) bytes += VALUE_BYTES;
    else if (code === COMMA) bytes += PLACE_BYTES;
  }
  return bytes;
}
