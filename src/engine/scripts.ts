import { EVAL_GLOBAL, EVAL_STRICT, type Guest, GuestThrow, type ValuePtr } from "./guest.ts";
import { pathOf } from "./loader-versions.ts";
import { nextConstants, prepareScript, prepareSnippet, type Runnable } from "./source.ts";
import { authorColumn, type PositionShifts } from "./source-edits.ts";
import { SourceError } from "./source-error.ts";
import { StartFailure } from "./start-failure.ts";

/** What is remembered of a session's scripts; part of its host state. */
export interface ScriptState {
  /** Snippets so far: each has a name of its own, so that its positions can be told apart. */
  readonly snippets: number;
  /** Names that a later script may not assign. */
  readonly constants: readonly string[];
  /** By the name of a script: where its columns are not the author's. */
  readonly shifts: Readonly<Record<string, PositionShifts>>;
}

export const NO_SCRIPTS: ScriptState = { snippets: 0, constants: [], shifts: {} };

const EVAL_COMPILE_ONLY = 32;
/** A script with top-level await: its value is a promise of `{value}`. */
const EVAL_ASYNC = 128;

/** Scripts whose shifted columns are remembered: functions of older ones show the engine's columns. */
const SHIFTED_SCRIPTS_MAX = 256;

/** Characters that tell what an error is about. */
const AROUND_CHARS = 200;

/** What the engine runs for a text. */
export type RunText = Pick<Runnable, "code" | "shifts">;

export interface StartedScript {
  readonly value: ValuePtr;
  /** Whether the value is a promise of an object that holds the completion value as `value`. */
  readonly wrapped: boolean;
}

/** Runs scripts in a session's global scope, and keeps what later ones must know. */
export class Scripts {
  /** Texts of this execution, as the engine runs them. */
  private readonly texts = new Map<string, string>();

  constructor(private state: ScriptState) {}

  get current(): ScriptState {
    return this.state;
  }

  /** @throws GuestThrow, StartFailure */
  runSnippet(guest: Guest, source: string, strict: boolean): StartedScript {
    const name = `<repl:${this.state.snippets + 1}>`;
    this.state = { ...this.state, snippets: this.state.snippets + 1 };
    return this.run(guest, name, (read) =>
      prepareSnippet(source, { strict, constants: this.state.constants, read }),
    );
  }

  /** A file as a script; undefined: it is a module. @throws GuestThrow, StartFailure */
  runFile(guest: Guest, source: string, path: string, strict: boolean): StartedScript | undefined {
    try {
      return this.run(guest, path, (read) => {
        const runnable = prepareScript(source, path, {
          strict,
          constants: this.state.constants,
          read,
        });
        if (runnable.goal === "module") throw IS_MODULE;
        return runnable;
      });
    } catch (error) {
      if (error === IS_MODULE) return undefined;
      throw error;
    }
  }

  /**
   * What was not read before is compiled once more when it fails: a text that does not compile is
   * read, which gives a better error or finds that it is TypeScript.
   *
   * @throws GuestThrow, StartFailure
   */
  private run(guest: Guest, name: string, prepare: (read: boolean) => Runnable): StartedScript {
    const read = (again: boolean): Runnable => {
      try {
        return prepare(again);
      } catch (error) {
        throw error instanceof SourceError ? refusal(name, error) : error;
      }
    };
    const runnable = read(false);
    try {
      return this.start(guest, name, runnable);
    } catch (error) {
      if (!(error instanceof GuestThrow) || runnable.read || compiles(guest, name, runnable))
        throw error;
      guest.free(error.error);
      return this.start(guest, name, read(true));
    }
  }

  /** A script of ours. @throws GuestThrow */
  runPrepared(guest: Guest, name: string, runnable: Runnable): StartedScript {
    return {
      value: guest.evaluate(runnable.code, name, flagsOf(runnable)),
      wrapped: runnable.async,
    };
  }

  /** A module's text under the name that it runs by. */
  remember(name: string, { code, shifts }: RunText): void {
    this.texts.set(name, code);
    this.state = { ...this.state, shifts: withShifts(this.state.shifts, name, shifts) };
  }

  /** The author's columns in the frames of a stack, and his name of the file. */
  mapStack(stack: string): string {
    const { shifts } = this.state;
    let mapped = "";
    let last = 0;
    for (const { 0: text, 1: line, 2: column, index } of stack.matchAll(POSITION)) {
      const start = startOfName(stack, index);
      const name = stack.slice(start, index);
      const known = shifts[name];
      if (name === "" || (!known && !name.includes("?"))) continue;
      const place = `${pathOf(name)}:${line}:${authorColumn(known, Number(line), Number(column))}`;
      mapped += stack.slice(last, start) + place;
      last = index + text.length;
    }
    return mapped + stack.slice(last);
  }

  /** What stands before and behind a position of the engine's in a text of this execution. */
  textAround(name: string, line: number, column: number): readonly [string, string] | undefined {
    const text = this.texts.get(name);
    if (text === undefined) return undefined;
    let at = 0;
    for (let i = 1; i < line; i++) {
      at = text.indexOf("\n", at) + 1;
      if (at === 0) return undefined;
    }
    const lineStart = at;
    // Columns count code points.
    for (let i = 1; i < column; i++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    if (at > text.length || text.slice(lineStart, at).includes("\n")) return undefined;
    return [text.slice(Math.max(0, at - AROUND_CHARS), at), text.slice(at, at + AROUND_CHARS)];
  }

  private start(guest: Guest, name: string, runnable: Runnable): StartedScript {
    this.texts.set(name, runnable.code);
    this.state = {
      ...this.state,
      constants: nextConstants(this.state.constants, runnable),
      shifts: withShifts(this.state.shifts, name, runnable.shifts),
    };
    return {
      value: guest.evaluate(runnable.code, name, flagsOf(runnable)),
      wrapped: runnable.async,
    };
  }
}

/** Thrown inside this file alone. */
const IS_MODULE = new Error("a module");

/** At the end of a line. A pattern that began with the name would try every unit of a long word. */
const POSITION = /:(\d+):(\d+)(?=\)?$)/gm;

/** The start of the name of a file that ends there: `<repl:3>`, or what no space or bracket ends. */
function startOfName(text: string, end: number): number {
  let start = end;
  if (text[end - 1] === ">") {
    start--;
    while (DIGIT.test(text[start - 1] ?? "")) start--;
    if (start < end - 1 && text.endsWith("<repl:", start)) return start - "<repl:".length;
    start = end;
  }
  while (start > 0 && !NAME_ENDS.test(text[start - 1] as string)) start--;
  return start;
}

const DIGIT = /\d/;
const NAME_ENDS = /[\s():]/;

/** Text that is no program: nothing of it ran. */
const refusal = (fileName: string, { message, line, column }: SourceError): StartFailure =>
  new StartFailure({
    message: `SyntaxError: ${message}`,
    name: "SyntaxError",
    stack: `SyntaxError: ${message}\n    at ${fileName}:${line}:${column}`,
  });

const flagsOf = ({ strict, async }: Runnable): number =>
  EVAL_GLOBAL | (strict ? EVAL_STRICT : 0) | (async ? EVAL_ASYNC : 0);

function compiles(guest: Guest, name: string, runnable: Runnable): boolean {
  try {
    guest.free(guest.evaluate(runnable.code, name, flagsOf(runnable) | EVAL_COMPILE_ONLY));
    return true;
  } catch (error) {
    if (!(error instanceof GuestThrow)) throw error;
    guest.free(error.error);
    return false;
  }
}

function withShifts(
  all: ScriptState["shifts"],
  name: string,
  shifts: PositionShifts | undefined,
): ScriptState["shifts"] {
  if (!shifts && !(name in all)) return all;
  const rest = Object.entries(all).filter(([known]) => known !== name);
  if (shifts) rest.push([name, shifts]);
  return Object.fromEntries(rest.slice(-SHIFTED_SCRIPTS_MAX));
}
