import { DOMException } from "./dom-exception.ts";
import {
  charCodeAt,
  coerce,
  endsWith,
  floor,
  join,
  list,
  NativeTypeError,
  native,
  push,
  slice,
} from "./primordials.ts";
import { decodeInPieces, encodeInPieces, WORTH_A_CALL } from "./transcode.ts";
import { Units } from "./utf8.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PAD = 61;

const invalid = (message: string): Error => new DOMException(message, "InvalidCharacterError");

/** Bytes, one in each UTF-16 unit of the text, as base64. */
export function btoa(data: unknown): string {
  const text = coerce(data);
  if (text.length >= WORTH_A_CALL) {
    const bytes = encodeInPieces("binary", text, text.length);
    const encoded = bytes && decodeInPieces("base64", bytes);
    if (encoded !== undefined) return encoded;
  }
  const parts = list<string>();
  for (let i = 0; i < text.length; i += 3) {
    const a = charCodeAt(text, i);
    const b = i + 1 < text.length ? charCodeAt(text, i + 1) : 0;
    const c = i + 2 < text.length ? charCodeAt(text, i + 2) : 0;
    if (a > 255 || b > 255 || c > 255) throw invalid("Invalid character");
    push(
      parts,
      (ALPHABET[a >> 2] as string) +
        ALPHABET[((a & 3) << 4) | (b >> 4)] +
        (i + 1 < text.length ? ALPHABET[((b & 15) << 2) | (c >> 6)] : "=") +
        (i + 2 < text.length ? ALPHABET[c & 63] : "="),
    );
  }
  return join(parts, "");
}

function sextet(code: number): number {
  if (code >= 65 && code <= 90) return code - 65;
  if (code >= 97 && code <= 122) return code - 71;
  if (code >= 48 && code <= 57) return code + 4;
  if (code === 43) return 62;
  return code === 47 ? 63 : -1;
}

const isSpace = (code: number): boolean =>
  code === 32 || code === 9 || code === 10 || code === 12 || code === 13;

/** Of a text of letters alone; undefined for any other. */
export function base64Bytes(as: "base64" | "base64url", text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  return encodeInPieces(as, text, floor((text.length * 3) / 4));
}

function withoutPads(text: string): string {
  if (!endsWith(text, "=")) return text;
  return slice(text, 0, endsWith(text, "==") ? -2 : -1);
}

/** The forgiving decoding of the web: white space anywhere, padding optional. */
export function atob(data: unknown): string {
  const text = coerce(data);
  if (text.length >= WORTH_A_CALL && text.length % 4 === 0) {
    const bytes = base64Bytes("base64", withoutPads(text));
    const decoded = bytes && decodeInPieces("latin1", bytes);
    if (decoded !== undefined) return decoded;
  }
  const out = new Units();
  let bits = 0;
  let count = 0;
  let pads = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (isSpace(code)) continue;
    if (code === PAD) {
      pads++;
      continue;
    }
    const value = sextet(code);
    if (value === -1) throw invalid("Invalid character");
    if (pads > 0) {
      throw invalid("The string to be decoded is not correctly encoded.");
    }
    bits = (bits << 6) | value;
    count++;
    if (count % 4 === 0) {
      out.add((bits >> 16) & 255);
      out.add((bits >> 8) & 255);
      out.add(bits & 255);
      bits = 0;
    }
  }
  const left = count % 4;
  if (left === 1 || (pads > 0 && (count + pads) % 4 !== 0) || pads > 2) {
    throw invalid("The string to be decoded is not correctly encoded.");
  }
  if (left === 2) out.add((bits >> 4) & 255);
  if (left === 3) {
    out.add((bits >> 10) & 255);
    out.add((bits >> 2) & 255);
  }
  return out.finish();
}

const needOne =
  (fn: (data: unknown) => string) =>
  (...args: unknown[]): string => {
    if (args.length === 0) throw new NativeTypeError("The argument must be specified");
    return fn(args[0]);
  };

export const base64Globals = {
  atob: native("atob", 1, needOne(atob)),
  btoa: native("btoa", 1, needOne(btoa)),
};
