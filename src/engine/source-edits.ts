import {
  blanked,
  countCharacters,
  countLineEnds,
  lastLineStart,
  lineEndsOf,
} from "./source-lines.ts";

/**
 * Where generated columns differ from the author's: quadruples `line, column, authorColumn, fixed` in
 * ascending order, all from 1, columns in characters. From `column` on, the author's column is
 * `authorColumn`, growing with it unless `fixed` is 1. Lines are always the author's.
 */
export type PositionShifts = readonly number[];

/** The author's column of a generated position. */
export function authorColumn(shifts: PositionShifts | undefined, line: number, column: number) {
  let result = column;
  if (shifts === undefined) return result;
  for (let i = 0; i + 3 < shifts.length; i += 4) {
    const [at, from, author, fixed] = [shifts[i]!, shifts[i + 1]!, shifts[i + 2]!, shifts[i + 3]!];
    if (at > line || (at === line && from > column)) break;
    if (at === line) result = fixed ? author : author + (column - from);
  }
  return result;
}

/** More than the edits of any text: what is appended comes before what is inserted. */
const APPENDED = 1e9;

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly order: number;
}

/**
 * Changes to a text that keep its lines. Blanks and replacements of equal length keep the columns
 * too; where others do not, `shifts` tells.
 *
 * Edits may come in any order. Insertions at one place stand in the order they were made; an edit
 * inside a blanked range is dropped with it.
 */
export class Edits {
  private readonly edits: Edit[] = [];
  private readonly blanks: { start: number; end: number; lead: string }[] = [];

  constructor(private readonly text: string) {}

  get empty(): boolean {
    return this.edits.length === 0 && this.blanks.length === 0;
  }

  insert(at: number, text: string): void {
    this.replace(at, at, text);
  }

  /** An insertion that belongs to what ends here: before all others at this place. */
  append(at: number, text: string): void {
    this.edits.push({ start: at, end: at, text, order: this.edits.length - APPENDED });
  }

  /** `text` must not contain line ends; those of the replaced range are kept behind it. */
  replace(start: number, end: number, text: string): void {
    this.edits.push({ start, end, text, order: this.edits.length });
  }

  /** @param lead Stands in the place of the first blanked characters, as `;` against a wrong join. */
  blank(start: number, end: number, lead = ""): void {
    if (end > start) this.blanks.push({ start, end, lead: lead.slice(0, end - start) });
  }

  apply(): { code: string; shifts: PositionShifts | undefined } {
    if (this.empty) return { code: this.text, shifts: undefined };
    const output = new Output(this.text);
    for (const { start, end, text } of this.ordered()) {
      output.copyTo(start);
      output.put(text, end);
    }
    return output.finish();
  }

  private ordered(): Edit[] {
    const outer = outermost(this.blanks);
    const blankEdits = outer.map(({ start, end, lead }, i) => ({
      start,
      end,
      text: lead + blanked(this.text.slice(start + lead.length, end)),
      order: i,
    }));
    const kept = this.edits.filter((edit) => !outer.some((blank) => isInside(edit, blank)));
    return [...kept, ...blankEdits].sort(
      (a, b) => a.start - b.start || a.end - b.end || a.order - b.order,
    );
  }
}

/** Not an insertion before or behind it. */
const isInside = (edit: Edit, { start, end }: { start: number; end: number }): boolean =>
  edit.start === edit.end
    ? edit.start > start && edit.start < end
    : edit.start >= start && edit.end <= end;

function outermost<T extends { start: number; end: number }>(ranges: readonly T[]): T[] {
  const result: T[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result[result.length - 1];
    if (last === undefined || range.start >= last.end) result.push(range);
  }
  return result;
}

/** Writes the new text while it counts lines and columns on both sides. */
class Output {
  private readonly parts: string[] = [];
  private readonly shifts: number[] = [];
  private at = 0;
  private line = 1;
  private column = 1;
  private author = 1;

  constructor(private readonly text: string) {}

  copyTo(offset: number): void {
    if (offset <= this.at) return;
    this.take(this.text.slice(this.at, offset));
    this.at = offset;
  }

  put(text: string, end: number): void {
    const replaced = this.text.slice(Math.min(this.at, end), end);
    const lengthKept = text.length === replaced.length && sameLineEnds(text, replaced);
    if (lengthKept) {
      this.take(text);
    } else {
      const lineEnds = lineEndsOf(replaced);
      this.parts.push(text);
      this.shifts.push(this.line, this.column, this.author, 1);
      this.column += countCharacters(text);
      if (lineEnds) {
        this.take(lineEnds);
        this.author += countCharacters(replaced.slice(lastLineStart(replaced)));
      } else this.author += countCharacters(replaced);
      this.shifts.push(this.line, this.column, this.author, 0);
    }
    this.at = Math.max(this.at, end);
  }

  finish(): { code: string; shifts: PositionShifts | undefined } {
    this.copyTo(this.text.length);
    return {
      code: this.parts.join(""),
      shifts: this.shifts.length === 0 ? undefined : this.shifts,
    };
  }

  private take(text: string): void {
    this.parts.push(text);
    const lines = countLineEnds(text);
    const tail = countCharacters(lines ? text.slice(lastLineStart(text)) : text);
    this.line += lines;
    this.column = (lines ? 1 : this.column) + tail;
    this.author = (lines ? 1 : this.author) + tail;
  }
}

const sameLineEnds = (a: string, b: string): boolean => countLineEnds(a) === countLineEnds(b);
