import { tableCells } from "./markdown-table.ts";
import type { Topic } from "./topics.ts";

/**
 * Topics for the terminal: headings, code and tables stand out, with colours or without. Knows the
 * part of Markdown that the topics use: headings, paragraphs, lists, fenced code, tables, `code`,
 * **strong**.
 */
export function renderMarkdown(markdown: string, colours: boolean): string {
  const paint = palette(colours);
  const lines = markdown.trimEnd().split("\n");
  const out: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.startsWith("```")) {
      const end = lines.indexOf("```", at + 1);
      for (const code of lines.slice(at + 1, end)) {
        out.push(code === "" ? "" : `    ${paint.code(code)}`);
      }
      at = end;
    } else if (tableCells(line)) {
      const rows: string[][] = [];
      for (let row = tableCells(line); row; row = tableCells(lines[++at] ?? "")) rows.push(row);
      at--;
      out.push(...renderTable(rows, paint));
    } else {
      const heading = /^(#+) (.*)$/.exec(line);
      if (heading) out.push(renderHeading(heading[1]!.length, heading[2]!, paint));
      else out.push(...renderText(line, paint));
    }
  }
  return out.join("\n");
}

export function topicListText(topics: readonly Topic[], colours: boolean): string {
  const width = Math.max(...topics.map(({ name }) => name.length));
  const paint = palette(colours);
  return [
    "Topics, each shown by `vm-system help TOPIC`:",
    "",
    ...topics.map(({ name, summary }) => `  ${paint.code(name.padEnd(width))}  ${summary}`),
    "",
    "The usage of a command: `vm-system COMMAND --help`.",
  ].join("\n");
}

type Palette = ReturnType<typeof palette>;

const palette = (colours: boolean) => {
  const sgr = (on: number, off: number) => (text: string) =>
    colours && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return { strong: sgr(1, 22), code: sgr(36, 39), dim: sgr(2, 22), colours };
};

function renderHeading(level: number, text: string, paint: Palette): string {
  if (level === 1) return paint.strong(text.toUpperCase());
  return paint.strong(level === 2 ? text : `  ${text}`);
}

/** Without colours the backticks stay: they say where a command ends. */
function inline(text: string, paint: Palette): string {
  const strong = text.replace(/\*\*([^*]+)\*\*/g, (_, words: string) => paint.strong(words));
  if (!paint.colours) return strong;
  return strong.replace(/`([^`]+)`/g, (_, code: string) => paint.code(code));
}

/**
 * Columns aligned; the last one is wrapped under itself to the width of a usual terminal, or stands on
 * lines of its own where the others leave it no room.
 */
function renderTable([header, , ...rows]: string[][], paint: Palette): string[] {
  if (!header) return [];
  const shown = [header, ...rows].map((row) => row.map((cell) => inline(cell, paint)));
  const last = header.length - 1;
  const widths = header.map((_, column) =>
    Math.max(...shown.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  const taken = widths.slice(0, last).reduce((sum, width) => sum + width + 2, 2);
  const isBelow = taken > LINE_COLUMNS - LAST_COLUMN_MIN;
  const indent = isBelow ? BELOW_COLUMNS : taken;
  return shown.flatMap((row, index) => {
    const cells = row
      .slice(0, last)
      .map((cell, column) => cell + " ".repeat(widths[column]! - Bun.stringWidth(cell)));
    const wrapped = wrap(row[last] ?? "", LINE_COLUMNS - indent);
    const beside = isBelow ? [] : wrapped.splice(0, 1);
    const lines = [
      `  ${[...cells, ...beside].join("  ").trimEnd()}`,
      ...wrapped.filter((text) => text !== "").map((text) => " ".repeat(indent) + text),
    ];
    return index === 0 ? lines.map(paint.strong) : lines;
  });
}

/** A list's item goes on under its first word. */
function renderText(line: string, paint: Palette): string[] {
  const hanging = /^(?:- |\d+\. )/.exec(line)?.[0].length ?? 0;
  return wrap(inline(line, paint), LINE_COLUMNS, " ".repeat(hanging));
}

function wrap(text: string, columns: number, hanging = ""): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const joined = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length === 0) lines.push(word);
    else if (Bun.stringWidth(joined) > columns) lines.push(hanging + word);
    else lines[lines.length - 1] = joined;
  }
  return lines;
}

const LINE_COLUMNS = 100;
const LAST_COLUMN_MIN = 36;
const BELOW_COLUMNS = 6;
