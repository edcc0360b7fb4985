const QUOTE = 34;
const BRACKET = 91;
const BACKSLASH = 92;
const BRACKET_END = 93;
const BRACE = 123;
const BRACE_END = 125;

/**
 * Whether a JSON text nests deeper than recursive code should have to follow. A text that is no JSON
 * may be counted wrongly: its parser refuses it.
 */
export function isTooDeep(text: string, depthMax: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === BRACKET || code === BRACE) {
      if (++depth > depthMax) return true;
    } else if (code === BRACKET_END || code === BRACE_END) depth--;
  }
  return false;
}
