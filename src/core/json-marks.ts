export const COMMA = 44;
export const QUOTE = 34;
export const BRACKET = 91;
export const BRACKET_END = 93;
export const BRACE = 123;
export const BRACE_END = 125;
const BACKSLASH = 92;

/**
 * Reads the code units of a JSON text that stand outside of its strings, and of a string the quote that
 * opens it. A text that is no JSON may be read wrongly: its parser refuses it.
 *
 * @param visit  Returns true to stop.
 * @returns Whether it was stopped.
 */
export function someMark(text: string, visit: (code: number) => boolean): boolean {
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) inString = false;
      continue;
    }
    if (visit(code)) return true;
    inString = code === QUOTE;
  }
  return false;
}
