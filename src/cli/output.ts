import { writeSync } from "node:fs";
import { isatty } from "node:tty";

const STDOUT = 1;
const STDERR = 2;

/**
 * Results to stdout. Written before this returns, so that the process may exit at once and a reader
 * of a pipe sees each line when it happens.
 *
 * @throws Error EPIPE when the reader has gone; cli.ts ends quietly then.
 */
export function print(text: string): void {
  printRaw(`${text}\n`);
}

/** Without a line end. */
export function printRaw(text: string): void {
  write(STDOUT, text);
}

/** A result that is no text. */
export function printBytes(bytes: Uint8Array): void {
  write(STDOUT, bytes);
}

/** What is not a result: to stderr. A closed stderr is nobody's concern. */
export function printError(text: string): void {
  printErrorRaw(`${text}\n`);
}

/** Without a line end. */
export function printErrorRaw(text: string): void {
  try {
    write(STDERR, text);
  } catch {
    // Nobody is listening.
  }
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

function write(descriptor: number, output: string | Uint8Array): void {
  let rest = typeof output === "string" ? new TextEncoder().encode(output) : output;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      // A pipe that another process made non-blocking, and its reader is slow.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Bun.sleepSync(1);
    }
  }
}

/** Whether text on this stream may carry colours. */
export function hasColours(stream: "stdout" | "stderr"): boolean {
  if (process.env.NO_COLOR || process.env.TERM === "dumb") return false;
  return isatty(stream === "stdout" ? STDOUT : STDERR);
}

const SGR = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  cyan: [36, 39],
} as const;
export type Style = keyof typeof SGR;

export function styled(text: string, style: Style, colours: boolean): string {
  const [on, off] = SGR[style];
  return colours ? `\x1b[${on}m${text}\x1b[${off}m` : text;
}

/**
 * Names, paths and guest text on one line of a terminal: control characters are shown escaped, so that
 * nothing stored can move the cursor, recolour the screen or forge a line.
 */
export function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, escaped);
}

/** The same for text that keeps its lines and tabs. */
export function printableLines(text: string): string {
  return text.replace(/[^\n\t]+/g, printable);
}

/** JSON on one line; what JSON itself leaves unescaped of control characters is escaped too. */
export function jsonText(value: unknown): string {
  return printable(JSON.stringify(value));
}

const SHORT_ESCAPES: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const escaped = (character: string) =>
  SHORT_ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Columns aligned, two spaces apart; the last one is not padded. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows].map((row) => row.map(printable));
  const widths = header.map((_, column) =>
    Math.max(...lines.map((line) => Bun.stringWidth(line[column] ?? ""))),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === line.length - 1
            ? cell
            : cell + " ".repeat(widths[column]! - Bun.stringWidth(cell)),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** `Label: value` lines; absent values are left out. */
export function fields(pairs: readonly (readonly [string, string | undefined])[]): string {
  return pairs
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([label, value]) => `${label}: ${printable(value)}`)
    .join("\n");
}

/** `2026-11-20T12:00:00.000Z` as `2026-11-20 12:00:00 UTC`, for tables. */
export function shortTime(timestamp: string): string {
  return `${timestamp.slice(0, 19).replace("T", " ")} UTC`;
}

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const kib = bytes / 1024;
  return kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(1)} MiB`;
}
