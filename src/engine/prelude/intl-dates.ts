import {
  charCodeAt,
  dateGetTime,
  dateToISOString,
  NativeDate,
  NativeRangeError,
  numberIsNaN,
  padStart,
  push,
  slice,
  toNumber,
} from "./primordials.ts";

/** Dates in American English, in Coordinated Universal Time. */
export interface DateOptions {
  readonly timeZone?: unknown;
  readonly dateStyle?: "full" | "long" | "medium" | "short";
  readonly timeStyle?: "full" | "long" | "medium" | "short";
  readonly weekday?: string;
  readonly year?: string;
  readonly month?: string;
  readonly day?: string;
  readonly hour?: string;
  readonly minute?: string;
  readonly second?: string;
  readonly hour12?: boolean;
  readonly hourCycle?: string;
  readonly timeZoneName?: string;
}

interface Part {
  readonly type: string;
  readonly value: string;
}

const MONTHS =
  "January February March April May June July August September October November December";
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday";
const DAY_MS = 86_400_000;

/** The word of that number in a list of words. */
function wordOf(words: string, index: number): string {
  let start = 0;
  let at = 0;
  for (let i = 0; i <= words.length; i++) {
    if (i < words.length && charCodeAt(words, i) !== 32) continue;
    if (at++ === index) return slice(words, start, i);
    start = i + 1;
  }
  return "";
}

const DATE_STYLES: Readonly<Record<string, DateOptions>> = {
  full: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  long: { year: "numeric", month: "long", day: "numeric" },
  medium: { year: "numeric", month: "short", day: "numeric" },
  short: { year: "2-digit", month: "numeric", day: "numeric" },
};
const TIME_STYLES: Readonly<Record<string, DateOptions>> = {
  full: { hour: "numeric", minute: "2-digit", second: "2-digit", timeZoneName: "long" },
  long: { hour: "numeric", minute: "2-digit", second: "2-digit", timeZoneName: "short" },
  medium: { hour: "numeric", minute: "2-digit", second: "2-digit" },
  short: { hour: "numeric", minute: "2-digit" },
};

/** The date as a list of what it is made of. @throws RangeError for what is no date */
export function dateParts(given: DateOptions, date: unknown): Part[] {
  const { dateStyle, timeStyle } = given;
  const options: DateOptions = {
    ...given,
    ...(dateStyle === undefined ? {} : DATE_STYLES[dateStyle]),
    ...(timeStyle === undefined ? {} : TIME_STYLES[timeStyle]),
  };
  const ms = date === undefined ? NativeDate.now() : toNumber(date);
  const at = new NativeDate(ms);
  if (numberIsNaN(dateGetTime(at))) throw new NativeRangeError("Invalid time value");
  const iso = dateToISOString(at);
  const parts: Part[] = [];
  const add = (type: string, value: string) => push(parts, { type, value });
  addDate(options, iso, ms, add);
  if (options.hour === undefined && options.minute === undefined && options.second === undefined)
    return parts;
  if (parts.length > 0) {
    add("literal", dateStyle === "full" || dateStyle === "long" ? " at " : ", ");
  }
  addTime(options, iso, add);
  return parts;
}

type Add = (type: string, value: string) => void;

function addDate(options: DateOptions, iso: string, ms: number, add: Add): void {
  const { weekday, year, month, day } = options;
  const monthAt = iso.length - 19;
  const number = (text: string, style: string) =>
    style === "2-digit" ? text : `${toNumber(text)}`;
  const named = month === "long" || month === "short" || month === "narrow";
  const weekdays = (((Math.floor(ms / DAY_MS) + 4) % 7) + 7) % 7;
  const short = (word: string, style: string) =>
    style === "long" ? word : slice(word, 0, style === "narrow" ? 1 : 3);
  if (weekday !== undefined) {
    add("weekday", short(wordOf(DAYS, weekdays), weekday));
    if (month !== undefined || day !== undefined || year !== undefined) add("literal", ", ");
  }
  if (month !== undefined) {
    const text = slice(iso, monthAt, monthAt + 2);
    add("month", named ? short(wordOf(MONTHS, toNumber(text) - 1), month) : number(text, month));
  }
  if (day !== undefined) {
    if (month !== undefined) add("literal", named ? " " : "/");
    add("day", number(slice(iso, monthAt + 3, monthAt + 5), day));
  }
  if (year === undefined) return;
  if (month !== undefined || day !== undefined) {
    add("literal", named ? (day === undefined ? " " : ", ") : "/");
  }
  const full = toNumber(slice(iso, 0, monthAt - 1));
  add("year", year === "2-digit" ? padStart(`${full % 100}`, 2, "0") : `${full}`);
}

function addTime(options: DateOptions, iso: string, add: Add): void {
  const { hour, minute, second, hour12, hourCycle, timeZoneName } = options;
  const timeAt = iso.length - 13;
  const is24 =
    hour12 === false || (hour12 === undefined && (hourCycle === "h23" || hourCycle === "h24"));
  const hours = toNumber(slice(iso, timeAt, timeAt + 2));
  let begun = false;
  const next = (type: string, value: string) => {
    if (begun) add("literal", ":");
    begun = true;
    add(type, value);
  };
  if (hour !== undefined) {
    const shown = is24 ? hours : hours % 12 === 0 ? 12 : hours % 12;
    const wide = hour === "2-digit" || is24;
    next("hour", wide ? padStart(`${shown}`, 2, "0") : `${shown}`);
  }
  if (minute !== undefined) next("minute", slice(iso, timeAt + 3, timeAt + 5));
  if (second !== undefined) next("second", slice(iso, timeAt + 6, timeAt + 8));
  if (hour !== undefined && !is24) {
    add("literal", " ");
    add("dayPeriod", hours < 12 ? "AM" : "PM");
  }
  if (timeZoneName === undefined) return;
  add("literal", " ");
  add("timeZoneName", timeZoneName === "long" ? "Coordinated Universal Time" : "UTC");
}
