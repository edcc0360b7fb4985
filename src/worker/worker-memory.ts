import { DeepStack } from "../modules/deep-stack.ts";
import { ResidentMemory } from "./resident-memory.ts";

/** Resident memory beyond the session's limit at which a worker collects, and at which it retires. */
const COLLECT_BYTES = 50 * 1024 * 1024;
const RETIRE_BYTES = 54 * 1024 * 1024;

/**
 * The same at which what the host makes for a guest is given up, if a collection does not bring it below
 * the last one: before the daemon kills the worker for it, which may look too late.
 */
const FULL_BYTES = 58 * 1024 * 1024;

/** Where a collection did not help, the next one waits until there is this much more. */
const COLLECT_STEP_BYTES = 4 * 1024 * 1024;

/** Looking at it at every job would cost more than it tells. */
const SIZE_CHECK_JOBS = 64;

/** A job that took so long may have left much to collect, and a look costs it little. */
const LONG_JOB_MS = 20;

/** Of a session that is worth a look each time. */
const LARGE_HEAP_BYTES = 16 * 1024 * 1024;

/**
 * What this process holds, against what the session that runs in it may have: gives up what others left,
 * and collects, in time for its guest not to be killed for what is not its own.
 */
export class WorkerMemory {
  private readonly resident = new ResidentMemory();
  private readonly stack = new DeepStack();
  /** Of the session that runs; none runs yet. */
  private limitBytes = Infinity;
  private jobs = 0;
  /** What the last collection left, and is still there. */
  private keptBytes = 0;

  /** @param shed  Gives up what the engine keeps for others. */
  constructor(private readonly shed: () => void) {}

  /** A job begins whose session may have so much. */
  begin(memMb: number): void {
    this.limitBytes = memMb * 1024 * 1024;
  }

  /** So many bytes are about to be taken, as far as is known. */
  makeRoom(nextBytes: number): void {
    this.collect(this.limitBytes - nextBytes);
  }

  /** Whether the host has too little left to take so many bytes more for the guest. */
  isFull(nextBytes: number): boolean {
    const limitBytes = this.limitBytes - nextBytes;
    return this.collect(limitBytes) >= limitBytes + FULL_BYTES && this.staysTooLarge(limitBytes);
  }

  /** A job has ended: looks from time to time. True: this process is to take no other one. */
  isSpent({ heapBytes, durationMs }: { heapBytes: number; durationMs: number }): boolean {
    const isSmall = heapBytes < LARGE_HEAP_BYTES && durationMs < LONG_JOB_MS;
    if (this.jobs++ % SIZE_CHECK_JOBS !== 0 && isSmall) return false;
    this.stack.giveBack();
    return this.staysTooLarge(this.limitBytes);
  }

  /** However little the last collection has helped. */
  private staysTooLarge(limitBytes: number): boolean {
    if (this.resident.bytes() >= limitBytes + COLLECT_BYTES) this.keptBytes = 0;
    return this.collect(limitBytes) > limitBytes + RETIRE_BYTES;
  }

  /** @returns What this process holds then, bytes */
  private collect(limitBytes: number): number {
    const bytes = this.resident.bytes();
    // Of a session that has left since nothing is there any more, whatever its limit was.
    this.keptBytes = Math.min(this.keptBytes, bytes);
    const least = Math.max(limitBytes + COLLECT_BYTES, this.keptBytes + COLLECT_STEP_BYTES);
    if (bytes < least) return bytes;
    this.shed();
    Bun.gc(true);
    this.keptBytes = this.resident.bytes();
    return this.keptBytes;
  }
}
