/** Numbers of 64 bits as the kernel's structures have them, little endian, two words each. */

const TWO_32 = 2 ** 32;

/** In memory that stays where it is. */
export function wordsOf(values: readonly number[]): Uint32Array {
  const words = new Uint32Array(new ArrayBuffer(values.length * 8));
  values.forEach((value, index) => {
    put(words, index, value);
  });
  return words;
}

/** @param index  Of the number. */
export function put(words: Uint32Array, index: number, value: number): void {
  words[index * 2] = value % TWO_32;
  words[index * 2 + 1] = Math.floor(value / TWO_32);
}

/** @param index  Of the number. */
export const at = (words: Uint32Array, index: number): number =>
  (words[index * 2] as number) + (words[index * 2 + 1] as number) * TWO_32;
