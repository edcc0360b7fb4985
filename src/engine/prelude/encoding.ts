import { bytesOf } from "./bytes.ts";
import {
  coerce,
  hide,
  isWellFormed,
  min,
  NativeRangeError,
  NativeTypeError,
  NativeUint8Array,
  objectCreate,
  slice,
  symbolToStringTag,
  toLowerCase,
  trim,
  typedArrayLength,
  typedArrayName,
} from "./primordials.ts";
import { decodeInPieces, decodePiece, PIECE_LENGTH, WORTH_A_CALL } from "./transcode.ts";
import { Units, Utf8Decoder, utf8Bytes, writeUtf8 } from "./utf8.ts";

class TextEncoder {
  get encoding() {
    return "utf-8";
  }
  encode(text = ""): Uint8Array {
    return utf8Bytes(coerce(text));
  }
  encodeInto(text: string, into: Uint8Array): { read: number; written: number } {
    if (typedArrayName(into) !== "Uint8Array") {
      throw new NativeTypeError('The "dest" argument must be an instance of Uint8Array');
    }
    return writeUtf8(coerce(text), into);
  }
}
hide(TextEncoder.prototype, symbolToStringTag, "TextEncoder");

type Encoding = "utf-8" | "utf-16le" | "windows-1252";

/** Labels of the Encoding standard, for the encodings that are here. */
const LABELS: { readonly [label: string]: Encoding } = objectCreate(null);
const addLabels = (encoding: Encoding, labels: string): void => {
  for (const label of labels.split(" ")) (LABELS as Record<string, Encoding>)[label] = encoding;
};
addLabels("utf-8", "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8");
addLabels("utf-16le", "utf-16le utf-16 ucs-2 unicode iso-10646-ucs-2 csunicode unicodefeff");
addLabels(
  "windows-1252",
  "latin1 iso-8859-1 ascii us-ascii windows-1252 cp1252 l1 ansi_x3.4-1968 iso8859-1 iso88591 iso_8859-1 ibm819 cp819 csisolatin1 iso-ir-100 x-cp1252",
);

/** What windows-1252 makes of the bytes 0x80 to 0x9f. */
const WINDOWS_1252 = [
  0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152,
  0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122,
  0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
];

class TextDecoder {
  #encoding: Encoding;
  #fatal: boolean;
  #ignoreBom: boolean;
  #utf8 = new Utf8Decoder();
  /** The first byte of a UTF-16 unit whose second has not come yet. */
  #pendingByte = -1;
  /** A high surrogate whose low one has not come yet. */
  #pendingHigh = 0;
  #begun = false;

  constructor(label = "utf-8", options?: { fatal?: boolean; ignoreBOM?: boolean }) {
    const encoding = LABELS[toLowerCase(trim(coerce(label)))];
    if (encoding === undefined) {
      const error = new NativeRangeError(`The "${label}" encoding is not supported`);
      hide(error, "code", "ERR_ENCODING_NOT_SUPPORTED");
      throw error;
    }
    this.#encoding = encoding;
    this.#fatal = !!options?.fatal;
    this.#ignoreBom = !!options?.ignoreBOM;
  }
  get encoding() {
    return this.#encoding;
  }
  get fatal() {
    return this.#fatal;
  }
  get ignoreBOM() {
    return this.#ignoreBom;
  }
  decode(input?: unknown, options?: { stream?: boolean }): string {
    const bytes = input === undefined ? new NativeUint8Array(0) : bytesOf(input);
    const last = !options?.stream;
    const out = new Units();
    let good = true;
    if (this.#encoding === "utf-8") good = this.#utf8.decode(bytes, out, this.#fatal, last);
    else if (this.#encoding === "utf-16le") good = this.#decodeUtf16(bytes, out, last);
    else decodeLatin(bytes, out);
    if (!good) {
      this.#restart();
      const error = new NativeTypeError(
        `The encoded data was not valid for encoding ${this.#encoding}`,
      );
      hide(error, "code", "ERR_ENCODING_INVALID_ENCODED_DATA");
      throw error;
    }
    let text = out.finish();
    if (!this.#begun && text !== "") {
      this.#begun = true;
      if (!this.#ignoreBom && this.#encoding !== "windows-1252" && text[0] === "\ufeff") {
        text = slice(text, 1);
      }
    }
    if (last) this.#restart();
    return text;
  }

  #restart(): void {
    this.#begun = false;
    this.#pendingByte = -1;
    this.#pendingHigh = 0;
    this.#utf8 = new Utf8Decoder();
  }

  #decodeUtf16(bytes: Uint8Array, out: Units, last: boolean): boolean {
    const count = typedArrayLength(bytes);
    let begun = 0;
    while (this.#pendingByte === -1 && this.#pendingHigh === 0 && count - begun >= WORTH_A_CALL) {
      let end = begun + min(PIECE_LENGTH, count - begun - ((count - begun) % 2));
      // A pair may go on in the next piece.
      if (((bytes[end - 1] as number) & 0xfc) === 0xd8) end -= 2;
      const text = decodePiece("utf16le", bytes, begun, end);
      if (text === undefined || !isWellFormed(text)) break;
      out.addText(text);
      begun = end;
    }
    for (let i = begun; i < count; i++) {
      const byte = bytes[i] as number;
      if (this.#pendingByte === -1) {
        this.#pendingByte = byte;
        continue;
      }
      const unit = this.#pendingByte | (byte << 8);
      this.#pendingByte = -1;
      if (!this.#addUnit(unit, out)) return false;
    }
    if (last && (this.#pendingByte !== -1 || this.#pendingHigh !== 0)) {
      if (this.#fatal) return false;
      out.add(0xfffd);
    }
    return true;
  }

  #addUnit(unit: number, out: Units): boolean {
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (this.#pendingHigh !== 0) {
      const high = this.#pendingHigh;
      this.#pendingHigh = 0;
      if (isLow) {
        out.add(high);
        out.add(unit);
        return true;
      }
      if (this.#fatal) return false;
      out.add(0xfffd);
    }
    if (unit >= 0xd800 && unit <= 0xdbff) this.#pendingHigh = unit;
    else if (isLow) {
      if (this.#fatal) return false;
      out.add(0xfffd);
    } else out.add(unit);
    return true;
  }
}
hide(TextDecoder.prototype, symbolToStringTag, "TextDecoder");

function decodeLatin(bytes: Uint8Array, out: Units): void {
  const count = typedArrayLength(bytes);
  const text = count >= WORTH_A_CALL ? decodeInPieces("windows-1252", bytes) : undefined;
  if (text !== undefined) {
    out.addText(text);
    return;
  }
  for (let i = 0; i < count; i++) {
    const byte = bytes[i] as number;
    out.add(byte >= 0x80 && byte <= 0x9f ? (WINDOWS_1252[byte - 0x80] as number) : byte);
  }
}

export { TextDecoder, TextEncoder };
