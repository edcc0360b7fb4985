import { LIMITS } from "../core/limits.ts";
import { WORKER_NICENESS } from "./priority.ts";
import { type ProcessStat, readChildren, readStat, readTable } from "./process-table.ts";
import { reap } from "./subreaper.ts";

/**
 * Ending everything that a worker's guest started, however it tries to stay.
 *
 * A worker is the subreaper of its descendants: whatever forks, changes its session and loses its
 * parent becomes the worker's own child. So all of them are in the tree below the worker as long as
 * the worker is there, and it is ended last, stopped before, so that nothing new can begin meanwhile.
 */
export interface Sweep {
  /** Programs that were found, alive or dead but not yet taken by their parent. */
  readonly found: number;
  /** Programs that would not go in time. */
  readonly left: number;
}

/** Whether the worker has children at all. */
export function hasChildren(workerPid: number): boolean {
  return readChildren(workerPid).length > 0;
}

/** Ends what is below the worker, and leaves the worker. */
export function endDescendants(workerPid: number): Promise<Sweep> {
  return endAll(workerPid, {
    select: (table) => below(table, workerPid),
    isOurs: () => true,
  });
}

/** Ends the worker with all that is below it. The caller knows that it still exists. */
export async function endTree(workerPid: number): Promise<Sweep> {
  signal(workerPid, "SIGSTOP");
  // Atomic for all that stayed in the worker's own process group, the worker included, where there
  // is no /proc to find anything else.
  if (process.platform !== "linux") {
    signal(-workerPid, "SIGKILL");
    return { found: 0, left: 0 };
  }
  try {
    return await endDescendants(workerPid);
  } finally {
    signal(workerPid, "SIGKILL");
  }
}

/**
 * Ends programs of a worker that died on its own: this process inherited them. They are told from
 * this process's own children by their session, which no program of a worker shares with it, and by
 * their niceness, which only a privileged program could have taken back.
 *
 * @param isWorker  Whether a child is a live worker of any pool in this process.
 */
export async function endOrphans(
  worker: ProcessStat,
  isWorker: (pid: number) => boolean,
): Promise<Sweep> {
  const own = readStat(process.pid);
  const isOrphan = (stat: ProcessStat) =>
    stat.parentPid === process.pid &&
    stat.sessionId !== own?.sessionId &&
    stat.niceness >= WORKER_NICENESS &&
    stat.startedTicks >= worker.startedTicks &&
    !isWorker(stat.pid);
  return endAll(process.pid, {
    select: (table) => {
      const orphans = table.filter(isOrphan);
      for (const orphan of orphans) if (!orphan.alive) reap(orphan.pid);
      const found = new Set(orphans);
      // Its number may belong to somebody else by now; then its session is known to be empty.
      const reused = table.some(({ pid }) => pid === worker.pid);
      if (!reused) for (const stat of below(table, worker.pid)) found.add(stat);
      for (const orphan of orphans) for (const stat of below(table, orphan.pid)) found.add(stat);
      return [...found];
    },
    isOurs: (pid) => {
      const stat = readStat(pid);
      return stat !== undefined && isOrphan(stat);
    },
  });
}

interface Target {
  /** What is to be ended, of all processes. */
  select(table: readonly ProcessStat[]): ProcessStat[];
  /** Whether a child of the root is. */
  isOurs(pid: number): boolean;
}

/** Scans that must find nothing alive, one after another: what forks at the right moment hides in one. */
const CLEAN_PASSES = 2;

/** Kills what is found until nothing is. */
async function endAll(rootPid: number, target: Target): Promise<Sweep> {
  const seen = new Set<number>();
  const deadlineMs = performance.now() + LIMITS.endDescendantsMs;
  for (let pass = 0, clean = 0; ; pass++) {
    const chased = chaseChildren(rootPid, target, seen);
    const chosen = target.select(readTable());
    const alive = chosen.filter((stat) => stat.alive);
    for (const stat of chosen) seen.add(stat.pid);
    clean = alive.length === 0 && chased === 0 ? clean + 1 : 0;
    if (clean === CLEAN_PASSES) return { found: seen.size, left: 0 };
    for (const { pid } of alive) signal(pid, "SIGKILL");
    if (performance.now() > deadlineMs) return { found: seen.size, left: alive.length };
    // A killed process needs a moment to be gone; the daemon serves others meanwhile.
    await (pass < 4 ? new Promise((resolve) => setImmediate(resolve)) : Bun.sleep(2));
  }
}

/**
 * A program that forks and exits over and over is gone from a whole scan before its kill arrives.
 * Each new one is the root's direct child at once, and reading those takes microseconds.
 *
 * @returns How many were killed.
 */
function chaseChildren(rootPid: number, target: Target, seen: Set<number>): number {
  let killed = 0;
  for (let quiet = 0, turns = 0; quiet < 2 && turns < 1000; turns++) {
    quiet++;
    for (const pid of readChildren(rootPid)) {
      if (seen.has(pid) || !target.isOurs(pid)) continue;
      seen.add(pid);
      quiet = 0;
      killed++;
      signal(pid, "SIGKILL");
    }
  }
  return killed;
}

/** The tree below a process, and what else is of its session or group. */
function below(table: readonly ProcessStat[], rootPid: number): ProcessStat[] {
  const inside = new Set([rootPid]);
  const found: ProcessStat[] = [];
  for (let grown = true; grown; ) {
    grown = false;
    for (const stat of table) {
      if (inside.has(stat.pid)) continue;
      const belongs =
        inside.has(stat.parentPid) || stat.sessionId === rootPid || stat.groupId === rootPid;
      if (!belongs) continue;
      inside.add(stat.pid);
      found.push(stat);
      grown = true;
    }
  }
  return found;
}

function signal(pid: number, name: "SIGSTOP" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has gone already.
  }
}
