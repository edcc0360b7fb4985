/** Why a text that JSON.parse takes is refused all the same; `path` is a JSON pointer. */
export interface JsonFlaw {
  readonly path: string;
  readonly message: string;
}

const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * The first field that stands twice in one object (JSON.parse would drop the first of them), or the
 * first value nested deeper than `depthMax` (what is parsed is later written by recursive code).
 *
 * @param text  Valid JSON.
 */
export function findFlaw(text: string, depthMax: number): JsonFlaw | undefined {
  /** Per open object the names seen, per open array undefined. */
  const open: (Set<string> | undefined)[] = [];
  let expectsKey = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        if (expectsKey) {
          const key = JSON.parse(text.slice(at, end + 1)) as string;
          const names = open.at(-1)!;
          if (names.has(key)) return { path: `/${key}`, message: "is given twice" };
          names.add(key);
          expectsKey = false;
        }
        at = end;
        break;
      }
      case OPEN_OBJECT:
      case OPEN_ARRAY: {
        const isObject = text.charCodeAt(at) === OPEN_OBJECT;
        if (open.length === depthMax) {
          return { path: "", message: `is nested deeper than ${depthMax} levels` };
        }
        open.push(isObject ? new Set() : undefined);
        expectsKey = isObject;
        break;
      }
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        open.pop();
        expectsKey = false;
        break;
      case COMMA:
        expectsKey = open.at(-1) !== undefined;
        break;
    }
  }
  return undefined;
}

/** Where the string that begins at `start` ends: its closing quote. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}
