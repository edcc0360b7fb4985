import { readFileSync, readlinkSync } from "node:fs";
import { releasePages } from "./advise-memory.ts";
import { watchPages } from "./page-faults.ts";

/** `01a40000-0684a000 r-xp 01838000 fe:00 5309782    /usr/local/bin/vm-system` */
const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) (r-xp|r--p) ([0-9a-f]+) \S+ \d+ +(\/.*)$/;

/**
 * Gives back this program's pages, which its file has: those that are used come back one by one.
 *
 * At its start the kernel maps what lies around each page that is used, and sixteen times as many pages
 * as a worker needs later. They are shared, but count as its memory. In a range that is watched it maps
 * single ones. Where pages cannot be watched nothing happens: they would all come back.
 */
export function giveBackProgramPages(): void {
  for (const { start, bytes } of programText()) {
    if (watchPages(start, bytes)) releasePages(start, bytes);
  }
}

interface Range {
  readonly start: number;
  readonly bytes: number;
}

/**
 * Of the executable: its code, and the constants that its file begins with. Other mappings that can only
 * be read (relocated addresses) were written once, and the file does not have that.
 */
function programText(): Range[] {
  const ranges: Range[] = [];
  const { program, maps } = readProgram();
  for (const line of maps.split("\n")) {
    const [, from = "", to = "", mode, offset = "", path] = MAPPING.exec(line) ?? [];
    if (path === undefined || path !== program) continue;
    if (mode === "r--p" && Number.parseInt(offset, 16) !== 0) continue;
    const start = Number.parseInt(from, 16);
    ranges.push({ start, bytes: Number.parseInt(to, 16) - start });
  }
  return ranges;
}

/** Both as the kernel has the path, byte by byte; of a file that is gone as well. */
function readProgram(): { readonly program: string; readonly maps: string } {
  try {
    return {
      program: readlinkSync("/proc/self/exe", "latin1").replaceAll("\n", "\\012"),
      maps: readFileSync("/proc/self/maps", "latin1"),
    };
  } catch {
    return { program: "", maps: "" };
  }
}
