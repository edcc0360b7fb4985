/** Between the core's values and SQLite's. */

export const toMs = (timestamp: string): number => Date.parse(timestamp);
export const toTimestamp = (ms: number): string => new Date(ms).toISOString();

export const toJson = (value: unknown): string => JSON.stringify(value) ?? "null";
export const toOptionalJson = (value: unknown): string | null =>
  value === undefined ? null : toJson(value);

/** `{[key]: value}`, or nothing for NULL: an absent field stays absent. */
export function optional<K extends string, C, T>(
  key: K,
  column: C | null,
  read: (column: C) => T,
): { [P in K]?: T } {
  return column === null ? {} : ({ [key]: read(column) } as { [P in K]?: T });
}

export const same = <T>(value: T): T => value;
