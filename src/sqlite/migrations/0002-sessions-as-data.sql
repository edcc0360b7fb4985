-- Sessions as data: forks, rewinding, retention. Foreign keys are off while this runs, and checked
-- at its end: tables are made anew where a reference was in the way of removing checkpoints.

CREATE TABLE vm_session_2 (
  no                       INTEGER PRIMARY KEY, -- the order of insertion
  id                       TEXT NOT NULL UNIQUE,
  status                   TEXT NOT NULL,
  head_checkpoint_id       TEXT,                -- the state; NULL: the base image, or see state_gone
  head_execution_id        TEXT,                -- the execution that the state is the one after
  origin_checkpoint_id     TEXT,                -- the state it began with; NULL: the base image
  parent_session_id        TEXT,                -- of a fork
  forked_from_execution_id TEXT,
  state_gone               INTEGER NOT NULL DEFAULT 0, -- 1: closed, and its checkpoints given up
  vm_id                    TEXT NOT NULL,
  workspace_id             TEXT NOT NULL,
  base_commit_oid          TEXT NOT NULL,
  worktree_path            TEXT NOT NULL,
  created_at               INTEGER NOT NULL,
  last_used_at             INTEGER NOT NULL,
  heap_bytes               INTEGER NOT NULL DEFAULT 0, -- of the head
  stored_bytes             INTEGER NOT NULL DEFAULT 0, -- of its own checkpoints' deltas
  history_bytes            INTEGER NOT NULL DEFAULT 0, -- of its executions and events, about
  closed_at                INTEGER,
  last_error               TEXT,
  runtime_meta             TEXT,                -- JSON
  grants                   TEXT NOT NULL        -- JSON, the copy that the session keeps
) STRICT;
INSERT INTO vm_session_2 (no, id, status, head_checkpoint_id, head_execution_id, vm_id, workspace_id,
    base_commit_oid, worktree_path, created_at, last_used_at, heap_bytes, stored_bytes, closed_at,
    last_error, runtime_meta, grants)
  SELECT no, id, status, head_checkpoint_id,
    (SELECT e.id FROM execution e WHERE e.session_id = s.id AND e.status <> 'running'
       ORDER BY e.no DESC LIMIT 1),
    vm_id, workspace_id, base_commit_oid, worktree_path, created_at,
    coalesce((SELECT max(e.started_at) FROM execution e WHERE e.session_id = s.id), created_at),
    coalesce((SELECT c.heap_bytes FROM checkpoint c WHERE c.id = s.head_checkpoint_id), 0),
    coalesce((SELECT sum(length(c.delta)) FROM checkpoint c WHERE c.session_id = s.id), 0),
    closed_at, last_error, runtime_meta, grants
  FROM vm_session s;

CREATE TABLE execution_2 (
  no              INTEGER PRIMARY KEY,          -- the order of insertion
  id              TEXT NOT NULL UNIQUE,
  session_id      TEXT NOT NULL REFERENCES vm_session (id),
  parent_id       TEXT,                         -- the session's head execution when it began
  kind            TEXT NOT NULL,
  status          TEXT NOT NULL,
  started_at      INTEGER NOT NULL,
  ended_at        INTEGER,
  undone_at       INTEGER,                      -- the session was rewound to before it
  dry_run         INTEGER NOT NULL DEFAULT 0,   -- 1: what it left was not kept
  at_execution_id TEXT,                         -- the past state that a dry run saw
  checkpoint_id   TEXT,                         -- the session's state afterwards; NULL: the base image
  path            TEXT,
  args            TEXT NOT NULL,                -- JSON; so are the rest
  env             TEXT NOT NULL,
  metrics         TEXT NOT NULL,
  input           TEXT,                         -- JSON, for it may hold lone surrogates, which UTF-8 cannot
  result          TEXT,
  error           TEXT
) STRICT;
INSERT INTO execution_2 (no, id, session_id, parent_id, kind, status, started_at, ended_at,
    checkpoint_id, path, args, env, metrics, input, result, error)
  SELECT no, id, session_id, lag(id) OVER (PARTITION BY session_id ORDER BY no), kind, status,
    started_at, ended_at,
    (SELECT b.checkpoint_id FROM execution b WHERE b.session_id = e.session_id AND b.no <= e.no
       AND b.checkpoint_id IS NOT NULL ORDER BY b.no DESC LIMIT 1),
    path, args, env, metrics, input, result, error
  FROM execution e;

-- What is listed and searched of checkpoints lies apart from their deltas.
CREATE TABLE checkpoint_2 (
  no            INTEGER PRIMARY KEY,
  id            TEXT NOT NULL UNIQUE,
  parent_id     TEXT REFERENCES checkpoint (id), -- what the delta is relative to; NULL: the base image
  session_id    TEXT REFERENCES vm_session (id), -- NULL: prepared, shared by sessions
  execution_id  TEXT,
  kind          TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  label         TEXT,
  heap_bytes    INTEGER NOT NULL,
  stored_bytes  INTEGER NOT NULL,               -- of the delta
  depth         INTEGER NOT NULL,               -- deltas that taking it up reads, at most
  chain_bytes   INTEGER NOT NULL,               -- of those deltas, at most
  largest_bytes INTEGER NOT NULL,               -- of the largest of them
  engine        TEXT NOT NULL,
  base          TEXT NOT NULL                   -- digest of the base image
) STRICT;
INSERT INTO checkpoint_2 (no, id, parent_id, session_id, execution_id, kind, created_at, label,
    heap_bytes, stored_bytes, depth, chain_bytes, largest_bytes, engine, base)
  SELECT no, id, parent_id, session_id, execution_id, kind, created_at, label, heap_bytes,
    length(delta), depth, length(delta), length(delta), engine, base FROM checkpoint;
CREATE TABLE checkpoint_delta (
  no    INTEGER PRIMARY KEY,                    -- the checkpoint's
  delta BLOB NOT NULL
) STRICT;
INSERT INTO checkpoint_delta SELECT no, delta FROM checkpoint;

DROP TABLE execution;
DROP TABLE checkpoint;
DROP TABLE vm_session;
ALTER TABLE vm_session_2 RENAME TO vm_session;
ALTER TABLE execution_2 RENAME TO execution;
ALTER TABLE checkpoint_2 RENAME TO checkpoint;

CREATE INDEX vm_session_by_status ON vm_session (status, id);
CREATE INDEX vm_session_by_parent ON vm_session (parent_session_id) WHERE parent_session_id IS NOT NULL;
CREATE INDEX vm_session_by_origin ON vm_session (origin_checkpoint_id) WHERE origin_checkpoint_id IS NOT NULL;
-- What is left to take from closed sessions.
CREATE INDEX vm_session_to_empty ON vm_session (closed_at) WHERE status = 'closed' AND state_gone = 0;
CREATE INDEX execution_by_session ON execution (session_id);
-- What a start has to end. Rows leave it as they end, so it stays empty at rest.
CREATE INDEX execution_running ON execution (status) WHERE status = 'running';
CREATE INDEX checkpoint_by_session ON checkpoint (session_id);
CREATE INDEX checkpoint_by_parent ON checkpoint (parent_id);
CREATE INDEX checkpoint_prepared ON checkpoint (kind) WHERE kind = 'prepared';
