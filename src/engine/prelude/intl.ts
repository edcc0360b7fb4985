import { type DateOptions, dateParts } from "./intl-dates.ts";
import { type NumberOptions, numberText } from "./intl-numbers.ts";
import {
  hide,
  join,
  list,
  NativeRangeError,
  named,
  push,
  reflectConstruct,
  symbolToStringTag,
} from "./primordials.ts";

/**
 * The little of Intl that an engine without locale data can say truthfully: American English, and
 * Coordinated Universal Time. Asked for another language it answers in this one and says so in
 * `resolvedOptions`; asked for another time zone it throws, as for a zone that does not exist.
 */
const LOCALE = "en-US";
const UTC_NAMES = ["UTC", "utc", "Etc/UTC", "GMT", "Etc/GMT"];

function zoneOf(given: unknown): string {
  if (given === undefined) return "UTC";
  for (let i = 0; i < UTC_NAMES.length; i++) if (given === UTC_NAMES[i]) return "UTC";
  throw new NativeRangeError(`Invalid time zone specified: ${given}`);
}

const DATE_FIELDS = ["weekday", "year", "month", "day", "dayPeriod", "hour", "minute", "second"];

class DateTimeFormat {
  readonly #options: DateOptions;

  constructor(_locales?: unknown, options?: DateOptions) {
    const { timeZone, ...rest } = options ?? {};
    zoneOf(timeZone);
    let given = rest.dateStyle !== undefined || rest.timeStyle !== undefined;
    for (let i = 0; i < DATE_FIELDS.length; i++) {
      given ||= rest[DATE_FIELDS[i] as "year"] !== undefined;
    }
    this.#options = given ? rest : { ...rest, year: "numeric", month: "numeric", day: "numeric" };
    // A method of it may be taken on its own.
    hide(this, "format", (date?: unknown) => textOf(dateParts(this.#options, date)));
  }

  declare format: (date?: unknown) => string;

  formatToParts(date?: unknown) {
    return dateParts(this.#options, date);
  }

  resolvedOptions(): object {
    return {
      locale: LOCALE,
      calendar: "gregory",
      numberingSystem: "latn",
      timeZone: "UTC",
      ...this.#options,
    };
  }
}

class NumberFormat {
  readonly #options: NumberOptions;

  constructor(_locales?: unknown, options?: NumberOptions) {
    this.#options = { ...options };
    numberText(this.#options, 0);
    hide(this, "format", (value: unknown) => numberText(this.#options, value));
  }

  declare format: (value: unknown) => string;

  resolvedOptions(): object {
    return { locale: LOCALE, numberingSystem: "latn", style: "decimal", ...this.#options };
  }
}

function supportedLocalesOf(locales: unknown): string[] {
  const asked = typeof locales === "string" ? [locales] : ((locales ?? []) as string[]);
  const found: string[] = [];
  for (let i = 0; i < asked.length; i++) {
    if (asked[i] === LOCALE || asked[i] === "en") push(found, asked[i] as string);
  }
  return found;
}

function textOf(parts: readonly { readonly value: string }[]): string {
  const values = list<string>();
  for (let i = 0; i < parts.length; i++) push(values, (parts[i] as { value: string }).value);
  return join(values, "");
}

export function makeIntl(): object {
  const intl = {};
  hide(intl, "DateTimeFormat", callable("DateTimeFormat", DateTimeFormat));
  hide(intl, "NumberFormat", callable("NumberFormat", NumberFormat));
  hide(intl, "getCanonicalLocales", (locales: unknown) =>
    typeof locales === "string" ? [locales] : (locales ?? []),
  );
  hide(intl, symbolToStringTag, "Intl");
  return intl;
}

/** These two of Intl may be called without `new`, and mostly are. */
function callable(
  name: string,
  made: { new (locales?: unknown, options?: never): object; prototype: object },
): object {
  function format(...given: unknown[]): object {
    return reflectConstruct(made, given, new.target ?? format) as object;
  }
  named(format, name);
  format.prototype = made.prototype;
  hide(made.prototype, "constructor", format);
  hide(made.prototype, symbolToStringTag, `Intl.${name}`);
  hide(format, "supportedLocalesOf", supportedLocalesOf);
  return format;
}

/** `toLocaleString` and its like say the same as Intl. */
export function installLocaleMethods(): void {
  const ofNumber = (self: unknown, options: unknown) =>
    numberText({ ...(options as object) }, self);
  const ofDate = (defaults: DateOptions) => (self: unknown, options: unknown) =>
    new DateTimeFormat(LOCALE, withDefaults(options as DateOptions, defaults)).format(self);
  install(Number.prototype, "toLocaleString", ofNumber);
  install(BigInt.prototype, "toLocaleString", ofNumber);
  install(Date.prototype, "toLocaleString", ofDate({ ...DATE_DEFAULTS, ...TIME_DEFAULTS }));
  install(Date.prototype, "toLocaleDateString", ofDate(DATE_DEFAULTS));
  install(Date.prototype, "toLocaleTimeString", ofDate(TIME_DEFAULTS));
}

function install(
  prototype: object,
  name: string,
  say: (self: unknown, options: unknown) => string,
): void {
  const { method } = {
    method(this: unknown, _locales?: unknown, options?: unknown) {
      return say(this, options);
    },
  };
  named(method, name);
  hide(prototype, name, method);
}

const DATE_DEFAULTS: DateOptions = { year: "numeric", month: "numeric", day: "numeric" };
const TIME_DEFAULTS: DateOptions = { hour: "numeric", minute: "2-digit", second: "2-digit" };

function withDefaults(options: DateOptions | undefined, defaults: DateOptions): DateOptions {
  if (options === undefined || options === null) return defaults;
  for (const key in options) {
    if (key !== "timeZone" && key !== "hour12" && key !== "hourCycle") return options;
  }
  return { ...defaults, ...options };
}
