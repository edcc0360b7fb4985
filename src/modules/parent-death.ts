import { libc, syscall } from "./libc.ts";

const PR_SET_PDEATHSIG = 1;
const SYS_PIDFD_OPEN = 434;
const SIGKILL = 9n;
const SIGCONT = 18n;

let parentPid: number | undefined;
let parentFd: number | undefined;

/**
 * From here on this process ends when the one that started it does, however that ends and whatever
 * this one is doing. Where the kernel has no such thing, `endIfOrphaned` is all there is.
 *
 * @param pid  Who started it, as that process said: it may have gone before this one could ask.
 */
export function endWithParent(pid: number): void {
  parentPid = pid;
  const symbols = libc();
  if (symbols !== undefined) {
    symbols.prctl(PR_SET_PDEATHSIG, SIGKILL, 0n, 0n, 0n);
    const fd = syscall(SYS_PIDFD_OPEN, pid, 0);
    if (fd >= 0) parentFd = fd;
  }
  endIfOrphaned();
}

export function endIfOrphaned(): void {
  if (parentPid !== undefined && process.ppid !== parentPid) process.exit(0);
}

/** Readable, for poll(2), when the parent has gone; undefined: it cannot be waited for. */
export const parentDescriptor = (): number | undefined => parentFd;

/**
 * While programs run below this process, it must outlive its parent for as long as it takes to end
 * them: the kernel then only wakes it, also where one of them has stopped it. It is up to the owner to
 * watch `parentDescriptor`.
 */
export function outliveParent(): Disposable {
  const symbols = libc();
  if (symbols === undefined || parentFd === undefined) return { [Symbol.dispose]() {} };
  symbols.prctl(PR_SET_PDEATHSIG, SIGCONT, 0n, 0n, 0n);
  return {
    [Symbol.dispose]() {
      symbols.prctl(PR_SET_PDEATHSIG, SIGKILL, 0n, 0n, 0n);
      endIfOrphaned();
    },
  };
}
