import { readlinkSync } from "node:fs";
import { dropCapabilities } from "./capabilities.ts";
import { adoptDescendants } from "./descendants.ts";
import { landlock } from "./landlock.ts";
import { libc } from "./libc.ts";
import type { WorkerProfile } from "./profile.ts";
import { limitResources, prepareTaskLimit } from "./resource-limits.ts";
import { filterSystemCalls } from "./seccomp.ts";

const PR_SET_NO_NEW_PRIVS = 38;

/**
 * Enters a profile for good, before any guest code is seen. Call it on the thread that runs guests.
 *
 * `kernel`: Landlock keeps this thread, and all threads and programs that it starts from now on, to
 * the profile. Threads that Bun had started before are held only where the kernel can include them
 * (Landlock ABI 8); the guest's own calls are all made on this thread, by synchronous calls.
 * `checks`: the kernel does not offer it; what the modules check is all there is, and programs that a
 * guest starts are not confined at all.
 */
export function enterConfinement(profile: WorkerProfile): "kernel" | "checks" {
  const symbols = libc();
  if (symbols === undefined) return "checks";
  keepTimeZone();
  if (profile.kind === "worktree" && profile.exec) {
    adoptDescendants();
    prepareTaskLimit();
  }
  limitResources();
  dropCapabilities();
  symbols.prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n);
  const confinement = landlock(profile) ? "kernel" : "checks";
  filterSystemCalls(profile.kind === "worktree" && profile.tcp);
  return confinement;
}

/** The runtime looks for the time zone at the first local date, when its file is out of reach. */
function keepTimeZone(): void {
  if (process.env.TZ !== undefined) return;
  try {
    const [, zone] = readlinkSync("/etc/localtime").split("/zoneinfo/");
    if (zone !== undefined) process.env.TZ = zone;
  } catch {
    // No link that names it: have it looked for now, which takes some milliseconds.
    new Date(0).getTimezoneOffset();
  }
}
