import { OURS } from "./file-name.ts";
import {
  includes,
  indexOf,
  NativeError,
  objectGetOwnPropertyDescriptor,
  regExpExec,
  slice,
  startsWith,
  toNumber,
} from "./primordials.ts";

/** Frames that a stack shows, unless `Error.stackTraceLimit` says otherwise. */
const FRAMES_DEFAULT = 10;
const FRAMES_MAX = 1000;

const SCRIPT_FRAME = "    at <eval> (";

/** The frames of an engine's stack that are the guest's, without the line feed at the end. */
export function guestFrames(stack: string): string {
  const most = stackTraceLimit();
  let frames = "";
  let count = 0;
  for (let at = 0; at < stack.length && count < most; ) {
    let end = indexOf(stack, "\n", at);
    if (end === -1) end = stack.length;
    const line = slice(stack, at, end);
    at = end + 1;
    if (isOurs(line)) continue;
    if (count++ > 0) frames += "\n";
    frames += startsWith(line, SCRIPT_FRAME)
      ? `    at ${slice(line, SCRIPT_FRAME.length, -1)}`
      : line;
  }
  return frames;
}

/** Not the guest's, or no place at all: in the text of a JSON.parse, in Function.prototype.call. */
const isOurs = (line: string): boolean =>
  line === "" ||
  line === "    at apply (native)" ||
  line === "    at call (native)" ||
  startsWith(line, "    at <input>:") ||
  includes(line, `(${OURS}`) ||
  includes(line, `at ${OURS}`);

/**
 * The frames of the guest's code that called the prelude.
 *
 * @param callee Begins with who called the function of this name, where it is among them.
 */
export function callerFrames(callee = ""): string {
  const { stack } = new NativeError();
  const at = typeof stack === "string" ? indexOf(stack, "    at ") : -1;
  if (at === -1) return "";
  const frames = slice(stack as string, at);
  return guestFrames(callee === "" ? frames : behind(frames, `    at ${callee} (`));
}

/** What stands behind the first line that begins so; all of it where none does. */
function behind(frames: string, start: string): string {
  for (let at = 0; at < frames.length; ) {
    const end = indexOf(frames, "\n", at);
    if (end === -1) break;
    if (startsWith(slice(frames, at, end), start)) return slice(frames, end + 1);
    at = end + 1;
  }
  return frames;
}

function stackTraceLimit(): number {
  const limit: unknown = objectGetOwnPropertyDescriptor(NativeError, "stackTraceLimit")?.value;
  if (typeof limit !== "number" || !(limit >= 0)) return FRAMES_DEFAULT;
  return limit < FRAMES_MAX ? limit : FRAMES_MAX;
}

/** Whether the engine made it: frames alone, without the line that names the error. */
export const isEngineStack = (stack: string): boolean => startsWith(stack, "    at ");

/** Where an error was thrown; a native function has a name alone. */
export interface Frame {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

const FRAME = /^ {4}at (?:(.*?) \()?(?:(native)|([^()\n]*):(\d+):(\d+))\)?(?:\n|$)/;

/** The first frame of an engine's stack. */
export function firstFrame(stack: string): Frame | undefined {
  const found = regExpExec(FRAME, stack);
  if (found === null) return undefined;
  const name = found[1] ?? "";
  if (found[2] !== undefined) return { name };
  return { name, file: found[3], line: toNumber(found[4]), column: toNumber(found[5]) } as Frame;
}
