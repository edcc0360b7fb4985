import { address, libc } from "./libc.ts";

const SYSTEM_PAGE_BYTES = 4096;
const MADV_DONTNEED = 4;
const MADV_POPULATE_WRITE = 23;

/** What this system can be told of memory; where it has no such call, nothing happens. */
export const memoryAdvice = {
  /**
   * It is about to be written: made in one call, since page by page, at first touch, takes twice as
   * long. Kernels before 5.14 refuse, which changes nothing but the time.
   */
  populate(bytes: Buffer): void {
    advise(bytes, MADV_POPULATE_WRITE);
  },

  /** Nobody is going to use it again. False: it is still there. */
  release(bytes: Buffer): boolean {
    return advise(bytes, MADV_DONTNEED);
  },
};

/** Gives back the pages from that address on, as far as there are any. */
export function releasePages(from: number, bytes: number): void {
  libc()?.madvise(from, bytes, MADV_DONTNEED);
}

/** Of the pages that lie in it as a whole. */
function advise(bytes: Buffer, advice: number): boolean {
  const symbols = libc();
  if (symbols === undefined || bytes.byteLength === 0) return false;
  const from = address(bytes);
  const first = Math.ceil(from / SYSTEM_PAGE_BYTES) * SYSTEM_PAGE_BYTES;
  const end = Math.floor((from + bytes.byteLength) / SYSTEM_PAGE_BYTES) * SYSTEM_PAGE_BYTES;
  return end > first && symbols.madvise(first, end - first, advice) === 0;
}
