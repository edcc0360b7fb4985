/** Deeper than any payload that a worker makes, shallow enough for every reader of it. */
const DEPTH_MAX = 256;

/**
 * The size of a value as JSON, in characters: a lower bound, found without making the text.
 *
 * @param value  What JSON.parse gave.
 * @returns undefined: nested too deeply, or larger than `charsMax`.
 */
export function plainJsonChars(value: unknown, charsMax: number): number | undefined {
  const left = spend(value, charsMax, DEPTH_MAX);
  return left < 0 ? undefined : charsMax - left;
}

/** What remains of `left` after the value; negative: too much. */
function spend(value: unknown, left: number, depth: number): number {
  if (typeof value === "string") return left - value.length - 2;
  if (typeof value !== "object" || value === null) return left - 1;
  if (depth === 0) return -1;
  let rest = left - 2;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && rest >= 0; i++) {
      rest = spend(value[i], rest - 1, depth - 1);
    }
    return rest;
  }
  for (const key in value) {
    rest -= key.length + 4;
    if (rest < 0) return -1;
    rest = spend((value as Record<string, unknown>)[key], rest, depth - 1);
  }
  return rest;
}
