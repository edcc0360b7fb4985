import { openSync } from "node:fs";
import { address, libc, O_CLOEXEC } from "./libc.ts";
import { canWatchPages, watchPages } from "./page-faults.ts";
import { at, put, wordsOf } from "./words.ts";

/**
 * https://docs.kernel.org/admin-guide/mm/pagemap.html (PAGEMAP_SCAN): Linux from 6.7 on. The kernel tells
 * which watched pages were written.
 */
const PAGEMAP_SCAN = 0xc0606610;
const SCAN_ARGUMENT_BYTES = 96;
const WP_MATCHING = 1;
/** The scan fails where any of the range is not watched. */
const CHECK_WP_ASYNC = 2;
const PAGE_IS_WRITTEN = 2;
/** Runs of pages that one call tells of. */
const RUNS_MAX = 512;
const RUN_WORDS = 6;

/** Places of numbers of 64 bits in the arguments. */
const SCAN = { start: 2, end: 3, walkEnd: 4 } as const;

/** Byte offsets in the memory, whole pages of the system. */
type RunSink = (from: number, to: number) => void;

let pageMap: number | null | undefined;

/**
 * Opens what watching needs: to be called before the profile closes /proc and refuses the call.
 * False: this kernel does not offer it.
 */
export function prepareWrittenPages(): boolean {
  if (pageMap === undefined) pageMap = (canWatchPages() ? openPageMap() : undefined) ?? null;
  return pageMap !== null;
}

function openPageMap(): number | undefined {
  try {
    return openSync("/proc/self/pagemap", O_CLOEXEC);
  } catch {
    return undefined; // No /proc here.
  }
}

/** Tells which pages of one memory were written, however and by whom. */
export class WrittenPages {
  private memory: ArrayBufferLike | undefined;
  private start = 0;
  private readonly runs = new Uint32Array(new ArrayBuffer(RUNS_MAX * RUN_WORDS * 4));
  private readonly scan = wordsOf([
    SCAN_ARGUMENT_BYTES,
    WP_MATCHING | CHECK_WP_ASYNC,
    ...[0, 0, 0], // start, end, where the walk ended
    address(this.runs),
    RUNS_MAX,
    0, // pages at most: no limit
    ...[0, PAGE_IS_WRITTEN, 0, PAGE_IS_WRITTEN],
  ]);

  private constructor(private readonly pageMap: number) {}

  /** Undefined where it was not prepared, or cannot be had. */
  static create(): WrittenPages | undefined {
    return pageMap ? new WrittenPages(pageMap) : undefined;
  }

  /**
   * Tells of all pages that may have been written since the last call; at the first one, and where the
   * memory has grown, that is every page that is new.
   *
   * @param found  Gets runs of bytes.
   * @returns false: it cannot be told any more, and what was told is not all.
   */
  collect(memory: ArrayBufferLike, found: RunSink): boolean {
    if (memory !== this.memory && !this.watch(memory, found)) return false;
    return this.collectAll(memory.byteLength, found);
  }

  /** Growing makes a new buffer, at the same place or another. */
  private watch(memory: ArrayBufferLike, found: RunSink): boolean {
    const bytes = new Uint8Array(memory);
    const start = address(bytes);
    if (!watchPages(start, memory.byteLength)) return false;
    const isNew = start !== this.start;
    this.memory = memory;
    this.start = start;
    return !isNew || (this.collectAll(bytes.length, found) && this.isBelievable(bytes));
  }

  /** Whether a write is told of, and only once. All was told of before. */
  private isBelievable(bytes: Uint8Array): boolean {
    const told: number[] = [];
    const isTold = () => this.collectAll(bytes.length, (from, to) => told.push(from, to));
    bytes[0] = bytes[0] as number;
    return isTold() && isTold() && told.length === 2 && told[0] === 0 && (told[1] as number) > 0;
  }

  private collectAll(length: number, found: RunSink): boolean {
    const symbols = libc();
    const { scan, runs, start } = this;
    const end = start + length;
    put(scan, SCAN.end, end);
    for (let from = start; from < end; ) {
      put(scan, SCAN.start, from);
      const count = symbols?.ioctl(this.pageMap, PAGEMAP_SCAN, scan) ?? -1;
      if (count < 0) return false;
      for (let i = 0; i < count; i++) {
        found(at(runs, i * 3) - start, at(runs, i * 3 + 1) - start);
      }
      const walked = at(scan, SCAN.walkEnd);
      if (walked <= from) return false;
      from = walked;
    }
    return true;
  }
}
