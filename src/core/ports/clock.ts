export interface Clock {
  nowMs(): number;
  /** By a clock that nobody sets, from any moment on: what spans of time are measured by. */
  monotonicMs(): number;
}
