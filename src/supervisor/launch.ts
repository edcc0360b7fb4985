import { fileURLToPath } from "node:url";
import type { Subprocess } from "bun";
import { IS_COMPILED } from "../core/compiled.ts";
import { beNice, WORKER_NICENESS } from "./priority.ts";

/**
 * How a worker process is started: this program again, with nothing of the daemon's environment.
 */
export type WorkerSubprocess = Subprocess<"ignore", "ignore", "pipe">;

/**
 * What a worker holds is a guest's heap, of which Bun's own collector knows nothing: told of a small
 * machine, it collects the host's garbage before that is a third of a worker's margin. Nor may its own
 * heap double between two collections, as it would: what it once took it hardly gives back, for a few
 * objects that live long lie all over it.
 */
const COLLECTOR_SETTINGS =
  "BUN_JSC_largeHeapSize=8388608 BUN_JSC_forceRAMSize=134217728 BUN_JSC_smallHeapGrowthFactor=1.25 BUN_JSC_mediumHeapGrowthFactor=1.25";

/** A deep native stack for the engine's recursion, and Bun told of it where the system gives it. */
const shellScript = (settings: string) => `
if ulimit -s 65536; then BUN_JSC_maxPerThreadStackUsage=60000000; export BUN_JSC_maxPerThreadStackUsage; fi
export ${COLLECTOR_SETTINGS} ${settings}
exec "$@"
`;

/** The program that a worker is: compiled, or by its sources in development. */
export function workerCommand(): string[] {
  if (IS_COMPILED) return [process.execPath, "__worker"];
  return [process.execPath, fileURLToPath(new URL("../main.ts", import.meta.url)), "__worker"];
}

/** What a worker is for that is started for one program alone, which its user waits for. */
export interface SoleUse {
  readonly language: "js" | "ts";
}

/**
 * Bun compiles its own code to the machine's when it has run often. A process that ends after one
 * small program spends more on that than it gains: so it waits until code has run some thousand times.
 */
const SOLE_USE_SETTINGS = "BUN_JSC_thresholdForJITAfterWarmUp=20000";

/**
 * Whether a worker hears of the daemon's end by Bun's IPC channel. Linux ends the worker itself; there
 * it has no such channel, for what comes over one Bun keeps until it is a message, however long.
 */
const TELLS_BY_IPC = process.platform !== "linux";

export interface LaunchCallbacks {
  /** Over the IPC channel, where there is one. */
  onMessage(message: unknown): void;
  /** That channel has closed, whoever did it. */
  onDisconnect(): void;
  onExit(exitCode: number | null, signal: string | number | null): void;
}

/**
 * The command gets this process's id as its next argument, to end when this process has gone, and
 * then what the worker will have to read, where that is known.
 *
 * A session and a process group of its own; descriptor 3 (WORKER_CHANNEL_FD) is its channel, whose other
 * end the caller owns.
 *
 * @throws Error when there are no processes or descriptors left
 */
export function launch(
  command: readonly string[],
  callbacks: LaunchCallbacks,
  soleUse?: SoleUse,
): WorkerSubprocess {
  const script = shellScript(soleUse ? SOLE_USE_SETTINGS : "");
  const words = [...command, String(process.pid), ...(soleUse ? [soleUse.language] : [])];
  // Bun reads settings from the folder it starts in; this one is nobody's.
  const child = Bun.spawn(["/bin/sh", "-c", script, "sh", ...words], {
    cwd: "/",
    env: {},
    stdio: ["ignore", "ignore", "pipe", "socket-fd"],
    detached: true,
    ...(TELLS_BY_IPC ? toldBy(callbacks) : {}),
    onExit: (_, exitCode, signal) => callbacks.onExit(exitCode, signal),
  });
  if (!soleUse) beNice(child.pid, WORKER_NICENESS);
  return child;
}

const toldBy = (callbacks: LaunchCallbacks) => ({
  serialization: "advanced" as const,
  ipc: (message: unknown) => callbacks.onMessage(message),
  onDisconnect: () => callbacks.onDisconnect(),
});
