/**
 * One delta that does what these do one after another, made in short steps.
 *
 * @param deltas  Oldest first.
 * @returns Undefined: it would take more memory than `rawBytesMax`.
 */
export type MergeDeltas = (
  deltas: readonly Uint8Array[],
  rawBytesMax: number,
) => Generator<void, Uint8Array | undefined>;
