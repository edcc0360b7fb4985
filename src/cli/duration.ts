import { UsageError } from "./usage-error.ts";

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** `500ms`, `5s`, `1.5m`, `2h` in milliseconds, at least 1. @throws UsageError */
export function durationMs(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const ms = match ? Math.round(Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS]) : 0;
  if (ms >= 1) return ms;
  throw new UsageError(
    `${flag}: ${JSON.stringify(text)} is not a duration`,
    `Write a number and its unit, as ${flag} 500ms, 5s, 2m or 1h.`,
  );
}
