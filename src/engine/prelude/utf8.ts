import {
  charCodeAt,
  fromCharCode,
  list,
  min,
  NativeUint8Array,
  push,
  reflectApply,
  slice,
  typedArrayLength,
  typedArraySet,
} from "./primordials.ts";
import {
  decodePiece,
  encodePiece,
  endOfPiece,
  measurePiece,
  PIECE_LENGTH,
  WORTH_A_CALL,
} from "./transcode.ts";

const REPLACEMENT = 0xfffd;
const CHUNK_UNITS = 4096;

/** Collects UTF-16 units and makes strings of them by the chunk. */
export class Units {
  text = "";
  #units = list<number>();
  add(unit: number): void {
    push(this.#units, unit);
    if (this.#units.length >= CHUNK_UNITS) this.finish();
  }
  addCodePoint(code: number): void {
    if (code <= 0xffff) this.add(code);
    else {
      this.add(0xd800 + ((code - 0x10000) >> 10));
      this.add(0xdc00 + ((code - 0x10000) & 0x3ff));
    }
  }
  addText(text: string): void {
    this.text = this.finish() + text;
  }
  finish(): string {
    if (this.#units.length > 0) {
      this.text += reflectApply(fromCharCode, undefined, this.#units) as string;
      this.#units = list();
    }
    return this.text;
  }
}

/**
 * Writes as much of `text` as `into` holds, whole characters only; lone surrogates become U+FFFD.
 *
 * @returns UTF-16 units read and bytes written.
 */
export function writeUtf8(text: string, into: Uint8Array): { read: number; written: number } {
  const { length } = text;
  const room = typedArrayLength(into);
  let read = 0;
  let written = 0;
  for (let units = PIECE_LENGTH; units >= WORTH_A_CALL && length - read >= WORTH_A_CALL; ) {
    const end = endOfPiece(text, read, units);
    // What is left is less than this, and little of it may fit.
    if (end - read > room - written) {
      units >>= 1;
      continue;
    }
    const piece = encodePiece("utf8", slice(text, read, end));
    if (piece === undefined) break;
    if (typedArrayLength(piece) > room - written) {
      units >>= 1;
      continue;
    }
    typedArraySet(into, piece, written);
    written += typedArrayLength(piece);
    read = end;
  }
  return writeUnits(text, into, read, written);
}

function writeUnits(
  text: string,
  into: Uint8Array,
  from: number,
  to: number,
): { read: number; written: number } {
  const { length } = text;
  const room = typedArrayLength(into);
  let read = from;
  let at = to;
  while (read < length) {
    let code = charCodeAt(text, read);
    let units = 1;
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = code <= 0xdbff && read + 1 < length ? charCodeAt(text, read + 1) : 0;
      if (next >= 0xdc00 && next <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
        units = 2;
      } else code = REPLACEMENT;
    }
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (at + size > room) break;
    if (size === 1) into[at] = code;
    else {
      for (let i = size - 1; i > 0; i--) {
        into[at + i] = 0x80 | (code & 0x3f);
        code >>= 6;
      }
      into[at] = (size === 2 ? 0xc0 : size === 3 ? 0xe0 : 0xf0) | code;
    }
    at += size;
    read += units;
  }
  return { read, written: at };
}

export function utf8Bytes(text: string): Uint8Array {
  const into = new NativeUint8Array(utf8Length(text));
  writeUtf8(text, into);
  return into;
}

/** Bytes of the text in UTF-8, a lone surrogate as U+FFFD. */
export function utf8Length(text: string): number {
  const { length } = text;
  let bytes = 0;
  for (let at = 0; at < length; ) {
    const end = endOfPiece(text, at, PIECE_LENGTH);
    const piece = end - at === length ? text : slice(text, at, end);
    bytes += (end - at < WORTH_A_CALL ? undefined : measurePiece(piece)) ?? countBytes(piece);
    at = end;
  }
  return bytes;
}

function countBytes(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (code < 0x80) bytes++;
    else if (code < 0x800) bytes += 2;
    else if (code >= 0xd800 && code <= 0xdbff && i + 1 < text.length) {
      const next = charCodeAt(text, i + 1);
      if (next >= 0xdc00 && next <= 0xdfff) {
        bytes += 4;
        i++;
      } else bytes += 3;
    } else bytes += 3;
  }
  return bytes;
}

/** Where a piece of the bytes ends: a character that begins in it does not go on behind it. */
function endOfCharacters(bytes: Uint8Array, from: number, length: number): number {
  const most = min(from + PIECE_LENGTH, length);
  // No byte of a character but its first is another than these; it has three of them at most.
  let end = most - 1;
  while (end > most - 4 && isContinuation(bytes[end] as number)) end--;
  return isContinuation(bytes[end] as number) ? most : end;
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** The decoder of the Encoding standard, which can stop anywhere and go on with further bytes. */
export class Utf8Decoder {
  #code = 0;
  #seen = 0;
  #needed = 0;
  #lower = 0x80;
  #upper = 0xbf;

  /** @returns false at the first malformed byte where `fatal`. */
  decode(bytes: Uint8Array, out: Units, fatal: boolean, last: boolean): boolean {
    const length = typedArrayLength(bytes);
    let begun = 0;
    // What an earlier part began is ended first.
    while (begun < length && this.#needed !== 0) {
      if (!this.#decodeBytes(bytes, begun, begun + 1, out, fatal)) return false;
      begun++;
    }
    while (length - begun >= WORTH_A_CALL) {
      const end = endOfCharacters(bytes, begun, length);
      const text = decodePiece(fatal ? "strict" : "utf8", bytes, begun, end);
      if (text !== undefined) out.addText(text);
      else if (!this.#decodeBytes(bytes, begun, end, out, fatal)) return false;
      begun = end;
    }
    if (!this.#decodeBytes(bytes, begun, length, out, fatal)) return false;
    if (last && this.#needed !== 0) {
      this.#reset();
      if (fatal) return false;
      out.add(REPLACEMENT);
    }
    return true;
  }

  #decodeBytes(bytes: Uint8Array, from: number, to: number, out: Units, fatal: boolean): boolean {
    for (let i = from; i < to; i++) {
      const byte = bytes[i] as number;
      if (this.#needed === 0) {
        if (byte < 0x80) out.add(byte);
        else if (!this.#begin(byte)) {
          if (fatal) return false;
          out.add(REPLACEMENT);
        }
        continue;
      }
      if (byte < this.#lower || byte > this.#upper) {
        this.#reset();
        if (fatal) return false;
        out.add(REPLACEMENT);
        i--;
        continue;
      }
      this.#lower = 0x80;
      this.#upper = 0xbf;
      this.#code = (this.#code << 6) | (byte & 0x3f);
      this.#seen++;
      if (this.#seen === this.#needed) {
        out.addCodePoint(this.#code);
        this.#reset();
      }
    }
    return true;
  }

  #begin(byte: number): boolean {
    if (byte >= 0xc2 && byte <= 0xdf) {
      this.#needed = 1;
      this.#code = byte & 0x1f;
    } else if (byte >= 0xe0 && byte <= 0xef) {
      if (byte === 0xe0) this.#lower = 0xa0;
      if (byte === 0xed) this.#upper = 0x9f;
      this.#needed = 2;
      this.#code = byte & 0xf;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      if (byte === 0xf0) this.#lower = 0x90;
      if (byte === 0xf4) this.#upper = 0x8f;
      this.#needed = 3;
      this.#code = byte & 0x7;
    } else return false;
    return true;
  }

  #reset(): void {
    this.#code = 0;
    this.#seen = 0;
    this.#needed = 0;
    this.#lower = 0x80;
    this.#upper = 0xbf;
  }
}
