import { BRACE, BRACE_END, BRACKET, BRACKET_END, someMark } from "./json-marks.ts";

/** Whether a JSON text nests deeper than recursive code should have to follow. */
export function isTooDeep(text: string, depthMax: number): boolean {
  let depth = 0;
  return someMark(text, (code) => {
    if (code === BRACKET || code === BRACE) return ++depth > depthMax;
    if (code === BRACKET_END || code === BRACE_END) depth--;
    return false;
  });
}
