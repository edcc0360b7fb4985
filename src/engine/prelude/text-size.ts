import { charCodeAt, isWellFormed, slice } from "./primordials.ts";
import { endOfPiece, measurePiece, PIECE_LENGTH, WORTH_A_CALL } from "./transcode.ts";

/** What a text takes in UTF-8 where a lone surrogate counts as the half of a pair: two bytes. */
export function unitBytes(text: string): number {
  const { length } = text;
  let bytes = 0;
  for (let at = 0; at < length; ) {
    const end = endOfPiece(text, at, PIECE_LENGTH);
    bytes += pieceBytes(end - at === length ? text : slice(text, at, end));
    at = end;
  }
  return bytes;
}

/** Whether it has no more than so many bytes. A long text is not looked at: it has a byte a unit. */
export const fits = (text: string, bytesMax: number): boolean =>
  text.length * 3 <= bytesMax || (text.length <= bytesMax && unitBytes(text) <= bytesMax);

/** As many of its units as have no more than so many bytes together. */
export function endWithin(text: string, bytesMax: number): number {
  const { length } = text;
  let left = bytesMax;
  let at = 0;
  for (let units = PIECE_LENGTH; units >= WORTH_A_CALL && at < length; ) {
    const end = endOfPiece(text, at, units);
    const bytes = end - at > left ? left + 1 : pieceBytes(slice(text, at, end));
    if (bytes > left) units >>= 1;
    else {
      left -= bytes;
      at = end;
    }
  }
  for (; at < length; at++) {
    left -= bytesOf(charCodeAt(text, at));
    if (left < 0) break;
  }
  return at;
}

function pieceBytes(piece: string): number {
  const { length } = piece;
  if (length >= WORTH_A_CALL && isWellFormed(piece)) {
    const measured = measurePiece(piece);
    if (measured !== undefined) return measured;
  }
  let bytes = 0;
  for (let i = 0; i < length; i++) bytes += bytesOf(charCodeAt(piece, i));
  return bytes;
}

/** Of a UTF-16 unit: a surrogate is half of four bytes. */
const bytesOf = (code: number): number =>
  code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
