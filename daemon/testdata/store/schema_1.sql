-- A job store as schema 1 made it: a finished file, and one on its way.
PRAGMA application_id = 1131312761;
PRAGMA user_version = 1;
CREATE TABLE jobs (
  sequence INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  owner_uid INTEGER NOT NULL,
  owner_gid INTEGER NOT NULL,
  state INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  notify_flags INTEGER NOT NULL,
  error_count INTEGER NOT NULL,
  attempts_without_progress INTEGER NOT NULL,
  complete_when_transferred INTEGER NOT NULL,
  display_name TEXT NOT NULL,
  description TEXT NOT NULL,
  no_progress_timeout INTEGER,
  minimum_retry_delay INTEGER,
  http BLOB,
  create_time INTEGER,
  modify_time INTEGER,
  transfer_complete_time INTEGER,
  next_retry_time INTEGER,
  last_progress_time INTEGER,
  revision INTEGER NOT NULL,
  failure_detail BLOB,
  failure_message TEXT,
  failure_file_index INTEGER,
  failure_time INTEGER
);
CREATE TABLE files (
  job INTEGER NOT NULL,
  file_index INTEGER NOT NULL,
  transferred INTEGER NOT NULL,
  completed INTEGER NOT NULL,
  remote_url TEXT NOT NULL,
  local_path TEXT NOT NULL,
  ranges BLOB,
  mirror_urls BLOB,
  expected_size INTEGER,
  expected_sha256 BLOB NOT NULL,
  size INTEGER,
  flushed_bytes INTEGER NOT NULL,
  temporary_path TEXT,
  device INTEGER,
  inode INTEGER,
  checkpoint BLOB,
  etag TEXT,
  last_modified TEXT,
  response_headers BLOB,
  effective_url TEXT,
  integrity TEXT,
  origin_bytes INTEGER,
  mirror_bytes INTEGER,
  local_bytes INTEGER,
  PRIMARY KEY (job, file_index)
);
CREATE TABLE requests (
  uid INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  request_digest BLOB NOT NULL,
  job INTEGER NOT NULL,
  time INTEGER NOT NULL,
  PRIMARY KEY (uid, request_id)
) WITHOUT ROWID;
CREATE INDEX requests_by_job ON requests (job);
INSERT INTO jobs (sequence, id, owner_uid, owner_gid, state, priority,
  notify_flags, error_count, attempts_without_progress,
  complete_when_transferred, display_name, description, no_progress_timeout,
  create_time, modify_time, revision)
VALUES (7, x'000102030405060708090a0b0c0d0e0f', 1000, 1001, 1, 3, 3, 2, 0, 0,
  'old', '', 60000000000, 1700000000000000000, 1700000001000000000, 12);
INSERT INTO files (job, file_index, transferred, completed, remote_url,
  local_path, expected_sha256, flushed_bytes)
VALUES (7, 0, 0, 0, 'http://h/a', '/d/a', x'', 0);
INSERT INTO files (job, file_index, transferred, completed, remote_url,
  local_path, expected_size, expected_sha256, size, flushed_bytes,
  temporary_path, device, inode, checkpoint, etag, last_modified,
  effective_url, integrity, origin_bytes, mirror_bytes, local_bytes)
VALUES (7, 1, 0, 0, 'http://h/b', '/d/b', 100, x'', 100, 40, '/d/.b', 1, 2,
  x'0a', '"e"', '', 'http://h/b', 'size', 38, 2, 0);
INSERT INTO requests (uid, request_id, request_digest, job, time)
VALUES (1000, 'r', x'aa', 7, 1700000000000000000);
