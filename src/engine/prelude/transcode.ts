import { callHost } from "./host.ts";
import type { TextEncoding } from "./interface.ts";
import {
  charCodeAt,
  jsonParse,
  min,
  NativeUint8Array,
  quote,
  slice,
  typedArrayBuffer,
  typedArrayByteOffset,
  typedArrayLength,
  typedArraySet,
} from "./primordials.ts";

/**
 * Long texts and bytes go through the host in pieces, where a loop here would take many times as long.
 * A piece that the host does not answer is left to the loop.
 */

/** Units or bytes of a piece: of whole groups of base64 and of whole UTF-16 units. */
export const PIECE_LENGTH = 24 * 1024;

/** What is shorter is done in a loop before the host would be asked. */
export const WORTH_A_CALL = 48;

export function encodePiece(as: TextEncoding, text: string): Uint8Array | undefined {
  const answer: unknown = callHost("encode", `{"as":"${as}","text":${quote(text)}}`);
  return typeof answer === "object" ? new NativeUint8Array(answer as ArrayBuffer) : undefined;
}

export function decodePiece(
  as: TextEncoding,
  bytes: Uint8Array,
  from: number,
  to: number,
): string | undefined {
  const copy = new NativeUint8Array(to - from);
  const start = typedArrayByteOffset(bytes) + from;
  typedArraySet(copy, new NativeUint8Array(typedArrayBuffer(bytes), start, to - from));
  const answer = callHost("decode", `{"as":"${as}"}`, typedArrayBuffer(copy));
  const text = typeof answer === "string" ? jsonParse(answer) : undefined;
  return typeof text === "string" ? text : undefined;
}

/** Bytes that a piece of text has in UTF-8, a lone surrogate three. */
export function measurePiece(text: string): number | undefined {
  const answer = callHost("encode", `{"as":"length","text":${quote(text)}}`);
  const length = typeof answer === "string" ? jsonParse(answer) : undefined;
  return typeof length === "number" ? length : undefined;
}

/** Where a piece of text that begins at `from` ends: not between the halves of a pair. */
export function endOfPiece(text: string, from: number, length: number): number {
  const end = from + length;
  if (end >= text.length) return text.length;
  const last = charCodeAt(text, end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

/** The bytes of a text, of which there are so many; undefined where they are no text's. */
export function encodeInPieces(
  as: TextEncoding,
  text: string,
  byteLength: number,
): Uint8Array | undefined {
  const into = new NativeUint8Array(byteLength);
  let at = 0;
  for (let from = 0; from < text.length; from += PIECE_LENGTH) {
    const piece = encodePiece(as, slice(text, from, from + PIECE_LENGTH));
    if (piece === undefined || at + typedArrayLength(piece) > byteLength) return undefined;
    typedArraySet(into, piece, at);
    at += typedArrayLength(piece);
  }
  return at === byteLength ? into : undefined;
}

/** The text of bytes that can be divided after every PIECE_LENGTH. */
export function decodeInPieces(as: TextEncoding, bytes: Uint8Array): string | undefined {
  const length = typedArrayLength(bytes);
  let text = "";
  for (let from = 0; from < length; from += PIECE_LENGTH) {
    const piece = decodePiece(as, bytes, from, min(from + PIECE_LENGTH, length));
    if (piece === undefined) return undefined;
    text += piece;
  }
  return text;
}
