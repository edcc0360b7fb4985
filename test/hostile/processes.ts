import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";

interface Process {
  readonly pid: number;
  readonly parentPid: number;
  readonly state: string;
  readonly command: string;
  readonly folder: string;
}

/** What runs below a daemon, read from /proc. */
export class Processes {
  constructor(
    private readonly daemonPid: number,
    private readonly root: string,
  ) {}

  /** Workers that are there now. */
  workers(): number[] {
    return children(this.daemonPid).filter((pid) => commandOf(pid).includes("__worker"));
  }

  /**
   * Everything that a guest may have left: below the daemon, or at home in a worktree. What this
   * process starts there itself, for another program at the same time, it also ends.
   */
  strays(): string[] {
    const table = readTable();
    const below = new Set([this.daemonPid]);
    for (let size = 0; size !== below.size; ) {
      size = below.size;
      for (const each of table) if (below.has(each.parentPid)) below.add(each.pid);
    }
    return table
      .filter(({ pid, folder }) => below.has(pid) || folder.startsWith(this.root))
      .filter(({ parentPid }) => parentPid !== process.pid)
      .filter(({ pid, command }) => pid !== this.daemonPid && !command.includes("__worker"))
      .map((each) => `${each.pid} (parent ${each.parentPid}, ${each.state}) ${each.command}`);
  }

  /** Begins to look at what workers hold. */
  watch(): MemoryWatch {
    return new MemoryWatch(() => this.workers());
  }
}

const LOOK_EVERY_MS = 10;

/** A worker that had a smaller part than this of the busiest one's time did not run the program. */
const SHARE_MIN = 1 / 4;

interface Watched {
  /** What it had computed when the watch began. */
  readonly beganNs: number;
  computedNs: number;
  peakBytes: number;
}

/**
 * The most memory that was resident in a worker which ran the program, the pages of files as well. It is
 * told by the time that it computed from those that step for the bystander, or give up what an earlier
 * program left.
 */
export class MemoryWatch implements Disposable {
  private readonly watched = new Map<number, Watched>();
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(private readonly workers: () => number[]) {
    for (const pid of workers()) {
      forgetPeak(pid);
      this.watched.set(pid, { beganNs: computedNs(pid), computedNs: 0, peakBytes: 0 });
    }
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  get peakBytes(): number {
    this.look();
    const all = [...this.watched.values()];
    const busiestNs = Math.max(...all.map((each) => each.computedNs));
    const ran = all.filter((each) => each.computedNs >= busiestNs * SHARE_MIN);
    return Math.max(0, ...ran.map((each) => each.peakBytes));
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }

  private look(): void {
    for (const pid of this.workers()) {
      const worker = this.watched.get(pid) ?? { beganNs: 0, computedNs: 0, peakBytes: 0 };
      this.watched.set(pid, worker);
      // One that is just ending says 0 for both.
      worker.computedNs = Math.max(worker.computedNs, computedNs(pid) - worker.beganNs);
      worker.peakBytes = Math.max(worker.peakBytes, peakOf(pid));
    }
  }
}

function readTable(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = read(`/proc/${name}/stat`);
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === undefined || parent === undefined) return [];
      const pid = Number(name);
      return [
        { pid, parentPid: Number(parent), state, command: commandOf(pid), folder: folderOf(pid) },
      ];
    });
}

function children(pid: number): number[] {
  return list(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );
}

const commandOf = (pid: number): string =>
  read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").slice(0, 200);

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

/** Bytes, those of files as well. */
function peakOf(pid: number): number {
  const status = read(`/proc/${pid}/status`);
  const kib = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
  return kib("VmHWM") * 1024;
}

function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // It ended, or the kernel has no such thing: the peak is an older one.
  }
}

/** By the main thread, which runs guests. */
function computedNs(pid: number): number {
  return Number.parseInt(read(`/proc/${pid}/schedstat`), 10) || 0;
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
