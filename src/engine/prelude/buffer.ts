import { atob, base64Bytes, btoa } from "./base64.ts";
import { bytesOf } from "./bytes.ts";
import { TextDecoder } from "./encoding.ts";
import {
  charCodeAt,
  coerce,
  fromCharCode,
  hide,
  indexOf,
  max,
  min,
  NativeTypeError,
  NativeUint8Array,
  numberIsNaN,
  numberToString,
  padStart,
  parseIntOf,
  slice,
  symbolFor,
  toLowerCase,
  typedArrayBuffer,
  typedArrayByteOffset,
  typedArrayLength,
  typedArraySet,
} from "./primordials.ts";
import { decodeInPieces, encodeInPieces, WORTH_A_CALL } from "./transcode.ts";
import { utf8Bytes, utf8Length } from "./utf8.ts";

/**
 * Node's Buffer, as far as packages and people use it for text and bytes: made from text, bytes and
 * lists, compared, joined, and turned into text again. Numbers are read and written with a DataView.
 */
type Encoding = "utf8" | "hex" | "base64" | "base64url" | "latin1" | "ascii" | "utf16le";

const ENCODINGS: Readonly<Record<string, Encoding>> = {
  __proto__: null as never,
  utf8: "utf8",
  "utf-8": "utf8",
  hex: "hex",
  base64: "base64",
  base64url: "base64url",
  latin1: "latin1",
  binary: "latin1",
  ascii: "ascii",
  utf16le: "utf16le",
  "utf-16le": "utf16le",
  ucs2: "utf16le",
  "ucs-2": "utf16le",
};

function encodingOf(given: unknown): Encoding {
  const known = given === undefined ? "utf8" : ENCODINGS[toLowerCase(coerce(given))];
  if (known === undefined) throw new NativeTypeError(`Unknown encoding: ${coerce(given)}`);
  return known;
}

/** Node reads hex as far as it is hex. */
function hexPairs(text: string): number {
  const whole = text.length >> 1;
  for (let i = 0; i < whole * 2; i++) if (!isHexDigit(charCodeAt(text, i))) return i >> 1;
  return whole;
}

const isHexDigit = (code: number): boolean =>
  (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 102);

function encode(text: string, encoding: Encoding): Uint8Array {
  const long = text.length >= WORTH_A_CALL ? encodeLong(text, encoding) : undefined;
  if (long !== undefined) return long;
  switch (encoding) {
    case "utf8":
      return utf8Bytes(text);
    case "hex":
      return fill(hexPairs(text), (i) => parseIntOf(slice(text, i * 2, i * 2 + 2), 16));
    case "utf16le":
      return fill(text.length * 2, (i) => charCodeAt(text, i >> 1) >> (i % 2 === 0 ? 0 : 8));
    case "base64":
    case "base64url":
      return encode(atob(standardBase64(text)), "latin1");
    default:
      return fill(text.length, (i) => charCodeAt(text, i));
  }
}

/** Undefined where the text is left to the loops, which know what to do with what is no letter. */
function encodeLong(text: string, encoding: Encoding): Uint8Array | undefined {
  const { length } = text;
  switch (encoding) {
    case "utf8":
      return undefined;
    case "hex":
      return length % 2 === 0 ? encodeInPieces("hex", text, length >> 1) : undefined;
    case "utf16le":
      return encodeInPieces("utf16le", text, length * 2);
    case "base64":
    case "base64url": {
      const end = indexOf(text, "=");
      return base64Bytes("base64url", end === -1 ? text : slice(text, 0, end));
    }
    default:
      return encodeInPieces("latin1", text, length);
  }
}

function decode(bytes: Uint8Array, encoding: Encoding): string {
  if (encoding === "utf8") return UTF8.decode(bytes);
  const length = typedArrayLength(bytes);
  if (length >= WORTH_A_CALL) {
    const whole = encoding === "utf16le" && length % 2 === 1 ? evenPart(bytes) : bytes;
    const long = decodeInPieces(encoding, whole);
    if (long !== undefined) return long;
  }
  let text = "";
  if (encoding === "utf16le") {
    for (let i = 0; i + 1 < length; i += 2) {
      text += fromCharCode((bytes[i] as number) | ((bytes[i + 1] as number) << 8));
    }
    return text;
  }
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] as number;
    if (encoding === "hex") text += padStart(numberToString(byte, 16), 2, "0");
    else text += fromCharCode(encoding === "ascii" ? byte & 0x7f : byte);
  }
  if (encoding === "base64") return btoa(text);
  return encoding === "base64url" ? urlBase64(btoa(text)) : text;
}

const evenPart = (bytes: Uint8Array): Uint8Array =>
  new NativeUint8Array(
    typedArrayBuffer(bytes),
    typedArrayByteOffset(bytes),
    typedArrayLength(bytes) - 1,
  );

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

function fill(length: number, byteAt: (index: number) => number): Uint8Array {
  const bytes = new NativeUint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = byteAt(i);
  return bytes;
}

/** Node forgives what is no letter of the alphabet, and both alphabets are one. */
function standardBase64(text: string): string {
  let kept = "";
  for (let i = 0; i < text.length && text[i] !== "="; i++) {
    const char = text[i] as string;
    const code = charCodeAt(char, 0);
    if (char === "-") kept += "+";
    else if (char === "_") kept += "/";
    else if (isAlphanumeric(code) || char === "+" || char === "/") kept += char;
  }
  return kept.length % 4 === 1 ? slice(kept, 0, -1) : kept;
}

function urlBase64(text: string): string {
  let kept = "";
  for (let i = 0; i < text.length && text[i] !== "="; i++) {
    const char = text[i] as string;
    kept += char === "+" ? "-" : char === "/" ? "_" : char;
  }
  return kept;
}

const isAlphanumeric = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

function compare(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
  const length = min(typedArrayLength(a), typedArrayLength(b));
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  const longer = typedArrayLength(a) - typedArrayLength(b);
  return longer === 0 ? 0 : longer < 0 ? -1 : 1;
}

/** Bytes that an inspected Buffer shows. */
const SHOWN_MAX = 50;

export class Buffer extends NativeUint8Array {
  static override from(source: unknown, encodingOrOffset?: unknown, length?: unknown): Buffer {
    if (typeof source === "string") return viewOf(encode(source, encodingOf(encodingOrOffset)));
    if (source === null || typeof source !== "object") {
      throw new NativeTypeError(
        "The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array",
      );
    }
    if (source instanceof ArrayBuffer) {
      return new Buffer(source, encodingOrOffset as number, length as number);
    }
    const list = (source as { data?: ArrayLike<number> }).data ?? (source as ArrayLike<number>);
    return viewOf(new NativeUint8Array(list));
  }

  static override of(...bytes: number[]): Buffer {
    return viewOf(new NativeUint8Array(bytes));
  }

  static alloc(length: number, value: unknown = 0, encoding?: unknown): Buffer {
    const made = new Buffer(length);
    return value === 0 ? made : made.fill(value as number, 0, length, encoding);
  }

  static allocUnsafe(length: number): Buffer {
    return new Buffer(length);
  }

  static isBuffer(value: unknown): boolean {
    return value instanceof Buffer;
  }

  static isEncoding(name: unknown): boolean {
    return typeof name === "string" && ENCODINGS[toLowerCase(name)] !== undefined;
  }

  static byteLength(value: unknown, encoding?: unknown): number {
    if (typeof value !== "string") return typedArrayLength(bytesOf(value));
    const known = encodingOf(encoding);
    return known === "utf8" ? utf8Length(value) : typedArrayLength(encode(value, known));
  }

  static concat(list: readonly Uint8Array[], totalLength?: number): Buffer {
    let length = 0;
    for (let i = 0; i < list.length; i++) length += typedArrayLength(list[i]);
    const joined = new Buffer(totalLength ?? length);
    let at = 0;
    for (let i = 0; i < list.length && at < joined.length; i++) {
      const part = list[i] as Uint8Array;
      const room = joined.length - at;
      typedArraySet(joined, part.length > room ? part.subarray(0, room) : part, at);
      at += part.length;
    }
    return joined;
  }

  static compare(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
    return compare(a, b);
  }

  override toString(encoding?: unknown, start = 0, end: number = this.length): string {
    const whole = start <= 0 && end >= this.length;
    return decode(whole ? this : this.subarray(start, end), encodingOf(encoding));
  }

  toJSON(): { type: string; data: number[] } {
    const data: number[] = [];
    for (let i = 0; i < this.length; i++) data[i] = this[i] as number;
    return { type: "Buffer", data };
  }

  equals(other: Uint8Array): boolean {
    return compare(this, other) === 0;
  }

  compare(
    other: Uint8Array,
    otherStart = 0,
    otherEnd = typedArrayLength(other),
    start = 0,
    end: number = this.length,
  ): -1 | 0 | 1 {
    return compare(viewOf(this).subarray(start, end), viewOf(other).subarray(otherStart, otherEnd));
  }

  write(text: string, ...where: [offset?: unknown, length?: unknown, encoding?: unknown]): number {
    let given = 0;
    const offset = typeof where[0] === "string" ? 0 : ((where[given++] ?? 0) as number);
    const room = this.length - offset;
    const most = typeof where[given] === "string" ? room : ((where[given++] ?? room) as number);
    const encoding = encodingOf(where[given]);
    const bytes = encode(text, encoding);
    const length = wholeUnits(bytes, min(most, room, bytes.length), encoding);
    typedArraySet(this, bytes.subarray(0, length), offset);
    return length;
  }

  copy(target: Uint8Array, at = 0, start = 0, end: number = this.length): number {
    const part = this.subarray(start, min(end, start + target.length - at));
    typedArraySet(target, part, at);
    return part.length;
  }

  /** Of the same memory, unlike that of other typed arrays: as Node has it. */
  override slice(start?: number, end?: number): Buffer {
    return this.subarray(start, end);
  }

  override subarray(start?: number, end?: number): Buffer {
    return super.subarray(start, end) as Buffer;
  }

  /** A text's encoding may come in the place of `start` or `end`. */
  override fill(value: unknown, start?: unknown, end?: unknown, encoding?: unknown): this {
    if (typeof value !== "string" && !(value instanceof NativeUint8Array))
      return super.fill(value as number, start as number, end as number);
    const named = typeof start === "string" ? start : typeof end === "string" ? end : encoding;
    const bytes = typeof value === "string" ? encode(value, encodingOf(named)) : value;
    const first = typeof start === "number" ? start : 0;
    const last = typeof end === "number" ? min(end, this.length) : this.length;
    const length = typedArrayLength(bytes);
    for (let i = first; i < last; i++) {
      this[i] = length === 0 ? 0 : (bytes[(i - first) % length] as number);
    }
    return this;
  }

  override indexOf(value: unknown, from?: unknown, encoding?: unknown): number {
    if (typeof value === "number") return super.indexOf(value & 255, from as number);
    const named = typeof from === "string" ? from : encoding;
    const bytes = sought(value, named);
    const { length } = this;
    const start = typeof from === "number" ? (from < 0 ? max(0, length + from) : from) : 0;
    for (let at = start; at + typedArrayLength(bytes) <= length; at++) {
      if (isAt(this, bytes, at)) return at;
    }
    return -1;
  }

  override lastIndexOf(value: unknown, from?: unknown, encoding?: unknown): number {
    const named = typeof from === "string" ? from : encoding;
    const bytes = typeof value === "number" ? Buffer.of(value) : sought(value, named);
    const last = this.length - typedArrayLength(bytes);
    const given = typeof from === "number" && !numberIsNaN(from) ? from : last;
    for (let at = min(given < 0 ? this.length + given : given, last); at >= 0; at--)
      if (isAt(this, bytes, at)) return at;
    return -1;
  }

  override includes(value: unknown, from?: unknown, encoding?: unknown): boolean {
    return this.indexOf(value, from, encoding) !== -1;
  }
}

/** What is looked for in a Buffer. */
function sought(value: unknown, encoding: unknown): Uint8Array {
  if (typeof value === "string") return encode(value, encodingOf(encoding));
  if (value instanceof NativeUint8Array) return value;
  throw new NativeTypeError(
    'The "value" argument must be one of type number or string or an instance of Buffer or Uint8Array',
  );
}

function isAt(bytes: Uint8Array, part: Uint8Array, at: number): boolean {
  const length = typedArrayLength(part);
  for (let i = 0; i < length; i++) if (bytes[at + i] !== part[i]) return false;
  return true;
}

/** How many of the first bytes are whole characters of the encoding: Node writes no part of one. */
function wholeUnits(bytes: Uint8Array, length: number, encoding: Encoding): number {
  if (encoding === "utf16le") return length - (length % 2);
  let whole = length;
  if (encoding === "utf8" && length < typedArrayLength(bytes))
    while (whole > 0 && ((bytes[whole] as number) & 0xc0) === 0x80) whole--;
  return whole;
}

function viewOf(bytes: Uint8Array): Buffer {
  return new Buffer(
    typedArrayBuffer(bytes) as ArrayBuffer,
    typedArrayByteOffset(bytes),
    typedArrayLength(bytes),
  );
}

hide(Buffer.prototype, symbolFor("nodejs.util.inspect.custom"), function (this: Buffer) {
  let text = this.length === 0 ? "<Buffer " : "<Buffer";
  for (let i = 0; i < this.length && i < SHOWN_MAX; i++) {
    text += ` ${padStart(numberToString(this[i] as number, 16), 2, "0")}`;
  }
  const more = this.length - SHOWN_MAX;
  return more > 0 ? `${text} ... ${more} more byte${more > 1 ? "s" : ""}>` : `${text}>`;
});
