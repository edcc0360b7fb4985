/**
 * Every bound of the program that is not a setting of a template, each with its reason.
 * Units stand last in the name. Template limits (`cpu_ms` …) and their defaults are in settings.ts.
 */
export const LIMITS = {
  /** Request bodies, unless `serve --max-body-mb` says otherwise. */
  bodyBytesMax: 16 * 1024 * 1024,
  /** Nesting of a request body: what is written later by recursive code must not overflow a stack. */
  bodyDepthMax: 256,
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
  /** An idle connection is closed after this; a request under way keeps it open. */
  idleConnectionSeconds: 120,
  /** Heartbeat comment of an event stream. */
  heartbeatMs: 15_000,
  /** Past the wall limit, the time before the worker is killed; the contract allows 500 ms for all of it. */
  killGraceMs: 250,
  /** The same of CPU time, which a busy machine does not stretch: its own stop takes some ms of it. */
  cpuGraceMs: 60,
  /** Taking up a state, or writing one out, as large as they come on a slow disk. */
  hostWorkMs: 60_000,
  /** A running execution's row and events reach the store at the latest after this. */
  liveFlushMs: 25,
  /** Ends of executions that the store had no room for are tried again this often. */
  storeRetryMs: 1000,
  /** How often the supervisor looks at running workers, where no limit can be passed before. */
  watchTickMs: 25,
  /** Two looks are not closer than this. */
  watchTickMsMin: 2,
  /** A worker that has not entered its profile by then never will: 200 × the usual time. */
  workerReadyMs: 10_000,
  /** A worker beyond the usual number, or a large one, that had nothing to do for this long goes. */
  workerIdleMs: 30_000,
  /**
   * Memory of its own that a worker may keep while it has nothing to do: a new one has some 25 MiB, and
   * one that has had a thousand ordinary executions 55.
   */
  idleWorkerBytesMax: 96 * 1024 * 1024,
  /**
   * Memory of its own that a worker may have beyond the session's `mem_mb`, before it is killed. With
   * what may come between two looks, and with the program's own pages, it stays below 90 MiB.
   */
  workerMarginBytes: 62 * 1024 * 1024,
  /** Kept of what a worker wrote to stderr: the last lines say why it died. */
  workerStderrBytesMax: 8 * 1024,
  /** A worker that cannot be started is tried again after a while that grows up to this. */
  workerRestartMsMax: 5_000,
  /** Time to find and end what a guest started; a program that outlives it is reported. */
  endDescendantsMs: 2_000,
  /** Jobs that wait for a worker before QUEUE_FULL. */
  queueDepth: 1024,
  /** A stop waits this long for running executions before it cancels them. */
  drainMs: 5_000,
  /** Up to this many deltas are read in no time: a state is not stored whole for their sake. */
  chainDepthFree: 24,
  /** ... unless they are this large together. */
  chainBytesFree: 128 * 1024,
  /** A chain this deep is begun anew, so that taking up stays quick whatever the deltas' size. */
  chainDepthMax: 128,
  /** Checkpoints of a session in one answer. */
  checkpointPageRows: 100,
  /** Sessions that the report of the store names. */
  reportSessionsMax: 50,
  /** Globals that a comparison of two states looks at. */
  diffGlobalsMax: 2000,
  /** Time for one of the two states of a comparison. */
  diffMs: 5000,
  /** A closed session can still be forked for this long, unless room is needed. */
  closedKeepMs: 10 * 60 * 1000,
  /** What takes long and is no request's own is done in steps this short, between which others are answered. */
  stepMs: 3,
  /** Time between two steps while requests come; the more sessions wait, the less. */
  retentionPauseMs: 20,
  /** Without requests for this long, the daemon has time for what only saves room. */
  retentionQuietMs: 250,
  /** Checkpoints beyond those to keep, before a session is looked at again. */
  retentionSlack: 32,
  /** The same of executions: to find where the old ones end costs more. */
  historySlack: 256,
  /** Deltas larger than this are not merged: the session's next whole state makes them superfluous. */
  mergeBytesMax: 1024 * 1024,
  /** Pages of what merged deltas say together, bytes. */
  mergeRawBytesMax: 32 * 1024 * 1024,
  /** A session file: what a daemon holds in memory while it reads or makes one. */
  sessionFileBytesMax: 256 * 1024 * 1024,
  /** The table of a session file. */
  sessionFileHeaderBytesMax: 64 * 1024,
  /** Nesting in a session file: a capability's `config` lies four levels deeper in it than in the body that brought it. */
  sessionFileDepthMax: 256 + 4,
  /** What a session file says besides its images, unpacked, each section. */
  sessionPartBytesMax: 64 * 1024 * 1024,
  /** A base image in a session file; those of this program are some 230 KiB. */
  baseImageBytesMax: 8 * 1024 * 1024,
  /** Executions of the history in a session file. */
  exportExecutionsMax: 10_000,
  /** Time to take a state up and write it out again, without running any of it. */
  foldMs: 60_000,
  /** Forks made by one call. */
  forkCountMax: 64,
  /** A file that a guest, or a program it starts, may grow to (RLIMIT_FSIZE): disks are finite. */
  writtenFileBytesMax: 1024 * 1024 * 1024,
  /** Entries of one folder listing: what a guest heap still takes. */
  folderEntriesMax: 100_000,
  /** Rows of one database result. */
  resultRowsMax: 1_000_000,
  /** Completion at a prompt: past this it is of no use to the person who waits. */
  completeMs: 500,
  /** Names that a completion offers: more than a screen shows. */
  completionsMax: 500,
  /** Stdout and stderr of one program together. */
  programOutputBytesMax: 8 * 1024 * 1024,
  /** Processes and threads that a guest's programs may add to those of the daemon's user. */
  programTasksMax: 512,
  /** Files that a guest's program may hold open. */
  programFilesMax: 1024,
  /** Arguments and environment of a program together; Linux's own bound is 2 MiB. */
  programArgumentBytesMax: 1024 * 1024,
} as const;
