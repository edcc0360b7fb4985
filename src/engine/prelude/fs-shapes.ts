import { hide, NativeDate, named, objectKeys } from "./primordials.ts";

/** What Node's fs gives back besides plain values: made anew from the host's data. */
type Kind = "file" | "directory" | "symlink" | "fifo" | "socket" | "device";

/** The methods that Stats and Dirent share; the kind is no property that anything lists. */
class Entry {
  #kind: Kind;
  constructor(kind: Kind) {
    this.#kind = kind;
  }
  isFile() {
    return this.#kind === "file";
  }
  isDirectory() {
    return this.#kind === "directory";
  }
  isSymbolicLink() {
    return this.#kind === "symlink";
  }
  isFIFO() {
    return this.#kind === "fifo";
  }
  isSocket() {
    return this.#kind === "socket";
  }
  isBlockDevice() {
    return this.#kind === "device" && !isCharacterMode(this);
  }
  isCharacterDevice() {
    return this.#kind === "device" && isCharacterMode(this);
  }
}

const FORMAT_BITS = 0o170000;
const CHARACTER_BITS = 0o020000;

/** A directory's entry says no mode: of its devices, most are these. */
function isCharacterMode(entry: object): boolean {
  const { mode } = entry as { mode?: number };
  return mode === undefined || (mode & FORMAT_BITS) === CHARACTER_BITS;
}

const TIMES = ["atime", "mtime", "ctime", "birthtime"] as const;

class Stats extends Entry {
  constructor(data: Record<string, unknown>) {
    super(data.kind as Kind);
    copy(this as never, data);
    for (let i = 0; i < TIMES.length; i++) {
      const name = TIMES[i] as string;
      (this as unknown as Record<string, Date>)[name] = new NativeDate(data[`${name}Ms`] as number);
    }
  }
}

class Dirent extends Entry {
  constructor(data: Record<string, unknown>) {
    super(data.kind as Kind);
    copy(this as never, data);
    hide(this, "path", data.parentPath);
  }
}

named(Stats, "Stats");
named(Dirent, "Dirent");

function copy(into: Record<string, unknown>, data: Record<string, unknown>): void {
  const keys = objectKeys(data);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (key !== "$shape" && key !== "kind") into[key] = data[key];
  }
}

/** The object of a `$shape`; undefined where no such shape is known. */
export function shaped(data: Record<string, unknown>): object | undefined {
  if (data.$shape === "stats") return new Stats(data);
  if (data.$shape === "dirent") return new Dirent(data);
  return undefined;
}
