import { UsageError } from "../usage-error.ts";

/**
 * The words behind a file as the object that it finds in `__ARGS__`: `--key=value` is a field with
 * that text, `--flag` one that is true, one given again a list of all its values. Everything else, and
 * all that follows a `--`, is in the list `_`.
 */
export function guestArguments(words: readonly string[]): Record<string, unknown> {
  const rest: string[] = [];
  const fields = new Map<string, unknown>();
  for (const [at, word] of words.entries()) {
    if (word === "--") {
      rest.push(...words.slice(at + 1));
      break;
    }
    const match = /^--([^=]+)(?:=([\s\S]*))?$/.exec(word);
    if (!match) {
      rest.push(word);
      continue;
    }
    const name = match[1]!;
    const value = match[2] ?? true;
    const before = fields.get(name);
    fields.set(name, fields.has(name) ? [before, value].flat() : value);
  }
  return { ...Object.fromEntries(fields), _: rest };
}

/**
 * `NAME=value`, or `NAME` alone for that variable of this process: what `__ENV__` holds.
 *
 * @throws UsageError
 */
export function guestEnvironment(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf("=");
      const name = equals < 0 ? word : word.slice(0, equals);
      const value = equals < 0 ? env[name] : word.slice(equals + 1);
      if (name === "") throw new UsageError(`--env: ${JSON.stringify(word)} has no name`);
      if (value === undefined) {
        throw new UsageError(
          `--env: the variable ${name} is not set`,
          `Set it, or give its value: --env ${name}=VALUE.`,
        );
      }
      return [name, value];
    }),
  );
}
