/**
 * Every bound of the program that is not a setting of a template, each with its reason.
 * Units stand last in the name. Template limits (`cpu_ms` …) and their defaults are in settings.ts.
 */
export const LIMITS = {
  /** Request bodies, unless `serve --max-body-mb` says otherwise. */
  bodyBytesMax: 16 * 1024 * 1024,
  /** Source text of one snippet or file: what fits a request body, and a parser still takes. */
  sourceBytesMax: 8 * 1024 * 1024,
  /** A file that `require`, `import` or `fs.readFileSync` brings into a guest heap. */
  fileBytesMax: 64 * 1024 * 1024,
  /** A path given by a client or a guest; Linux's own PATH_MAX. */
  pathBytesMax: 4096,
  /** Names of templates, capabilities, workspaces: what a table row still shows. */
  nameCharsMax: 256,
  /** Client-sent request ids; the contract's bound. */
  requestIdCharsMax: 128,
  /** Idempotency keys: a UUID or a digest with a prefix fits. */
  idempotencyKeyCharsMax: 256,
  /** An idempotent answer is kept this long; the contract's 24 h. */
  idempotencyKeepMs: 24 * 60 * 60 * 1000,
  /** One page of executions or events. */
  pageRowsMax: 1000,
  /** Default page of executions. */
  executionPageRows: 50,
  /** Long poll of GET /executions/{id}?wait_ms=: below the idle time-outs of common proxies. */
  waitMsMax: 55_000,
  /** Heartbeat comment of an event stream. */
  heartbeatMs: 15_000,
  /** Past a limit, the time before the worker is killed; the contract allows 500 ms for all of it. */
  killGraceMs: 250,
  /** A running execution's row and events reach the store at the latest after this. */
  liveFlushMs: 25,
  /** Jobs that wait for a worker before QUEUE_FULL. */
  queueDepth: 1024,
  /** A stop waits this long for running executions before it cancels them. */
  drainMs: 5_000,
  /** A checkpoint chain longer than this is folded, so that taking up reads few rows. */
  chainLengthMax: 32,
  /** Forks made by one call. */
  forkCountMax: 64,
} as const;
