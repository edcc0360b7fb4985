import { readdirSync, readFileSync } from "node:fs";

/** What Linux tells of a process; elsewhere there is nothing to read, and the lines say so. */
const PAGE_MIB = 4096 / 1024 / 1024;
const TICK_MS = 10;

export function residentMib(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * PAGE_MIB;
}

export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

export function children(pid: number): number[] {
  const all: number[] = [];
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const text = readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1");
    all.push(...text.split(" ").filter(Boolean).map(Number));
  }
  return all;
}
