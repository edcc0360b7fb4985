import { writeFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { libc } from "./libc.ts";

/** Below the daemon, so that a busy guest does not keep the daemon from answering others. */
export const WORKER_NICENESS = 5;

/** What a worker is served like that nobody waits for: the usual niceness of work in the background. */
const BACKGROUND_NICENESS = 10;

/**
 * How long a thread in the background may compute at a stretch, in nanoseconds: longer than what Linux
 * gives by itself (2.8 ms at most). It then gives way at once to whoever has not had its share; threads
 * with equal stretches wait for each other's end, a clock tick of 4 ms or two. With much longer ones
 * (100 ms) it was seen to keep others out for all of that. Linux before 6.12 makes no difference.
 */
const BACKGROUND_SLICE_NS = 4_000_000n;

/** sched_setattr(2): a thread's niceness and its slice. A daemon started as a batch job stays one. */
const SCHED_SETATTR = process.arch === "arm64" ? 274n : 314n;
const ATTRIBUTE_BYTES = 48;
const KEEP_POLICY = 8n;
const AT_SIZE = 0;
const AT_FLAGS = 8;
const AT_NICENESS = 16;
const AT_SLICE = 24;

/**
 * Who is served first where processes want the same core. Either can be had back at any time, which a
 * niceness cannot without privileges: that is set once, when a process begins.
 */
export type Priority = "usual" | "background";

/** At its start: for good. */
export function beNice(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // It ended already, or the system has no such thing: only the order of service differs.
  }
}

/**
 * Of the process's main thread, and of those that it starts later. Without Linux nothing changes.
 *
 * @returns false: not all of it yet; try again when it is next called for
 */
export function prioritize(pid: number, priority: Priority): boolean {
  if (process.platform !== "linux") return true;
  const niceness = priority === "usual" ? WORKER_NICENESS : BACKGROUND_NICENESS;
  const grouped = setGroupNiceness(pid, niceness);
  try {
    setSlice(pid, priority === "usual" ? 0n : BACKGROUND_SLICE_NS);
  } catch {
    // It has ended.
  }
  return grouped;
}

/** Between sessions of processes this counts where Linux has autogroups, and niceness does not. */
function setGroupNiceness(pid: number, niceness: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(niceness));
    return true;
  } catch (error) {
    // One change in 100 ms, whoever makes it. All else (there are none) stays as it is.
    return (error as NodeJS.ErrnoException).code !== "EAGAIN";
  }
}

function setSlice(pid: number, nanoseconds: bigint): void {
  const attributes = new DataView(new ArrayBuffer(ATTRIBUTE_BYTES));
  attributes.setUint32(AT_SIZE, ATTRIBUTE_BYTES, true);
  attributes.setBigUint64(AT_FLAGS, KEEP_POLICY, true);
  attributes.setInt32(AT_NICENESS, getPriority(pid), true);
  attributes.setBigUint64(AT_SLICE, nanoseconds, true);
  libc()?.syscall(SCHED_SETATTR, BigInt(pid), new Uint8Array(attributes.buffer), 0n);
}
