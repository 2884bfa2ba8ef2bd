#include "daemon/sqlite_schema.h"

#include <cstdint>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// "Cnvy": PRAGMA application_id, so that no other program's file is taken for
// ours.
constexpr std::int64_t kApplicationId = 0x436e7679;

// Migration i leads from version i to version i + 1. Once released, a migration
// is never edited: files that it made are out there.
//
// Times and durations are nanoseconds, times since 1970; NULL: never, or
// default. daemon/README.md tells what the columns hold.
constexpr const char* kMigrations[] = {
    R"sql(
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
)sql",
    R"sql(
ALTER TABLE jobs ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN download_mode INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN required_integrity INTEGER;
ALTER TABLE files ADD COLUMN manifest_location TEXT;
ALTER TABLE files ADD COLUMN manifest_info_hash BLOB;
ALTER TABLE files ADD COLUMN manifest_sha256 BLOB;
ALTER TABLE files ADD COLUMN content_id BLOB;
ALTER TABLE files ADD COLUMN lan_bytes INTEGER;
ALTER TABLE files ADD COLUMN group_bytes INTEGER;
ALTER TABLE files ADD COLUMN internet_bytes INTEGER;
)sql",
    R"sql(
ALTER TABLE files ADD COLUMN cache_host_bytes INTEGER;
  )sql",
    R"sql(
ALTER TABLE jobs ADD COLUMN needed_by INTEGER;
ALTER TABLE jobs ADD COLUMN declared_file TEXT;
ALTER TABLE jobs ADD COLUMN declared_mode INTEGER;
  )sql",
    R"sql(
ALTER TABLE jobs ADD COLUMN notices_due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN annotations BLOB;
ALTER TABLE jobs ADD COLUMN notify_command BLOB;
ALTER TABLE jobs ADD COLUMN maximum_download_time INTEGER;
ALTER TABLE jobs ADD COLUMN cost_flags INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN download_time INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN validated INTEGER;
ALTER TABLE files ADD COLUMN http_status INTEGER;
ALTER TABLE files ADD COLUMN server_address TEXT;
)sql",
    R"sql(
ALTER TABLE jobs ADD COLUMN maximum_download_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN on_demand INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN requested_ranges BLOB;
)sql",
    R"sql(
ALTER TABLE jobs ADD COLUMN inactivity_timeout INTEGER;
ALTER TABLE jobs ADD COLUMN notify_watcher TEXT;
ALTER TABLE jobs ADD COLUMN notification BLOB;
)sql",
    R"sql(
ALTER TABLE files ADD COLUMN client_file_id TEXT NOT NULL DEFAULT '';
)sql",
};

absl::Status Refused(const SqliteDatabase& database,
                     const std::string& message) {
  return Error(v1::ERROR_REASON_STORE_UNAVAILABLE,
               v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .LocalPath(database.path())
      .StatusWithCode(absl::StatusCode::kFailedPrecondition, message);
}

absl::Status CheckApplication(SqliteDatabase& database) {
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t application,
                          database.QueryInt64("PRAGMA application_id"));
  if (application == kApplicationId) return absl::OkStatus();
  CONVOY_ASSIGN_OR_RETURN(
      const std::int64_t tables,
      database.QueryInt64("SELECT count(*) FROM sqlite_master"));
  if (application == 0 && tables == 0) return absl::OkStatus();
  return Refused(database,
                 absl::StrCat(database.path(),
                              " is a database of another program: name another "
                              "state directory, or move the file away"));
}

}  // namespace

int SqliteSchemaVersion() { return static_cast<int>(std::size(kMigrations)); }

absl::Status CheckSqliteSchema(SqliteDatabase& database) {
  CONVOY_RETURN_IF_ERROR(CheckApplication(database));
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t found,
                          database.QueryInt64("PRAGMA user_version"));
  if (found < 0 || found > SqliteSchemaVersion()) {
    return Refused(
        database,
        absl::StrCat("the job store ", database.path(), " has schema ", found,
                     ", this convoyd knows up to ", SqliteSchemaVersion(),
                     ": install the newer convoyd again, or move the file away "
                     "to begin without jobs"));
  }
  return absl::OkStatus();
}

absl::Status MigrateSqliteSchema(SqliteDatabase& database) {
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t found,
                          database.QueryInt64("PRAGMA user_version"));
  for (std::int64_t version = found; version < SqliteSchemaVersion();
       ++version) {
    const absl::Status status = database.Execute(
        absl::StrCat("BEGIN IMMEDIATE;", kMigrations[version],
                     "PRAGMA application_id = ", kApplicationId,
                     ";"
                     "PRAGMA user_version = ",
                     version + 1, ";COMMIT;"));
    if (!status.ok()) {
      database.Rollback();
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace convoy
