/** What is to be seen of an input: its text, where the cursor stands in it, and what stands before. */
export interface View {
  readonly text: string;
  readonly cursor: number;
  readonly prompt: string;
  /** Before the second line and those after it; as wide as the prompt. */
  readonly continuation: string;
  /** Adds colours and changes nothing else. */
  readonly paint: (text: string) => string;
}

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Draws an input of several lines at the bottom of a terminal, again and again at the same place. */
export class Screen {
  /** The row of the drawn block where the cursor stands, from 0. */
  private cursorRow = 0;
  private rowsBelow = 0;

  constructor(
    private readonly write: (text: string) => void,
    private readonly size: () => Size,
  ) {}

  draw(view: View): void {
    const { columns, rows } = this.size();
    const { lines, cursorLine, cursorText } = window(view, rows);
    const heads = lines.map((_, index) => (index === 0 ? view.prompt : view.continuation));
    const heights = lines.map((line, index) =>
      rowsOf(Bun.stringWidth(heads[index]! + line), columns),
    );
    const painted = view.paint(lines.join("\n")).split("\n");
    const body = lines.map((line, index) => {
      const isFull = Bun.stringWidth(heads[index]! + line) % columns === 0;
      // A terminal wraps a full row only when something follows.
      return heads[index]! + (painted[index] ?? line) + (isFull ? " \b" : "");
    });
    const cursorAt = Bun.stringWidth(heads[cursorLine]! + cursorText);
    const total = sum(heights);
    const row = sum(heights.slice(0, cursorLine)) + Math.floor(cursorAt / columns);
    this.write(
      `${this.toTop()}\x1b[J${body.join("\r\n")}${up(total - 1 - row)}\r${right(cursorAt % columns)}`,
    );
    this.cursorRow = row;
    this.rowsBelow = total - 1 - row;
  }

  /** Below what is drawn, which stays as it is. */
  leave(): void {
    this.write(`${this.rowsBelow > 0 ? `\x1b[${this.rowsBelow}B` : ""}\r\n`);
    this.cursorRow = 0;
    this.rowsBelow = 0;
  }

  clear(): void {
    this.write("\x1b[H\x1b[2J");
    this.cursorRow = 0;
    this.rowsBelow = 0;
  }

  private toTop(): string {
    return `${up(this.cursorRow)}\r`;
  }
}

/** The lines around the cursor, where there are more than the terminal has rows. */
function window({ text, cursor }: View, rows: number) {
  const before = text.slice(0, cursor).split("\n");
  const cursorText = before.at(-1) ?? "";
  const all = text.split("\n");
  const at = before.length - 1;
  const max = Math.max(1, rows - 2);
  const first = Math.max(0, Math.min(at - Math.floor(max / 2), all.length - max));
  return { lines: all.slice(first, first + max), cursorLine: at - first, cursorText };
}

const rowsOf = (width: number, columns: number) => Math.floor(width / columns) + 1;
const up = (rows: number) => (rows > 0 ? `\x1b[${rows}A` : "");
const right = (columns: number) => (columns > 0 ? `\x1b[${columns}C` : "");
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
