import type { Report } from "./attack.ts";
import type { HostileProgram } from "./program.ts";

/** Families of guest code that loops; others are stuck in one call of the engine's or of a module. */
const LOOPS = ["loops", "storms", "loading", "preview"];
const MIB = 1024 * 1024;
/** What a worker may hold beyond its session's `mem_mb`. */
const MARGIN_MB = 90;

/** Figures of a whole run: measured, not asserted, because the machine may be busy. */
export function summaryOf(
  reports: ReadonlyMap<HostileProgram, Report>,
  bystanderMs: readonly number[],
): string {
  const all = [...reports];
  const late = (limit: string, families?: readonly string[]) =>
    all.flatMap(([{ family }, report]) =>
      report.limit === limit && families?.includes(family) !== false ? [report.lateMs ?? 0] : [],
    );
  const loops = late("cpu_ms", LOOPS);
  const memory = all.filter(([program]) => program.family === "memory");
  const over = memory.map(([program, report]) => ({
    name: program.name,
    mb: report.peakBytes / MIB - (program.limits.mem_mb ?? 0),
  }));
  const worst = over.toSorted((a, b) => b.mb - a.mb)[0];
  return [
    `hostile programs: ${all.length}`,
    `loops past cpu_ms when stopped: ${quantiles(loops)}; within 100 ms: ${within(loops, 100)}`,
    `all past cpu_ms when stopped: ${quantiles(late("cpu_ms"))}`,
    `all past wall_ms when stopped: ${quantiles(late("wall_ms"))}`,
    `the session's next execution: ${quantiles(all.map(([, { nextMs }]) => nextMs))}`,
    `another session meanwhile: ${quantiles(bystanderMs)}`,
    ...(worst
      ? [
          `memory of workers beyond mem_mb: at most ${worst.mb.toFixed(0)} of ${MARGIN_MB} MB (${worst.name})`,
        ]
      : []),
  ].join("\n");
}

function quantiles(values: readonly number[]): string {
  if (values.length === 0) return "none";
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  const text = (part: number) => at(part)?.toFixed(1);
  return `${values.length} times, median ${text(0.5)} ms, p99 ${text(0.99)} ms, most ${text(1)} ms`;
}

function within(values: readonly number[], ms: number): string {
  const fitting = values.filter((value) => value <= ms).length;
  return `${((fitting / Math.max(1, values.length)) * 100).toFixed(1)} %`;
}
