import type { Line, Target, Unit } from "./row.ts";
import { type Summary, summaryOf } from "./statistics.ts";

/** A line as it is shown and kept. */
export interface Result {
  readonly row: string;
  readonly what: string;
  readonly unit: Unit;
  readonly summary?: Summary;
  readonly target?: Target;
  /** Absent: there is no target, or nothing was measured. */
  readonly met?: boolean;
  readonly note?: string;
}

const HEAD = ["what", "median", "p95 / p99", "spread of runs", "target", "met"];

export function resultOf(row: string, { what, unit, runs, target, note }: Line): Result {
  const summary = runs.length === 0 ? undefined : summaryOf(runs);
  const met = summary && target ? isMet(summary, target) : undefined;
  return {
    row,
    what,
    unit,
    ...(summary === undefined ? {} : { summary }),
    ...(target === undefined ? {} : { target }),
    ...(met === undefined ? {} : { met }),
    ...(note === undefined ? {} : { note }),
  };
}

function isMet(summary: Summary, { of = "median", most, least }: Target): boolean {
  const value = summary[of];
  if (value === undefined) return false;
  return (most === undefined || value <= most) && (least === undefined || value >= least);
}

/** As Markdown, so that it can be put into a text. */
export function renderTable(results: readonly Result[]): string {
  const rows = results.map(cellsOf);
  const widths = HEAD.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] as number)).join(" | ")} |`;
  const notes = results.flatMap(({ what, note }) => (note ? [`- ${what}: ${note}`] : []));
  return [
    line(HEAD),
    `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`,
    ...rows.map(line),
    ...(notes.length === 0 ? [] : ["", ...notes]),
  ].join("\n");
}

function cellsOf({ what, unit, summary, target, met }: Result): string[] {
  const shown = (value: number | undefined) => (value === undefined ? "–" : amount(value, unit));
  return [
    what,
    shown(summary?.median),
    summary?.p95 === undefined ? "" : `${shown(summary.p95)} / ${shown(summary.p99)}`,
    summary ? `${amount(summary.least, unit)} – ${amount(summary.most, unit)}` : "",
    target ? targetText(target, unit) : "",
    met === undefined ? "" : met ? "yes" : "no",
  ];
}

function targetText({ of = "median", most, least }: Target, unit: Unit): string {
  const name = of === "median" ? "" : `${of} `;
  if (most !== undefined) return `${name}≤ ${amount(most, unit)}`;
  return `${name}≥ ${amount(least ?? 0, unit)}`;
}

export function amount(value: number, unit: Unit): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3;
  const text = value.toLocaleString("en", {
    minimumFractionDigits: 0,
    maximumFractionDigits: digits,
  });
  return `${text} ${unit}`;
}
