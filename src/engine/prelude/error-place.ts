import type { Frame } from "./frames.ts";
import { callHost } from "./host.ts";
import {
  charCodeAt,
  endsWith,
  jsonParse,
  quote,
  record,
  regExpExec,
  slice,
} from "./primordials.ts";

/** What the author's text says at the place of an error: the engine knows no names of values. */

function textAround({ file, line, column }: Frame): readonly [string, string] | undefined {
  const request = `{"name":${quote(file ?? "")},"line":${line},"column":${column}}`;
  const answer = jsonParse(callHost("source", request) as string) as { return: unknown };
  const around = record(answer).return;
  return around === null ? undefined : (around as [string, string]);
}

/** A message repeats no longer name. */
const NAME_CHARS_MAX = 60;

interface Callee {
  readonly name: string;
  readonly isNew: boolean;
}

/** The name of what is called at a place, as V8 prints it: `o.a.f`, `make(...).f`. */
export function nameBefore(frame: Frame): Callee | undefined {
  const text = textAround(frame)?.[0];
  if (text === undefined) return undefined;
  let name = "";
  let end = endOfCode(text, text.length);
  while (end > 0 && name.length <= NAME_CHARS_MAX) {
    const closing = text[end - 1] as string;
    if (closing === ")" || closing === "]") {
      const open = openingOf(text, end - 1);
      if (open === -1) return undefined;
      const before = endOfCode(text, open);
      if (!isCallee(text, before)) return unnamed(name);
      name = (closing === ")" ? "(...)" : keyText(slice(text, open + 1, end - 1))) + name;
      end = before;
      continue;
    }
    const start = startOfWord(text, end);
    if (start === end) return unnamed(name);
    const word = slice(text, start, end);
    const before = endOfCode(text, start);
    if (before === 0 || text[before - 1] !== ".") {
      return { name: word + name, isNew: endsWith(slice(text, 0, before), "new") };
    }
    name = `.${word}${name}`;
    end = endOfCode(text, before - (text[before - 2] === "?" ? 2 : 1));
  }
  return undefined;
}

const unnamed = (members: string): Callee => ({
  name: `(intermediate value)${members}`,
  isNew: false,
});

/** Before blanks. */
function endOfCode(text: string, end: number): number {
  let at = end;
  while (at > 0 && charCodeAt(text, at - 1) <= 32) at--;
  return at;
}

function startOfWord(text: string, end: number): number {
  let at = end;
  while (at > 0 && isWordUnit(charCodeAt(text, at - 1))) at--;
  return at;
}

/** Letters, digits, `$`, `_`, `#`, and whatever is not ASCII. */
const isWordUnit = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  code === 95 ||
  code === 36 ||
  code === 35 ||
  code > 127;

function isCallee(text: string, end: number): boolean {
  if (end === 0) return false;
  const last = text[end - 1];
  return last === ")" || last === "]" || isWordUnit(charCodeAt(text, end - 1));
}

const TEXT_KEY = /^\s*(["'])([a-zA-Z_$][\w$]*)\1\s*$/;

/** `o["key"]` is said as `o.key`. */
function keyText(inner: string): string {
  const key = regExpExec(TEXT_KEY, inner);
  return key === null ? `[${inner}]` : `.${key[2]}`;
}

/** Where the bracket opens that closes there; -1: not in this text. Those in strings count too. */
function openingOf(text: string, close: number): number {
  const closing = text[close];
  const opening = closing === ")" ? "(" : "[";
  let depth = 0;
  for (let i = close; i >= 0; i--) {
    if (text[i] === closing) depth++;
    else if (text[i] === opening && --depth === 0) return i;
  }
  return -1;
}

const ITERATED = /(?:\.\.\.|\bof\s)\s*$/;
const EXPRESSION =
  /^\s*((?:[\p{ID_Start}$_][\p{ID_Continue}$]*(?:\.#?[\p{ID_Start}$_][\p{ID_Continue}$]*)*)|\d+|\{\})\s*(?:[\])};,\n]|$)/u;
const LIST_PATTERN = /^(?:const|let|var)\s*\[[^\]=]*\]\s*=/;
const OBJECT_PATTERN =
  /^(?:const|let|var)\s*\{\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)[^}=]*\}\s*=/u;

/** The name of what is iterated at a place: by `for…of`, a spread, a declaration's pattern. */
export function nameBehind(frame: Frame): string | undefined {
  const around = textAround(frame);
  if (around === undefined) return undefined;
  const pattern = regExpExec(LIST_PATTERN, around[1]);
  if (pattern === null && regExpExec(ITERATED, around[0]) === null) return undefined;
  return regExpExec(EXPRESSION, slice(around[1], pattern?.[0].length ?? 0))?.[1];
}

/** What is said of a declaration's pattern whose value has no properties. */
export function destructured(frame: Frame): string | undefined {
  const behind = textAround(frame)?.[1] ?? "";
  const pattern = regExpExec(OBJECT_PATTERN, behind);
  if (pattern === null) return undefined;
  const name = regExpExec(EXPRESSION, slice(behind, pattern[0].length))?.[1];
  const of = name === undefined ? "a value" : `'${name}'`;
  const what = name === "null" || name === "undefined" ? name : "undefined or null";
  return `Cannot destructure property '${pattern[1]}' of ${of} as it is ${what}.`;
}

/** Whether what is assigned at a place is a member of something, not a variable. */
export function assignsMember(frame: Frame | undefined, key: string): boolean {
  const around = frame?.line === undefined ? undefined : textAround(frame);
  if (around === undefined) return true;
  const before = around[0][endOfCode(around[0], around[0].length) - 1];
  const word = regExpExec(/^[\p{ID_Continue}$]+/u, around[1])?.[0];
  return before === "." || word !== key;
}
