-- Ids are UUIDs as text, times are milliseconds since the epoch, structures are JSON text.

CREATE TABLE vm (
  no              INTEGER PRIMARY KEY,      -- the order of insertion
  id              TEXT NOT NULL UNIQUE,
  name            TEXT NOT NULL UNIQUE,
  engine          TEXT NOT NULL,
  is_active       INTEGER NOT NULL,
  exposed_modules TEXT NOT NULL,            -- JSON array of names
  libraries       TEXT NOT NULL,            -- JSON array of names
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE vm_settings (
  vm_id    TEXT PRIMARY KEY REFERENCES vm (id) ON DELETE CASCADE,
  limits   TEXT NOT NULL,                   -- JSON, as the API shows it; so are the next two
  resolver TEXT NOT NULL,
  runtime  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE vm_capability (
  id      TEXT PRIMARY KEY,
  vm_id   TEXT NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
  kind    TEXT NOT NULL,
  name    TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  config  TEXT NOT NULL,                    -- JSON object
  UNIQUE (vm_id, kind, name)
) STRICT;

CREATE TABLE vm_startup_file (
  no          INTEGER PRIMARY KEY,          -- the order of insertion
  id          TEXT NOT NULL UNIQUE,
  vm_id       TEXT NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
  path        TEXT NOT NULL,
  order_index INTEGER NOT NULL,
  mode        TEXT NOT NULL,
  UNIQUE (vm_id, path)
) STRICT;

-- Sessions outlive their template: vm_id refers to nothing.
CREATE TABLE vm_session (
  no                 INTEGER PRIMARY KEY,   -- the order of insertion
  id                 TEXT NOT NULL UNIQUE,
  status             TEXT NOT NULL,
  head_checkpoint_id TEXT REFERENCES checkpoint (id), -- NULL: the base image
  head_depth         INTEGER NOT NULL,      -- its depth, at hand; 0: the base image
  vm_id              TEXT NOT NULL,
  workspace_id       TEXT NOT NULL,
  base_commit_oid    TEXT NOT NULL,
  worktree_path      TEXT NOT NULL,
  created_at         INTEGER NOT NULL,
  closed_at          INTEGER,
  last_error         TEXT,
  runtime_meta       TEXT,                  -- JSON
  grants             TEXT NOT NULL          -- JSON, the copy that the session keeps
) STRICT;
CREATE INDEX vm_session_by_status ON vm_session (status, id);

CREATE TABLE execution (
  no            INTEGER PRIMARY KEY,        -- the order of insertion
  id            TEXT NOT NULL UNIQUE,
  session_id    TEXT NOT NULL REFERENCES vm_session (id),
  kind          TEXT NOT NULL,
  status        TEXT NOT NULL,
  started_at    INTEGER NOT NULL,
  ended_at      INTEGER,
  checkpoint_id TEXT REFERENCES checkpoint (id), -- the state it left; NULL: none
  path          TEXT,
  args          TEXT NOT NULL,              -- JSON; so are the rest
  env           TEXT NOT NULL,
  metrics       TEXT NOT NULL,
  input         TEXT,                       -- JSON, for it may hold lone surrogates, which UTF-8 cannot
  result        TEXT,
  error         TEXT
) STRICT;
CREATE INDEX execution_by_session ON execution (session_id);
-- What a start has to end. Rows leave it as they end, so it stays empty at rest.
CREATE INDEX execution_running ON execution (status) WHERE status = 'running';

-- `no` is execution.no * 2^20 + seq: one B-tree by integers, in the order in which events are read.
CREATE TABLE execution_event (
  no      INTEGER PRIMARY KEY,
  ts      INTEGER NOT NULL,
  type    TEXT NOT NULL,
  payload TEXT NOT NULL                     -- JSON
) STRICT;

-- The state of a session as pages that differ from the parent's, like a commit. execution_id is no
-- foreign key: the execution refers to its checkpoint, and a cycle would be checked by scanning.
CREATE TABLE checkpoint (
  no           INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  parent_id    TEXT REFERENCES checkpoint (id), -- NULL: the delta is relative to the base image
  depth        INTEGER NOT NULL,            -- deltas that taking it up reads
  session_id   TEXT REFERENCES vm_session (id), -- NULL: prepared, shared by sessions
  execution_id TEXT,
  kind         TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  label        TEXT,
  heap_bytes   INTEGER NOT NULL,
  engine       TEXT NOT NULL,
  base         TEXT NOT NULL,               -- digest of the base image
  delta        BLOB NOT NULL
) STRICT;

-- Base images outlive the program version that made them.
CREATE TABLE base_image (
  digest TEXT PRIMARY KEY,
  engine TEXT NOT NULL,
  bytes  BLOB NOT NULL
) STRICT;

CREATE TABLE idempotency_key (
  key        TEXT PRIMARY KEY,
  digest     TEXT NOT NULL,                 -- of the route and the body
  subject_id TEXT NOT NULL,                 -- the execution or the session that it made
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);

-- Who has the database open: read by a second one that finds it locked.
CREATE TABLE holder (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  pid        INTEGER NOT NULL,
  listen     TEXT,                          -- NULL until it listens
  started_at INTEGER NOT NULL
) STRICT;
