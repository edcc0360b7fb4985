import { findFlaw } from "../core/json-text.ts";
import { LIMITS } from "../core/limits.ts";
import { type FlagDef, flagsOf, isPositional, subCommandsOf } from "./command.ts";
import { GLOBAL_FLAGS } from "./globals.ts";
import { nearest } from "./nearest.ts";
import type { Invocation } from "./parse.ts";
import { synopsis } from "./usage.ts";
import { UsageError } from "./usage-error.ts";

/** What a parsed line must also fulfil before its command runs. @throws UsageError */
export function check(invocation: Invocation): void {
  const { command, path, values, positionals } = invocation;
  const hint = `See \`${["vm-system", ...path].join(" ")} --help\`.`;
  const children = subCommandsOf(command);
  if (children) {
    const names = Object.keys(children).filter((name) => !name.startsWith("_"));
    throw new UsageError(
      `${path.length > 0 ? path.join(" ") : "vm-system"} needs a command: ${names.join(", ")}`,
      hint,
    );
  }

  const flags = Object.entries(flagsOf(command));
  const expected = flags.filter(([, flag]) => isPositional(flag));
  const missing = [
    ...expected
      .slice(positionals.length)
      .filter(([, flag]) => isRequired(flag))
      .map(([name]) => name.toUpperCase()),
    ...flags
      .filter(([name, flag]) => !isPositional(flag) && isRequired(flag) && !values.has(name))
      .map(([name]) => `--${name}`),
  ];
  if (missing.length > 0) {
    throw new UsageError(
      `${path.join(" ")} needs ${missing.join(", ")}`,
      `Usage: ${synopsis(command, path)}. ${hint}`,
    );
  }
  const repeats = expected.at(-1)?.[1].repeats === true;
  if (positionals.length > expected.length && !repeats) {
    const extra = JSON.stringify(positionals[expected.length]);
    throw new UsageError(`${path.join(" ")}: unexpected argument ${extra}`, hint);
  }

  for (const [at, [name, flag]] of expected.entries()) {
    const value = positionals[at];
    if (value !== undefined) checkValue(name.toUpperCase(), flag, value);
  }
  for (const [name, flag] of [...Object.entries<FlagDef>(GLOBAL_FLAGS), ...flags]) {
    for (const value of values.get(name) ?? []) checkValue(`--${name}`, flag, value);
  }
}

const isRequired = (flag: FlagDef) =>
  isPositional(flag) ? flag.required !== false : flag.required;

function checkValue(name: string, flag: FlagDef, value: string): void {
  const mayBeEmpty = isPositional(flag) ? flag.mayBeEmpty : !flag.notEmpty;
  if (value === "" && !mayBeEmpty) throw new UsageError(`${name} is empty`);
  const options = flag.type === "enum" ? flag.options : flag.oneOf;
  if (options && !options.includes(value)) {
    const near = nearest(value, options);
    throw new UsageError(
      `${name}: ${JSON.stringify(value)} is not one of ${options.join(", ")}`,
      near && `Did you mean ${near}?`,
    );
  }
  if (flag.integer) {
    const { min, max = Number.MAX_SAFE_INTEGER } = flag.integer;
    const number = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) {
      const bounds =
        max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
      throw new UsageError(`${name}: ${JSON.stringify(value)} is not a whole number ${bounds}`);
    }
  }
  if (flag.jsonObject) checkJsonObject(name, value);
}

/** As strictly as the API, which is sent what JSON.parse makes of it. */
function checkJsonObject(name: string, value: string): void {
  if (!isJsonObject(value)) {
    throw new UsageError(
      `${name}: ${JSON.stringify(value)} is not a JSON object`,
      `Quote it for the shell, as ${name} '{"key": "value"}'.`,
    );
  }
  const flaw = findFlaw(value, LIMITS.bodyDepthMax);
  if (flaw) throw new UsageError(`${name}: ${flaw.path || "the JSON"} ${flaw.message}`);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
