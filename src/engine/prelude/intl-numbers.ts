import {
  coerce,
  indexOf,
  max,
  NativeRangeError,
  numberIsFinite,
  numberIsNaN,
  numberToFixed,
  padStart,
  slice,
  startsWith,
  toNumber,
} from "./primordials.ts";

/** Numbers in American English. */
export interface NumberOptions {
  readonly style?: string;
  readonly currency?: string;
  readonly useGrouping?: boolean | string;
  readonly minimumIntegerDigits?: number;
  readonly minimumFractionDigits?: number;
  readonly maximumFractionDigits?: number;
}

const CURRENCIES: Readonly<Record<string, string>> = {
  __proto__: null as never,
  USD: "$",
  EUR: "€",
  GBP: "£",
  JPY: "¥",
  INR: "₹",
  CNY: "CN¥",
};
const STYLES = ["decimal", "percent", "currency"];

/** @throws RangeError for a style that needs more than this knows */
export function numberText(options: NumberOptions, value: unknown): string {
  const { style = "decimal", currency = "" } = options;
  let known = false;
  for (let i = 0; i < STYLES.length; i++) known ||= STYLES[i] === style;
  if (!known) throw new NativeRangeError(`Value ${style} is not supported for option style`);
  const isBig = typeof value === "bigint";
  const number = isBig ? 0 : toNumber(value) * (style === "percent" ? 100 : 1);
  if (numberIsNaN(number)) return "NaN";
  const usual = style === "currency" ? (currency === "JPY" ? 0 : 2) : 0;
  const least = options.minimumFractionDigits ?? usual;
  const most = options.maximumFractionDigits ?? max(least, style === "decimal" ? 3 : usual);
  const digits = isBig ? coerce(value) : numberIsFinite(number) ? fixed(number, most) : "∞";
  const negative = startsWith(digits, "-") || number < 0 || 1 / number === -Infinity;
  const bare = startsWith(digits, "-") ? slice(digits, 1) : digits;
  const text = grouped(bare, options, least);
  const sign = negative ? "-" : "";
  if (style === "percent") return `${sign}${text}%`;
  return style === "currency"
    ? `${sign}${CURRENCIES[currency] ?? `${currency} `}${text}`
    : sign + text;
}

/** Rounded half away from zero in decimal, as Intl does, where the double says exactly half. */
function fixed(number: number, digits: number): string {
  return number >= 1e21 || number <= -1e21 ? coerce(BigInt(number)) : numberToFixed(number, digits);
}

function grouped(digits: string, options: NumberOptions, least: number): string {
  const point = indexOf(digits, ".");
  let whole = point === -1 ? digits : slice(digits, 0, point);
  let fraction = point === -1 ? "" : slice(digits, point + 1);
  while (fraction.length > least && fraction[fraction.length - 1] === "0") {
    fraction = slice(fraction, 0, -1);
  }
  while (fraction.length < least) fraction += "0";
  whole = padStart(whole, options.minimumIntegerDigits ?? 1, "0");
  if (options.useGrouping !== false) {
    for (let at = whole.length - 3; at > 0; at -= 3) {
      whole = `${slice(whole, 0, at)},${slice(whole, at)}`;
    }
  }
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
