import { cpus, loadavg, release, totalmem } from "node:os";

/** What the numbers depend on. */
export interface Machine {
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memory_mib: number;
  readonly program: string;
  readonly bun: string;
  readonly node: string;
  /** Of the last minute: above the number of cores, others were measured too. */
  readonly load_before: number;
}

export function machineOf(binary: string): Machine {
  const [cpu] = cpus();
  return {
    system: `${process.platform} ${release()} ${process.arch}`,
    processor: cpu?.model.trim() ?? "unknown",
    cores: cpus().length,
    memory_mib: Math.round(totalmem() / 1024 / 1024),
    program: versionOf([binary, "version"]),
    bun: Bun.version,
    node: versionOf(["node", "--version"]),
    load_before: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

function versionOf(command: string[]): string {
  try {
    return Bun.spawnSync(command).stdout.toString().trim();
  } catch {
    return "none";
  }
}
