import { faultOf } from "./json-fault.ts";
import {
  endsWith,
  hide,
  indexOf,
  isErrorObject,
  native,
  objectGetPrototypeOf,
  slice,
  startsWith,
  toText,
} from "./primordials.ts";

const nativeParse = JSON.parse as (text: unknown, reviver?: unknown) => unknown;
const syntaxErrors = SyntaxError.prototype;

/** JSON.parse whose errors say what V8's do: what was expected, and at which position. */
export const jsonParseGlobal = native("parse", 2, (text: unknown, reviver?: unknown) => {
  try {
    return typeof reviver === "function" ? nativeParse(text, reviver) : nativeParse(text);
  } catch (error) {
    if (isSyntaxError(error)) {
      // An object was asked for its text once, and is not again.
      const isObject = text !== null && typeof text === "object";
      if (!isObject) reword(error, faultOf(toText(text)));
      else if (endsWith(error.message, "'object'")) reword(error, faultOf(OBJECT));
    }
    throw error;
  }
});

/** What most objects say. */
const OBJECT = "[object Object]";

const isSyntaxError = (error: unknown): error is SyntaxError =>
  isErrorObject(error) && objectGetPrototypeOf(error) === syntaxErrors;

function reword(error: SyntaxError, fault: string | undefined): void {
  if (fault === undefined) return;
  const { stack } = error;
  hide(error, "message", fault);
  if (typeof stack !== "string" || !startsWith(stack, "SyntaxError")) return;
  const frames = indexOf(stack, "\n    at ");
  hide(error, "stack", `SyntaxError: ${fault}${frames === -1 ? "" : slice(stack, frames)}`);
}
