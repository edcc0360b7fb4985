import { printable } from "../output.ts";

/** What a Tab does to the text before the cursor. */
export interface TabResult {
  /** To be put in at the cursor; may be empty. */
  readonly insert: string;
  /** To be listed: where more than one name fits and none of them goes further. */
  readonly list: readonly string[];
}

/** @param names  Whole names that may stand for the last identifier of the text. */
export function completeWith(before: string, names: readonly string[]): TabResult {
  const start = /[\p{ID_Continue}$]*$/u.exec(before)?.[0] ?? "";
  const fitting = names.filter((name) => name.startsWith(start));
  if (fitting.length === 0) return { insert: "", list: [] };
  const insert = commonStart(fitting).slice(start.length);
  return { insert, list: fitting.length === 1 || insert !== "" ? [] : fitting };
}

function commonStart(names: readonly string[]): string {
  let common = names[0] ?? "";
  for (const name of names) {
    while (!name.startsWith(common)) common = common.slice(0, -1);
  }
  return common;
}

/** In columns, by column, as wide as the terminal. The names come from the guest's heap. */
export function columnsText(names: readonly string[], width: number): string {
  const shown = names.slice(0, LISTED_MAX).map(printable);
  const cell = Math.max(...shown.map((name) => name.length)) + 2;
  const columns = Math.max(1, Math.floor(width / cell));
  const rows = Math.ceil(shown.length / columns);
  const lines = Array.from({ length: rows }, (_, row) =>
    shown
      .filter((_, index) => index % rows === row)
      .map((name) => name.padEnd(cell))
      .join("")
      .trimEnd(),
  );
  if (shown.length < names.length) lines.push(`… and ${names.length - shown.length} more`);
  return lines.join("\n");
}

const LISTED_MAX = 200;
