import { arrayIncludes, charCodeAt, list, push, regExpExec, slice } from "./primordials.ts";

/** What stands before a dot: where its value begins, and the members that lead from there to it. */
export interface Receiver {
  readonly root: "name" | "array" | "string";
  /** Of a root that is a name. */
  readonly name: string;
  /** The first is of the root. */
  readonly members: readonly string[];
}

/**
 * One step to the left of where the reading stands. All its fields are always there: a guest may give
 * every object more of them.
 */
interface Step {
  readonly kind: "member" | Receiver["root"];
  readonly name: string;
  /** What remains to be read. */
  readonly before: string;
}

const identifierAtEnd = /(?:^|[^\w$])([A-Za-z_$][\w$]*)$/;
const indexPattern = /^\s*(?:(\d+)|"([^"\\]*)"|'([^'\\]*)')\s*$/;
const valueAtEnd = /[\w$)\]}"'`]$/;
const spaceAtEnd = /\s*$/;
/** After these words a bracket begins an array, and a quote a string. */
const WORDS_BEFORE_VALUES = [
  "return",
  "typeof",
  "void",
  "delete",
  "in",
  "of",
  "instanceof",
  "case",
  "await",
  "yield",
  "new",
  "else",
  "do",
  "throw",
  "default",
];

const DOT = 46;
const QUESTION_MARK = 63;
const BACKSLASH = 92;
const OPENING = 91;
const CLOSING = 93;

/**
 * The receiver at the end of the text, read from its letters alone: names, members, indices that are
 * written out, array and string literals. Nothing is evaluated; a call's value is not known.
 *
 * @param text  Ends before the dot.
 */
export function receiverAt(text: string): Receiver | undefined {
  const backwards = list<string>();
  let rest = trimmedEnd(text);
  for (;;) {
    const step = stepBack(rest);
    if (step === undefined) return undefined;
    const { kind, name, before } = step;
    if (kind !== "member") return { root: kind, name, members: reversed(backwards) };
    push(backwards, name);
    rest = before;
  }
}

function stepBack(text: string): Step | undefined {
  const last = charCodeAt(text, text.length - 1);
  if (last === CLOSING) return bracketStep(text);
  if (isQuote(last)) {
    const opening = openingQuote(text, text.length - 1);
    const isTagged = last === BACKQUOTE && endsInValue(slice(text, 0, opening));
    return opening < 0 || isTagged ? undefined : { kind: "string", name: "", before: "" };
  }
  const found = regExpExec(identifierAtEnd, text);
  if (found === null) return undefined;
  const name = found[1] as string;
  const before = trimmedEnd(slice(text, 0, text.length - name.length));
  const object = withoutDot(before);
  return object === undefined
    ? { kind: "name", name, before }
    : { kind: "member", name, before: object };
}

/** An index of what stands before it, or an array. */
function bracketStep(text: string): Step | undefined {
  const opening = openingBracket(text);
  if (opening < 0) return undefined;
  const before = trimmedEnd(slice(text, 0, opening));
  const optional = withoutDot(before);
  if (optional === undefined && !endsInValue(before)) return { kind: "array", name: "", before };
  const index = regExpExec(indexPattern, slice(text, opening + 1, text.length - 1));
  if (index === null) return undefined;
  const name = (index[1] ?? index[2] ?? index[3]) as string;
  return { kind: "member", name, before: optional ?? before };
}

/** The text before `.` or `?.` at its end; undefined where none is, and for the dots of a spread. */
export function withoutDot(text: string): string | undefined {
  const { length } = text;
  if (charCodeAt(text, length - 1) !== DOT || charCodeAt(text, length - 2) === DOT)
    return undefined;
  const isOptional = charCodeAt(text, length - 2) === QUESTION_MARK;
  return trimmedEnd(slice(text, 0, length - (isOptional ? 2 : 1)));
}

export function trimmedEnd(text: string): string {
  const spaces = (regExpExec(spaceAtEnd, text) as RegExpExecArray)[0];
  return slice(text, 0, text.length - spaces.length);
}

/** Whether a bracket or a template after the text belongs to a value at its end. */
function endsInValue(text: string): boolean {
  const trimmed = trimmedEnd(text);
  const found = regExpExec(identifierAtEnd, trimmed);
  if (found !== null) return !arrayIncludes(WORDS_BEFORE_VALUES, found[1] as string);
  return regExpExec(valueAtEnd, trimmed) !== null;
}

/** Of the bracket at the text's end; -1: it is not there. */
function openingBracket(text: string): number {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    const code = charCodeAt(text, at);
    if (isQuote(code)) at = openingQuote(text, at);
    else if (code === CLOSING) depth++;
    else if (code === OPENING && --depth === 0) return at;
    if (at < 0) return -1;
  }
  return -1;
}

/** Of the quote at `closing`; -1: it is not there. */
function openingQuote(text: string, closing: number): number {
  const quote = charCodeAt(text, closing);
  for (let at = closing - 1; at >= 0; at--) {
    if (charCodeAt(text, at) === quote && !isEscaped(text, at)) return at;
  }
  return -1;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (charCodeAt(text, at - 1 - slashes) === BACKSLASH) slashes++;
  return slashes % 2 === 1;
}

const BACKQUOTE = 96;
const isQuote = (code: number) => code === 34 || code === 39 || code === BACKQUOTE;

function reversed(backwards: readonly string[]): string[] {
  const forwards = list<string>();
  for (let at = backwards.length - 1; at >= 0; at--) push(forwards, backwards[at] as string);
  return forwards;
}
