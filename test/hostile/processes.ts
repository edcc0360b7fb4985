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

  /** Everything that a guest may have left: below the daemon, or at home in a worktree. */
  strays(): string[] {
    const table = readTable();
    const below = new Set([this.daemonPid]);
    for (let size = 0; size !== below.size; ) {
      size = below.size;
      for (const each of table) if (below.has(each.parentPid)) below.add(each.pid);
    }
    return table
      .filter(({ pid, folder }) => below.has(pid) || folder.startsWith(this.root))
      .filter(({ pid, command }) => pid !== this.daemonPid && !command.includes("__worker"))
      .map((each) => `${each.pid} (parent ${each.parentPid}, ${each.state}) ${each.command}`);
  }

  /** Begins to look at what workers hold. */
  watch(): MemoryWatch {
    return new MemoryWatch(() => this.workers());
  }
}

const LOOK_EVERY_MS = 10;

/** The most memory that any worker held which did something meanwhile, all that is resident. */
export class MemoryWatch implements Disposable {
  private readonly cpuBefore = new Map<number, number>();
  private readonly timer: ReturnType<typeof setInterval>;
  private most = 0;

  constructor(private readonly workers: () => number[]) {
    for (const pid of workers()) {
      this.cpuBefore.set(pid, cpuTicks(pid));
      forgetPeak(pid);
    }
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  get peakBytes(): number {
    this.look();
    return this.most;
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }

  private look(): void {
    for (const pid of this.workers()) {
      if (cpuTicks(pid) === this.cpuBefore.get(pid)) continue;
      this.most = Math.max(this.most, peakOf(pid));
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

function cpuTicks(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
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
