#ifndef CONVOY_DAEMON_SQLITE_ROWS_H_
#define CONVOY_DAEMON_SQLITE_ROWS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/job.h"
#include "daemon/sqlite_database.h"
#include "peer/base/ids.h"

namespace convoy {

// Jobs and files as rows of the tables of sqlite_schema.h, and back.

SqliteBlob IdValue(const JobId& id);
// Not OK: no id.
absl::StatusOr<JobId> ReadId(const SqliteStatement& row, int column);
// Nanoseconds since 1970. InfinitePast is NULL.
SqliteValue TimeValue(absl::Time time);
// REQUIRES: not NULL.
absl::Time TimeOf(const SqliteStatement& row, int column);

// All columns of `jobs`, with commas; JobValues has their values in this order.
const std::string& JobColumns();
std::vector<SqliteValue> JobValues(const Job& job);
// A job, without files, of a row of JobColumns. Not OK: the row makes no sense.
absl::StatusOr<std::unique_ptr<Job>> ReadJob(const SqliteStatement& row);

// All columns of `files` but `job`, with commas.
const std::string& FileColumns();
std::vector<SqliteValue> FileValues(const JobFile& file);
// A file of a row of FileColumns that begins at `first_column`.
absl::StatusOr<JobFile> ReadFile(const SqliteStatement& row, int first_column);

}  // namespace convoy

#endif  // CONVOY_DAEMON_SQLITE_ROWS_H_
