import { countGarbage } from "./garbage.ts";

/**
 * Text into and out of a guest's memory. JavaScript strings are sequences of 16-bit units of any
 * value; the engine reads and writes them as UTF-8 with lone surrogates as three bytes each (WTF-8).
 */

const wellFormedDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that `writeText` needs, without the terminating NUL. */
export function textBytes(text: string): number {
  return Buffer.byteLength(text);
}

/** Writes `text` at `at`. The caller has made sure of textBytes(text) bytes. */
export function writeText(memory: Buffer, at: number, text: string): void {
  if (text.isWellFormed()) {
    memory.write(text, at, "utf8");
    return;
  }
  let to = at;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code >= 0xd800 && code <= 0xdfff) {
      memory[to++] = 0xe0 | (code >> 12);
      memory[to++] = 0x80 | ((code >> 6) & 0x3f);
      memory[to++] = 0x80 | (code & 0x3f);
    } else {
      to += memory.write(character, to, "utf8");
    }
  }
}

export function readText(bytes: Uint8Array): string {
  try {
    return wellFormedDecoder.decode(bytes);
  } catch {
    return readLoosely(bytes);
  }
}

/** U+FFFD. */
const REPLACEMENT = 0xfffd;

/** Lone surrogates survive; whatever is no UTF-8 at all becomes U+FFFD, one per byte. */
function readLoosely(bytes: Uint8Array): string {
  // A list of characters would take many times as much memory as the text.
  const units = new Uint16Array(bytes.length);
  let length = 0;
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] as number;
    const size =
      first < 0x80
        ? 1
        : first < 0xc2
          ? 0
          : first < 0xe0
            ? 2
            : first < 0xf0
              ? 3
              : first < 0xf5
                ? 4
                : 0;
    let code = size === 1 ? first : first & (0x7f >> size);
    let taken = size;
    for (let i = 1; i < size; i++) {
      const next = bytes[at + i] ?? 0;
      if ((next & 0xc0) !== 0x80) taken = 0;
      code = (code << 6) | (next & 0x3f);
    }
    if (taken === 0 || code > 0x10ffff) code = REPLACEMENT;
    if (code > 0xffff) {
      units[length++] = 0xd7c0 + (code >> 10);
      units[length++] = 0xdc00 | (code & 0x3ff);
    } else units[length++] = code;
    at += Math.max(taken, 1);
  }
  const text = Buffer.from(units.buffer, 0, length * units.BYTES_PER_ELEMENT).toString("utf16le");
  // The units, and the text, which is parsed into another one.
  countGarbage(2 * units.byteLength);
  return text;
}
