/** A table as Markdown; `|` in a cell is escaped. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The cells of a line of a table, or undefined when it is none. */
export function tableCells(line: string): string[] | undefined {
  if (!line.startsWith("|")) return undefined;
  return line
    .replace(/^\|\s*|\s*\|\s*$/g, "")
    .split(/\s*(?<!\\)\|\s*/)
    .map((cell) => cell.replaceAll("\\|", "|"));
}
