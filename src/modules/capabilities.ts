import { address, libc, syscall } from "./libc.ts";

const PR_CAPBSET_DROP = 24;
const SYS_CAPGET = process.arch === "arm64" ? 90 : 125;
const SYS_CAPSET = process.arch === "arm64" ? 91 : 126;
const CAPABILITY_VERSION_3 = 0x20080522;

/** include/uapi/linux/capability.h: folders and files of another owner, as a worktree's may be. */
const CAP_DAC_OVERRIDE = 1;
/** Capabilities that there may ever be; the kernel refuses numbers that it does not know. */
const CAPABILITIES_MAX = 64;

/**
 * Takes from this thread, and from programs that it starts from now on, what a user with all rights
 * has beyond others: the clock, the host's name, the network's configuration, other people's files.
 * For a user without such rights it changes nothing.
 */
export function dropCapabilities(): void {
  const symbols = libc();
  if (symbols === undefined) return;
  // Programs of root begin with all that is in this set.
  for (let capability = 0; capability < CAPABILITIES_MAX; capability++) {
    if (capability !== CAP_DAC_OVERRIDE) {
      symbols.prctl(PR_CAPBSET_DROP, BigInt(capability), 0n, 0n, 0n);
    }
  }
  const header = new Uint32Array([CAPABILITY_VERSION_3, 0]);
  // Effective, permitted, inheritable; then the upper halves of the three.
  const sets = new Uint32Array(6);
  if (syscall(SYS_CAPGET, address(header), address(sets)) < 0) return;
  const kept = (sets[1] ?? 0) & (1 << CAP_DAC_OVERRIDE);
  sets.set([kept, kept, 0, 0, 0, 0]);
  syscall(SYS_CAPSET, address(header), address(sets));
}
