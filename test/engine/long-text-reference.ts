/** What the prelude says of long texts, worked out unit by unit: slow, and plain to read. */

/** A text's preview within so many bytes: half of them, a surrogate counting two. */
export function previewOf(text: string, bytesMax: number): string {
  const half = bytesMax >> 1;
  let bytes = 0;
  for (let end = 0; end < text.length; end++) {
    bytes += unitBytes(text.charCodeAt(end));
    if (bytes > half) return `${text.slice(0, end)}... ${text.length - end} more characters`;
  }
  return text;
}

/** Whether the text has its JSON form beside its preview. */
export function hasJson(text: string, bytesMax: number): boolean {
  const left = bytesMax - bytesOf(JSON.stringify(previewOf(text, bytesMax)));
  const json = JSON.stringify(text);
  return json.length < left && bytesOf(json) <= left;
}

function bytesOf(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) bytes += unitBytes(text.charCodeAt(i));
  return bytes;
}

const unitBytes = (code: number): number =>
  code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;

export function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0) as number;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else {
      if (code < 0x10000) bytes.push(0xe0 | (code >> 12));
      else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63));
      bytes.push(0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    }
  }
  return bytes;
}

/** The decoder of the Encoding standard. */
export function textOfUtf8(bytes: readonly number[]): string {
  let text = "";
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i++] as number;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const more = first >= 0xc2 && first <= 0xdf ? 1 : first >> 4 === 0xe ? 2 : 0;
    let left = more === 0 && first >= 0xf0 && first <= 0xf4 ? 3 : more;
    let code = left === 0 ? 0xfffd : first & (0x3f >> left);
    let low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    let high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    for (; left > 0; left--) {
      const next = bytes[i] ?? 0;
      if (next < low || next > high) {
        code = 0xfffd;
        break;
      }
      code = (code << 6) | (next & 63);
      [low, high] = [0x80, 0xbf];
      i++;
    }
    text += String.fromCodePoint(code);
  }
  return text;
}

/** As Node has strings in quotes inside an object. */
export function quoted(text: string): string {
  const quote = !text.includes("'") ? "'" : !text.includes('"') ? '"' : "`";
  let shown = "";
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const named = { 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 92: "\\\\" }[code];
    if (named !== undefined) shown += named;
    else if (code < 32 || (code > 126 && code < 160)) {
      shown += `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`;
    } else if (code >= 0xd800 && code <= 0xdfff) shown += `\\u${code.toString(16)}`;
    else shown += character;
  }
  return quote + shown + quote;
}
