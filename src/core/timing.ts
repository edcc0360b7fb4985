/**
 * Where the time of one execution went, milliseconds. A runner that does not measure leaves them out;
 * none of it is kept.
 */
export interface JobSpans {
  /** From the daemon to the worker and back, with what both wait for a processor. */
  readonly ipcMs: number;
  /** Putting the session's state into a slot. */
  readonly takeUpMs: number;
  readonly evaluateMs: number;
  /** Finding the pages that changed. */
  readonly searchMs: number;
  /** Writing down how they changed, compressed where that is shorter. */
  readonly writeMs: number;
}

/** Takes the spans of a request as they end; a name comes once. */
export type TimingSink = (name: string, ms: number) => void;
