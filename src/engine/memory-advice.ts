/**
 * What the system can be told of memory. Where it cannot, both do nothing, and the memory behaves as
 * it does anyway: it is made page by page at first touch, and given back by the collector.
 */
export interface MemoryAdvice {
  /** It is about to be written, all of it. */
  populate(bytes: Buffer): void;
  /** Nobody is going to use it again. False: it is still there. */
  release(bytes: Buffer): boolean;
}

export const NO_ADVICE: MemoryAdvice = { populate() {}, release: () => false };
