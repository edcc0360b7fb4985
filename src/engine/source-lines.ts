/**
 * Lines and characters of a text, counted unit by unit: a text may be nothing but line ends, and a list
 * of its lines or characters would take many times as much memory as the text.
 */

const LINE_FEED = 10;
const RETURN = 13;

const isLineEnd = (code: number): boolean =>
  code === LINE_FEED || code === RETURN || code === 0x2028 || code === 0x2029;

/** A return and a line feed are one. */
export function countLineEnds(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isLineEnd(code) && !(code === LINE_FEED && text.charCodeAt(i - 1) === RETURN)) count++;
  }
  return count;
}

/** Where the last line of the text begins. */
export function lastLineStart(text: string): number {
  let start = text.length;
  while (start > 0 && !isLineEnd(text.charCodeAt(start - 1))) start--;
  return start;
}

/** Characters as the engine counts them: a surrogate pair is one. */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00)
      count--;
  }
  return count;
}

/** A blank for each unit but those that end lines. */
export function blanked(text: string): string {
  if (countLineEnds(text) === 0) return " ".repeat(text.length);
  return written(text, (code) => (isLineEnd(code) ? code : BLANK));
}

/** Its line ends alone. */
export function lineEndsOf(text: string): string {
  if (countLineEnds(text) === 0) return "";
  return written(text, (code) => (isLineEnd(code) ? code : undefined));
}

const BLANK = 32;

function written(text: string, unitOf: (code: number) => number | undefined): string {
  const units = new Uint16Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = unitOf(text.charCodeAt(i));
    if (unit !== undefined) units[length++] = unit;
  }
  return Buffer.from(units.buffer, 0, length * units.BYTES_PER_ELEMENT).toString("utf16le");
}
