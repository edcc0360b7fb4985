-- What is kept of a heap is checked when it is read: disks and memory flip bits, and SQLite looks only
-- at its own structures.
ALTER TABLE checkpoint_delta ADD COLUMN crc32 INTEGER; -- of the delta; NULL: an older version wrote it

-- An execution that a key still answers for is kept.
CREATE INDEX idempotency_key_by_subject ON idempotency_key (subject_id);

-- The times of an execution that a stop of the daemon cut off were zeros that nobody had measured.
UPDATE execution SET metrics = json_remove(metrics, '$.duration_ms', '$.cpu_ms', '$.queue_ms')
  WHERE status = 'error' AND json_extract(error, '$.code') = 'DAEMON_STOPPED';
