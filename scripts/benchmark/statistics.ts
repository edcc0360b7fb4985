export function quantile(values: readonly number[], at: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] as number;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** One run of several: its middle, and its slow end. */
export interface Run {
  readonly median: number;
  readonly p95?: number;
  readonly p99?: number;
}

export const runOf = (values: readonly number[]): Run => ({
  median: median(values),
  p95: quantile(values, 0.95),
  p99: quantile(values, 0.99),
});

/** Runs as one: medians of what they say, and how far their middles lie apart. */
export interface Summary extends Run {
  readonly least: number;
  readonly most: number;
  readonly runs: number;
}

export function summaryOf(runs: readonly Run[]): Summary {
  const medians = runs.map((run) => run.median);
  const p95 = runs.flatMap((run) => run.p95 ?? []);
  const p99 = runs.flatMap((run) => run.p99 ?? []);
  return {
    median: median(medians),
    ...(p95.length === 0 ? {} : { p95: median(p95) }),
    ...(p99.length === 0 ? {} : { p99: median(p99) }),
    least: Math.min(...medians),
    most: Math.max(...medians),
    runs: runs.length,
  };
}
