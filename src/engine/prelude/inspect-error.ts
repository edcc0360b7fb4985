import { guestFrames, isEngineStack } from "./frames.ts";
import type { Context } from "./inspect.ts";
import { dropAt } from "./inspect-keys.ts";
import { prefix } from "./inspect-names.ts";
import { plainText, replaceAll, split } from "./inspect-text.ts";
import { takeStack } from "./late-stack.ts";
import { safeGet, safeHas } from "./look.ts";
import {
  arrayIncludes,
  arrayIndexOf,
  arrayIsArray,
  arraySplice,
  endsWith,
  includes,
  indexOf,
  isErrorObject,
  join,
  min,
  push,
  regExpExec,
  repeat,
  slice,
  startsWith,
} from "./primordials.ts";

/** `Name: message`, frames, indented; `keys` loses what the text says and gains cause and errors. */
export function formatError(
  context: Context,
  error: object,
  className: string | null,
  tag: string,
  keys: PropertyKey[],
): string {
  const name = textProperty(error, "name", "Error");
  const message = textProperty(error, "message", "");
  let stack = stackText(error);
  if (!context.showHidden) hideSaid(keys, error, stack);
  if (safeHas(error, "cause") && !arrayIncludes(keys, "cause")) push(keys, "cause");
  if (arrayIsArray(safeGet(error, "errors")) && !arrayIncludes(keys, "errors")) {
    push(keys, "errors");
  }
  stack = improveStack(stack, className, name, tag);
  const said = message === "" ? -1 : indexOf(stack, message);
  const start = indexOf(stack, "\n    at", said === -1 ? 0 : said + message.length);
  if (start === -1) stack = `[${stack}]`;
  else {
    const frames = framesBesidesCause(error, slice(stack, start + 1));
    stack = `${slice(stack, 0, start)}\n${join(frames, "\n")}`;
  }
  return context.indentation === 0
    ? stack
    : replaceAll(stack, "\n", `\n${repeat(" ", context.indentation)}`);
}

/** `Name: message`, as Error.prototype.toString would say it. */
export function errorHeader(error: object): string {
  const name = textProperty(error, "name", "Error");
  const message = textProperty(error, "message", "");
  if (message === "") return name;
  return name === "" ? message : `${name}: ${message}`;
}

/** A property that should be text: what it is where it is primitive, the fallback where it is absent. */
export function textProperty(error: object, key: string, fallback: string): string {
  const value = safeGet(error, key);
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return fallback;
  return typeof value === "object" || typeof value === "function" ? "[object]" : plainText(value);
}

/** The header and the guest's frames; a stack that the guest wrote is taken as it is. */
export function stackText(error: object): string {
  const stack = takeStack(error) ?? safeGet(error, "stack");
  if (typeof stack !== "string" || stack === "") return errorHeader(error);
  if (!isEngineStack(stack)) return stack;
  const frames = guestFrames(stack);
  return frames === "" ? errorHeader(error) : `${errorHeader(error)}\n${frames}`;
}

function hideSaid(keys: PropertyKey[], error: object, stack: string): void {
  const names = ["name", "message", "stack"];
  for (let i = 0; i < names.length; i++) {
    const key = names[i] as string;
    const index = arrayIndexOf(keys, key);
    if (index === -1) continue;
    const value = safeGet(error, key);
    if (typeof value === "string" && (key === "stack" || includes(stack, value))) {
      dropAt(keys, index);
    }
  }
}

const namePattern = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n {4}at)/;
const bareNamePattern = /^([a-z_A-Z0-9-]*Error)$/;

/** Says the class too, where the name is another's: `Foo [RangeError]: …`, `Foo: …`. */
function improveStack(stack: string, className: string | null, name: string, tag: string): string {
  const usual =
    endsWith(name, "Error") &&
    startsWith(stack, name) &&
    (stack.length === name.length || stack[name.length] === ":" || stack[name.length] === "\n");
  if (className !== null && !usual) return stack;
  let fallback = "Error";
  let { length } = name;
  if (className === null) {
    const found = regExpExec(namePattern, stack) ?? regExpExec(bareNamePattern, stack);
    fallback = found === null ? "" : (found[1] as string);
    length = fallback.length;
    if (fallback === "") fallback = "Error";
  }
  const before = slice(prefix(className, tag, fallback), 0, -1);
  if (name === before) return stack;
  if (!includes(before, name)) return `${before} [${name}]${slice(stack, length)}`;
  return length === 0 ? `${before}: ${stack}` : `${before}${slice(stack, length)}`;
}

/** Frames that the cause shows as well are said once, there. */
function framesBesidesCause(error: object, stack: string): string[] {
  const frames = split(stack, "\n");
  const cause = safeGet(error, "cause");
  if (typeof cause !== "object" || cause === null || !isErrorObject(cause)) return frames;
  const causeStack = stackText(cause);
  const start = indexOf(causeStack, "\n    at");
  if (start === -1) return frames;
  const theirs = split(slice(causeStack, start + 1), "\n");
  for (let i = 0; i < frames.length - 3; i++) {
    const at = arrayIndexOf(theirs, frames[i] as string);
    if (at === -1 || theirs.length - at <= 3) continue;
    const most = min(frames.length - i, theirs.length - at);
    let length = 1;
    while (most > length && frames[i + length] === theirs[at + length]) length++;
    if (length > 3) {
      const skipped = length - 2;
      const text = `    ... ${skipped} lines matching cause stack trace ...`;
      arraySplice(frames, i + 1, skipped, text);
      return frames;
    }
  }
  return frames;
}
