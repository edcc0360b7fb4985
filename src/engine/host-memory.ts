/**
 * Memory that the host takes for a guest piece by piece, as for the syntax tree of a text, which may be
 * a hundred times as large as the text. Whoever watches from outside may look too late on a busy
 * machine; so what makes the pieces looks itself, every so many of them.
 */

/** Of a few hundred bytes each. */
const PIECES_PER_LOOK = 1024;

/** There is no more for this guest: the execution ends. */
export class HostMemoryFull extends Error {
  override readonly name = "HostMemoryFull";
}

/**
 * @param nextBytes  What may be asked for in one go before the next look: a list of all pieces, as it
 * grows by half.
 * @throws HostMemoryFull
 */
type AssertRoom = (nextBytes: number) => void;

const LIST_BYTES_PER_PIECE = 8 * 1.5;

let assertRoom: AssertRoom = () => {};
let pieces = 0;

/** @param assert  Called now and then while `work` takes memory. @throws HostMemoryFull of its */
export function withinRoom<T>(assert: AssertRoom, work: () => T): T {
  const outer = assertRoom;
  const outerPieces = pieces;
  assertRoom = assert;
  pieces = 0;
  try {
    return work();
  } finally {
    assertRoom = outer;
    pieces = outerPieces;
  }
}

/** A piece is about to be made. @throws HostMemoryFull */
export function countPiece(): void {
  if (++pieces % PIECES_PER_LOOK === 0) assertRoom(pieces * LIST_BYTES_PER_PIECE);
}

/** So many bytes are about to be taken in one go. @throws HostMemoryFull */
export function assertRoomFor(bytes: number): void {
  assertRoom(bytes);
}
