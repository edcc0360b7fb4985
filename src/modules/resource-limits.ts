import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { LIMITS } from "../core/limits.ts";
import { libc } from "./libc.ts";

/** Linux's numbers, the same on every architecture that we build for. */
const RLIMIT_FSIZE = 1;
const RLIMIT_CORE = 4;
const RLIMIT_NPROC = 6;
const RLIMIT_NOFILE = 7;
const SIGXFSZ = 25;
const SIG_IGN = 1n;

/** Of 1000, which would be a machine's whole memory: no daemon holds half of one. */
const OOM_SCORE = 500;

/**
 * Bounds on this process and all it starts, for good: file size, cores, open files. To be called
 * before /proc closes.
 */
export function limitResources(): void {
  const symbols = libc();
  if (symbols === undefined) return;
  lower(RLIMIT_CORE, 0);
  lower(RLIMIT_FSIZE, LIMITS.writtenFileBytesMax);
  lower(RLIMIT_NOFILE, LIMITS.programFilesMax);
  // Past the file size a write fails with EFBIG instead of killing the process.
  symbols.signal(SIGXFSZ, SIG_IGN);
  goFirst();
}

/**
 * Where the machine, or a container, has no memory left, the kernel ends guests and their programs
 * before the daemon and everybody else: the bytes that a program takes are bounded by nothing but that.
 */
function goFirst(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", String(OOM_SCORE));
  } catch {
    // No /proc, or somebody has said already that it goes sooner.
  }
}

/** To be called before /proc closes: counts what the bound on tasks is relative to. */
export function prepareTaskLimit(): void {
  tasksMax ??= countTasks() + LIMITS.programTasksMax;
}

let tasksMax: number | undefined;

/**
 * While it lasts, new processes of this one start with a bound on the tasks of their user: what the
 * user had when first asked, plus LIMITS.programTasksMax. Root is not bound by it, says the kernel;
 * for root the kill of all descendants at the end of the call remains.
 */
export function limitChildTasks(): Disposable {
  prepareTaskLimit();
  const before = get(RLIMIT_NPROC);
  if (before === undefined) return { [Symbol.dispose]() {} };
  const hard = before[1] ?? 0n;
  const wanted = BigInt(tasksMax ?? LIMITS.programTasksMax);
  set(RLIMIT_NPROC, new BigUint64Array([wanted < hard ? wanted : hard, hard]));
  return {
    [Symbol.dispose]() {
      set(RLIMIT_NPROC, before);
    },
  };
}

/** Processes and threads of this process's user. */
function countTasks(): number {
  const uid = String(process.getuid?.() ?? 0);
  let tasks = 0;
  for (const pid of processIds()) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "latin1");
      if (/^Uid:\t(\d+)/m.exec(status)?.[1] !== uid) continue;
      tasks += Number(/^Threads:\t(\d+)/m.exec(status)?.[1] ?? 1);
    } catch {
      // It ended meanwhile.
    }
  }
  return tasks;
}

function processIds(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function lower(resource: number, max: number): void {
  const now = get(resource);
  if (now === undefined) return;
  const wanted = BigInt(max);
  const hard = now[1] ?? 0n;
  const limit = wanted < hard ? wanted : hard;
  set(resource, new BigUint64Array([limit, limit]));
}

function get(resource: number): BigUint64Array | undefined {
  const values = new BigUint64Array(2);
  return libc()?.prlimit(0, resource, null, values) === 0 ? values : undefined;
}

function set(resource: number, values: BigUint64Array): void {
  libc()?.prlimit(0, resource, values, null);
}
