import { printableLines, styled } from "../output.ts";

/** Where an error was thrown: the first frame of its stack, in the guest's own names. */
export interface Position {
  /** A file of the worktree, or the name of a snippet: `<repl:1>`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
}

const FRAME = /^ {4}at (?:.*\()?([^()\n]+?):(\d+):(\d+)\)?$/m;

export function positionOf(stack: string | undefined): Position | undefined {
  const match = FRAME.exec(stack ?? "");
  if (!match) return undefined;
  return { file: match[1]!, line: Number(match[2]), column: Number(match[3]) };
}

const LINES_BEFORE = 2;
const LINES_AFTER = 1;
/** A line of a minified file is cut to its part around the column. */
const LINE_CHARS_MAX = 160;

/**
 * The lines around a position, with a caret under its column:
 *
 *      16 | const total = sum(rows);
 *    > 17 | throw new Error("too few");
 *         |       ^
 */
export function codeFrame(source: string, position: Position, colours: boolean): string {
  const lines = source.split(/\r\n|[\n\r\u2028\u2029]/);
  const { line } = position;
  if (line > lines.length) return "";
  const first = Math.max(1, line - LINES_BEFORE);
  const last = Math.min(lines.length, line + LINES_AFTER);
  const width = `${last}`.length;
  const shown: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = lines[number - 1]!;
    const isHere = number === line;
    const from = isHere ? cutFrom(text, position.column) : 0;
    const part = printableLines([...text].slice(from, from + LINE_CHARS_MAX).join(""));
    const gutter = `${isHere ? ">" : " "} ${`${number}`.padStart(width)} |`;
    shown.push(`${styled(gutter, isHere ? "red" : "dim", colours)} ${part}`.trimEnd());
    if (isHere) {
      const blank = `${" ".repeat(width + 3)}|`;
      const before = [...text].slice(from, Math.max(from, position.column - 1)).join("");
      const caret = `${blanks(printableLines(before))}^`;
      shown.push(`${styled(blank, "dim", colours)} ${styled(caret, "red", colours)}`);
    }
  }
  return shown.join("\n");
}

function cutFrom(text: string, column: number): number {
  return column <= LINE_CHARS_MAX - 20 || text.length <= LINE_CHARS_MAX ? 0 : column - 80;
}

/** As wide as the text is; tabs stay tabs. */
function blanks(text: string): string {
  return [...text]
    .map((character) => (character === "\t" ? "\t" : " ".repeat(Bun.stringWidth(character))))
    .join("");
}
