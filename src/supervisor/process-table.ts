import { readdirSync, readFileSync } from "node:fs";

/**
 * What Linux says of processes. Elsewhere there is no /proc: every answer is undefined, and the
 * callers fall back to what works everywhere.
 */
export interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  readonly sessionId: number;
  /** Neither a zombie nor dead. */
  readonly alive: boolean;
  /** The main thread sleeps: it waits for something instead of computing. */
  readonly sleeping: boolean;
  /** Somebody stopped it (SIGSTOP), and nothing it has to do goes on. */
  readonly stopped: boolean;
  /** CPU time of all threads so far, milliseconds, in steps of 10. */
  readonly cpuMs: number;
  readonly niceness: number;
  /** When it began, in clock ticks since the machine's start. */
  readonly startedTicks: number;
}

/** USER_HZ is 100 in every Linux ABI that Bun runs on. */
const TICK_MS = 10;
/** getauxval(3): the page size of this kernel, which differs between ARM machines. */
const AT_PAGESZ = 6n;

export function readStat(pid: number): ProcessStat | undefined {
  const text = readProc(`${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/**
 * CPU time of a process's main thread so far, milliseconds, as of the scheduler's last tick: finer
 * than `stat`, and without what its other threads compile and collect. Undefined: not kept here.
 */
export function readMainThreadMs(pid: number): number | undefined {
  const runNs = Number.parseInt(readProc(`${pid}/schedstat`) ?? "", 10);
  return runNs > 0 ? runNs / 1e6 : undefined;
}

/**
 * Resident memory of its own, bytes: without the pages of files, which are this program's and are
 * there once for all workers, however much of it one has touched.
 */
export function readResidentBytes(pid: number): number | undefined {
  const text = readProc(`${pid}/statm`);
  if (text === undefined) return undefined;
  pageBytes ??= readPageBytes();
  const [, resident, shared] = text.split(" ", 3).map(Number);
  return ((resident ?? 0) - (shared ?? 0)) * pageBytes;
}

let pageBytes: number | undefined;

function readPageBytes(): number {
  const pairs = new BigUint64Array(new Uint8Array(readFileSync("/proc/self/auxv")).buffer);
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    if (pairs[i] === AT_PAGESZ) return Number(pairs[i + 1]);
  }
  return 4096;
}

/**
 * Direct children, of any thread. Cheap, and exact while the process does not fork; a moving target
 * may be missed, so it proves nothing alone. Zombies are among them.
 */
export function readChildren(pid: number): number[] {
  const children: number[] = [];
  for (const thread of list(`/proc/${pid}/task`)) {
    const text = readProc(`${pid}/task/${thread}/children`);
    for (const child of text?.split(" ") ?? []) {
      if (child !== "") children.push(Number(child));
    }
  }
  return children;
}

/** Every process that this one may see. Empty without /proc. */
export function readTable(): ProcessStat[] {
  const table: ProcessStat[] = [];
  for (const name of list("/proc")) {
    const first = name.charCodeAt(0);
    if (first < 48 || first > 57) continue;
    const stat = readStat(Number(name));
    if (stat) table.push(stat);
  }
  return table;
}

/** proc(5), /proc/pid/stat. The name stands in parentheses and may hold any character. */
function parseStat(text: string): ProcessStat | undefined {
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  const state = fields[0];
  if (end < 0 || state === undefined) return undefined;
  const at = (field: number) => Number(fields[field - 3]);
  return {
    pid: Number.parseInt(text, 10),
    parentPid: at(4),
    groupId: at(5),
    sessionId: at(6),
    alive: state !== "Z" && state !== "X",
    sleeping: state === "S" || state === "D",
    stopped: state === "T",
    cpuMs: (at(14) + at(15)) * TICK_MS,
    niceness: at(19),
    startedTicks: at(22),
  };
}

/** Absent: the process has gone, or there is no /proc here. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, "latin1");
  } catch {
    return undefined;
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
