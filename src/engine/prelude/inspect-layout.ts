import type { Context } from "./inspect.ts";
import { textWidth } from "./inspect-text.ts";
import { ownDescriptor } from "./look.ts";
import {
  floor,
  includes,
  join,
  list,
  max,
  min,
  padEnd,
  padStart,
  push,
  repeat,
  sqrt,
} from "./primordials.ts";

/**
 * Entries on one line where they fit and the object is flat enough, else each on a line of its own;
 * long arrays in columns.
 *
 * @param isList  Whether the entries are an array's, which may be grouped.
 * @param value   The array, to see whether its columns are numbers.
 */
export function reduceToSingleString(
  context: Context,
  entries: string[],
  base: string,
  braces: readonly [string, string] | string[],
  isList: boolean,
  level: number,
  value: object | undefined,
): string {
  let output = entries;
  const opening = braces[0] as string;
  const closing = braces[1] as string;
  const before = base === "" ? "" : `${base} `;
  if (context.compact === true) {
    const indentation = repeat(" ", context.indentation);
    if (fits(context, output, 0, base)) {
      return `${opening}${base === "" ? "" : ` ${base}`} ${join(output, ", ")} ${closing}`;
    }
    const line =
      base === "" && opening.length === 1
        ? " "
        : `${base === "" ? "" : ` ${base}`}\n${indentation}  `;
    return `${opening}${line}${join(output, `,\n${indentation}  `)} ${closing}`;
  }
  if (typeof context.compact === "number" && context.compact >= 1) {
    const count = output.length;
    if (isList && count > 6) output = groupEntries(context, output, value);
    if (context.currentDepth - level < context.compact && count === output.length) {
      const start = output.length + context.indentation + opening.length + base.length + 10;
      if (fits(context, output, start, base)) {
        const line = join(output, ", ");
        if (!includes(line, "\n")) return `${before}${opening} ${line} ${closing}`;
      }
    }
  }
  const indentation = `\n${repeat(" ", context.indentation)}`;
  return `${before}${opening}${indentation}  ${join(output, `,${indentation}  `)}${indentation}${closing}`;
}

function fits(context: Context, output: string[], start: number, base: string): boolean {
  let total = output.length + start;
  if (total + output.length > context.breakLength) return false;
  for (let i = 0; i < output.length; i++) {
    total += (output[i] as string).length;
    if (total > context.breakLength) return false;
  }
  return base === "" || !includes(base, "\n");
}

const SEPARATOR_WIDTH = 2;

/** Short entries of a long array in columns, near a square, at most fifteen. */
function groupEntries(context: Context, output: string[], value: object | undefined): string[] {
  let total = 0;
  let longest = 0;
  // The line that says how many more there are stands alone.
  const count = context.maxArrayLength < output.length ? output.length - 1 : output.length;
  const widths = list<number>();
  for (let i = 0; i < count; i++) {
    const width = textWidth(output[i] as string);
    push(widths, width);
    total += width + SEPARATOR_WIDTH;
    if (longest < width) longest = width;
    if (isTooWide(context, longest)) return output;
  }
  const column = longest + SEPARATOR_WIDTH;
  if (isTooWide(context, longest) || (total / column <= 5 && longest > 6)) return output;
  const bias = sqrt(column - total / output.length);
  const biased = max(column - 3 - bias, 1);
  const columns = min(
    round(sqrt(2.5 * biased * count) / biased),
    floor((context.breakLength - context.indentation) / column),
    (context.compact as number) * 4,
    15,
  );
  if (columns <= 1) return output;
  const lineWidths = list<number>();
  for (let i = 0; i < columns; i++) {
    let width = 0;
    for (let j = i; j < count; j += columns) {
      if ((widths[j] as number) > width) width = widths[j] as number;
    }
    push(lineWidths, width + SEPARATOR_WIDTH);
  }
  const pad = value === undefined || areNumbers(value, output.length) ? padStart : padEnd;
  const lines = list<string>();
  for (let i = 0; i < count; i += columns) {
    const end = min(i + columns, count);
    let line = "";
    let j = i;
    for (; j < end - 1; j++) {
      const text = output[j] as string;
      const width = (lineWidths[j - i] as number) + text.length - (widths[j] as number);
      line += pad(`${text}, `, width, " ");
    }
    const text = output[j] as string;
    if (pad === padStart) {
      const width = (lineWidths[j - i] as number) + text.length - (widths[j] as number);
      line += padStart(text, width - SEPARATOR_WIDTH, " ");
    } else line += text;
    push(lines, line);
  }
  if (count < output.length) push(lines, output[count] as string);
  return lines;
}

/** For columns: one has to leave room for three. */
const isTooWide = (context: Context, width: number): boolean =>
  (width + SEPARATOR_WIDTH) * 3 + context.indentation >= context.breakLength;

function round(value: number): number {
  return floor(value + 0.5);
}

function areNumbers(value: object, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const type = typeof ownDescriptor(value, i)?.value;
    if (type !== "number" && type !== "bigint") return false;
  }
  return true;
}
