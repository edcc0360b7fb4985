/**
 * Names that workers need too; apart from the schemas, which take longer to load than the rest of a
 * worker that runs one small program.
 */
export const VALUE_TYPES = [
  "undefined",
  "null",
  "boolean",
  "number",
  "bigint",
  "string",
  "symbol",
  "function",
  "object",
  "array",
  "date",
  "regexp",
  "error",
  "map",
  "set",
  "promise",
  "typedarray",
  "arraybuffer",
] as const;

export const CONSOLE_LEVELS = ["log", "info", "warn", "error", "debug"] as const;
export type ConsoleLevel = (typeof CONSOLE_LEVELS)[number];
