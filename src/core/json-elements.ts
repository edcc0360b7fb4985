const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** Bytes looked at between two pauses; a string is passed as one. */
const BYTES_AT_ONCE = 64 * 1024;

/**
 * The elements of a JSON object's one array, `{"<key>": [element, …]}`, each as it is written: a text
 * of many megabytes can be parsed in pieces. What an element is, its parser finds out.
 *
 * @yields An element, or undefined: a good moment to do something else.
 * @throws Error when the text around the elements is another
 */
export function* elementsOf(
  json: Buffer,
  key: string,
): Generator<Buffer | undefined, void, undefined> {
  let at = 0;
  const skipSpace = () => {
    while (SPACE.has(json[at]!)) at++;
  };
  const expect = (text: string) => {
    skipSpace();
    if (json.toString("latin1", at, at + text.length) !== text) throw new Error(`no ${text}`);
    at += text.length;
  };
  for (const text of ["{", `"${key}"`, ":", "["]) expect(text);
  skipSpace();
  const first = at;
  let start = at;
  let depth = 0;
  let pauseAt = at + BYTES_AT_ONCE;
  for (;;) {
    if (at >= json.length) throw new Error("it is cut off");
    const byte = json[at]!;
    if (byte === QUOTE) at = endOfString(json, at);
    else if (OPEN.has(byte)) depth++;
    else if (depth > 0 && CLOSE.has(byte)) depth--;
    else if (depth === 0 && (byte === COMMA || CLOSE.has(byte))) {
      const isNone = byte !== COMMA && at === first;
      if (!isNone) yield json.subarray(start, at);
      start = at + 1;
      if (byte !== COMMA) break;
    }
    at++;
    if (at < pauseAt) continue;
    pauseAt = at + BYTES_AT_ONCE;
    yield undefined;
  }
  for (const text of ["]", "}"]) expect(text);
  skipSpace();
  if (at < json.length) throw new Error("it goes on after its end");
}

/** Of the quote that ends the string which begins at `from`. */
function endOfString(json: Buffer, from: number): number {
  for (let end = json.indexOf(QUOTE, from + 1); end >= 0; end = json.indexOf(QUOTE, end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  throw new Error("it is cut off");
}
