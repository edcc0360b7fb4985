import type { Run } from "./statistics.ts";

export type Unit = "ms" | "/s" | "KiB" | "MiB" | "×" | "%";

/** What design and promise say: at most, or at least, that much of a median or of a slow end. */
export interface Target {
  readonly of?: "median" | "p95" | "p99";
  readonly most?: number;
  readonly least?: number;
}

/** One line of the table. */
export interface Line {
  readonly what: string;
  readonly unit: Unit;
  readonly runs: readonly Run[];
  readonly target?: Target;
  /** What the numbers do not say; or why there are none. */
  readonly note?: string;
}

export interface BenchOptions {
  /** The program that is measured. */
  readonly binary: string;
  /** Runs of each measurement. */
  readonly runs: number;
  /** A folder that is removed at the end. */
  readonly folder: string;
}

/** A part of the benchmark that can be run alone. */
export interface Row {
  readonly name: string;
  readonly about: string;
  measure(options: BenchOptions): AsyncGenerator<Line>;
}

export async function repeat(runs: number, once: (run: number) => Promise<Run>): Promise<Run[]> {
  const all: Run[] = [];
  for (let run = 0; run < runs; run++) all.push(await once(run));
  return all;
}
