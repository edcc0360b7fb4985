import { closeSync } from "node:fs";
import { libc, O_CLOEXEC, syscall } from "./libc.ts";
import { wordsOf } from "./words.ts";

/**
 * https://docs.kernel.org/admin-guide/mm/userfaultfd.html (write-protect, asynchronous): Linux from 6.7
 * on. Of the ranges that it is asked to watch, the kernel takes the write permission of pages away and
 * gives it back at the first write, which it remembers.
 */
const SYS_USERFAULTFD = { x64: 323, arm64: 282 } as Readonly<Record<string, number>>;
const O_NONBLOCK = 0o4000;
/** Without it only privileged processes get one, for faults of the kernel's can be made to hang. */
const USER_MODE_ONLY = 1;

const UFFDIO_API = 0xc018aa3f;
const UFFDIO_REGISTER = 0xc020aa00;
const API_VERSION = 0xaa;
const FEATURES = (1 << 13) | (1 << 15); // WP_UNPOPULATED, WP_ASYNC
const REGISTER_MODE_WP = 2;

let opened: number | null | undefined;

/** False: this kernel does not offer it, or refuses the call, as the profile of guests does. */
export function canWatchPages(): boolean {
  if (opened === undefined) opened = open() ?? null;
  return opened !== null;
}

/** The range is whole pages of the system, mapped, and may have been watched before. False: it is not. */
export function watchPages(start: number, bytes: number): boolean {
  if (!canWatchPages()) return false;
  const range = wordsOf([start, bytes, REGISTER_MODE_WP, 0]);
  return libc()?.ioctl(opened as number, UFFDIO_REGISTER, range) === 0;
}

/** The descriptor of the kernel's watch. */
function open(): number | undefined {
  const symbols = libc();
  const number = SYS_USERFAULTFD[process.arch];
  if (symbols === undefined || number === undefined) return undefined;
  const faults = syscall(number, O_CLOEXEC | O_NONBLOCK | USER_MODE_ONLY);
  if (faults < 0) return undefined;
  if (symbols.ioctl(faults, UFFDIO_API, wordsOf([API_VERSION, FEATURES, 0])) === 0) return faults;
  closeSync(faults);
  return undefined;
}
