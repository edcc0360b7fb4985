/**
 * Words that are mostly zero, as runs: a u32 (little endian) of which the low 16 bits say how many
 * zeros come first and the high 16 bits how many words follow, then those words. Zeros at the end are
 * left out. What an execution changes in a heap is so thin that this is about as short as compressing
 * it, at a fraction of the time.
 */
const RUN_WORDS_MAX = 0xffff;

/** So many zeros cost less inside a run than a new one. */
const GAP_WORDS_MAX = 1;

/**
 * @param words    What to write.
 * @param places   Where words are not zero, ascending; `count` of them.
 * @param out      Gets the runs.
 * @returns How many words of `out` were written; -1: they do not fit.
 */
export function encodeSparse(
  words: Uint32Array,
  places: Uint32Array,
  count: number,
  out: Uint32Array,
): number {
  let to = 0;
  let done = 0;
  for (let i = 0; i < count; ) {
    const from = places[i] as number;
    let end = from + 1;
    for (i++; i < count; i++) {
      const next = places[i] as number;
      if (next - end > GAP_WORDS_MAX || next - from >= RUN_WORDS_MAX) break;
      end = next + 1;
    }
    let zeros = from - done;
    for (; zeros > RUN_WORDS_MAX; zeros -= RUN_WORDS_MAX) out[to++] = RUN_WORDS_MAX;
    if (to + 1 + end - from > out.length) return -1;
    out[to++] = (zeros | ((end - from) << 16)) >>> 0;
    for (let at = from; at < end; at++) out[to++] = words[at] as number;
    done = end;
  }
  return to;
}

/** The bytes may be hostile. @returns false: they make more than `count` words, or end too early */
export function decodeSparse(bytes: Buffer, out: Uint32Array, count: number): boolean {
  out.fill(0, 0, count);
  let to = 0;
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) return false;
    const run = bytes.readUInt32LE(at);
    at += 4;
    to += run & RUN_WORDS_MAX;
    const length = run >>> 16;
    if (to + length > count || at + length * 4 > bytes.length) return false;
    for (let i = 0; i < length; i++, at += 4) out[to++] = bytes.readUInt32LE(at);
  }
  return to <= count;
}
