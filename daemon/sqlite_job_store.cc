#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "daemon/job_store.h"
#include "daemon/sqlite_database.h"
#include "daemon/sqlite_rows.h"
#include "daemon/sqlite_schema.h"
#include "daemon/state_file.h"
#include "peer/base/log.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// Pages of the write-ahead log after which it is copied into the database:
// commits seldom pay for it, and the log stays near 16 MiB.
constexpr int kCheckpointPages = 4000;
constexpr int kPageBytes = 4096;

// Inserts a row, or updates the one with the same `keys`, which stand first in
// `columns`. `extra` are columns and expressions behind ?1, ?2 ... of
// `columns`.
std::string PutSql(absl::string_view table, const std::string& columns,
                   std::size_t keys, absl::string_view conflict,
                   absl::string_view extra_column = "",
                   absl::string_view extra_value = "") {
  std::vector<std::string> places;
  std::vector<std::string> updates;
  for (const absl::string_view column : absl::StrSplit(columns, ", ")) {
    places.push_back(absl::StrCat("?", places.size() + 1));
    if (places.size() > keys) {
      updates.push_back(absl::StrCat(column, " = excluded.", column));
    }
  }
  return absl::StrCat("INSERT INTO ", table, " (", columns, extra_column,
                      ") VALUES (", absl::StrJoin(places, ", "), extra_value,
                      ") ON CONFLICT (", conflict, ") DO UPDATE SET ",
                      absl::StrJoin(updates, ", "));
}

// JobValues. A sequence that another job has is an error.
std::string PutJobSql() { return PutSql("jobs", JobColumns(), 2, "id"); }

// FileValues and the job's id. Without such a job the NOT NULL of `job` fails.
std::string PutFileSql() {
  const std::vector<std::string> columns = absl::StrSplit(FileColumns(), ", ");
  return PutSql("files", FileColumns(), 1, "job, file_index", ", job",
                absl::StrCat(", (SELECT sequence FROM jobs WHERE id = ?",
                             columns.size() + 1, ")"));
}

constexpr char kPutRequest[] =
    "INSERT OR REPLACE INTO requests "
    "(uid, request_id, request_digest, time, job) "
    "SELECT ?1, ?2, ?3, ?4, sequence FROM jobs WHERE id = ?5";
constexpr char kRemoveRequestsBefore[] = "DELETE FROM requests WHERE time < ?1";
constexpr char kRemoveFilesOfJob[] =
    "DELETE FROM files WHERE job = (SELECT sequence FROM jobs WHERE id = ?1)";
constexpr char kRemoveRequestsOfJob[] =
    "DELETE FROM requests WHERE job = (SELECT sequence FROM jobs WHERE id = "
    "?1)";
constexpr char kRemoveJob[] = "DELETE FROM jobs WHERE id = ?1";
constexpr char kFindRequest[] =
    "SELECT requests.request_digest, requests.time, jobs.id FROM requests "
    "JOIN jobs ON jobs.sequence = requests.job "
    "WHERE requests.uid = ?1 AND requests.request_id = ?2";

// Every statement that writes, by what it does.
enum Write {
  kWriteJob,
  kWriteFile,
  kWriteRequest,
  kWriteRemoveRequestsBefore,
  kWriteRemoveFilesOfJob,
  kWriteRemoveRequestsOfJob,
  kWriteRemoveJob,
  kWrites,
};

std::string SqlOf(Write write) {
  switch (write) {
    case kWriteJob:
      return PutJobSql();
    case kWriteFile:
      return PutFileSql();
    case kWriteRequest:
      return kPutRequest;
    case kWriteRemoveRequestsBefore:
      return kRemoveRequestsBefore;
    case kWriteRemoveFilesOfJob:
      return kRemoveFilesOfJob;
    case kWriteRemoveRequestsOfJob:
      return kRemoveRequestsOfJob;
    case kWriteRemoveJob:
      return kRemoveJob;
    case kWrites:
      break;
  }
  return "";
}

class SqliteJobStore final : public JobStore {
 public:
  static absl::StatusOr<std::unique_ptr<JobStore>> Make(
      std::unique_ptr<SqliteDatabase> database) {
    std::unique_ptr<SqliteJobStore> store(
        new SqliteJobStore(std::move(database)));
    CONVOY_RETURN_IF_ERROR(store->PrepareAll());
    return store;
  }

  absl::Status LoadJobs(
      const std::function<void(std::unique_ptr<Job>)>& on_job) override;
  absl::StatusOr<std::unique_ptr<Job>> LoadJob(const JobId& id) override;

  void PutJob(const Job& job) override { Stage(kWriteJob, JobValues(job)); }
  void PutFile(const JobId& id, const JobFile& file) override {
    std::vector<SqliteValue> values = FileValues(file);
    values.push_back(IdValue(id));
    Stage(kWriteFile, std::move(values));
  }
  void RemoveJob(const JobId& id) override {
    for (const Write write :
         {kWriteRemoveFilesOfJob, kWriteRemoveRequestsOfJob, kWriteRemoveJob}) {
      Stage(write, {IdValue(id)});
    }
  }
  void PutRequest(const UsedRequest& request) override {
    Stage(kWriteRequest,
          {std::int64_t{request.uid}, request.request_id,
           SqliteBlob{request.request_digest}, absl::ToUnixNanos(request.time),
           IdValue(request.job_id)});
  }
  void RemoveRequestsBefore(absl::Time time) override {
    Stage(kWriteRemoveRequestsBefore, {absl::ToUnixNanos(time)});
  }

  absl::Status Commit() override;
  absl::Status CheckWritable() override;

  absl::StatusOr<std::optional<UsedRequest>> FindRequest(
      uid_t uid, const std::string& request_id) override;

 private:
  struct Staged {
    Write write;
    std::vector<SqliteValue> values;
  };

  explicit SqliteJobStore(std::unique_ptr<SqliteDatabase> database)
      : database_(std::move(database)) {}

  absl::Status PrepareAll();
  void Stage(Write write, std::vector<SqliteValue> values) {
    staged_.push_back({write, std::move(values)});
  }
  absl::Status WriteAll(const std::vector<Staged>& staged);
  // Undoes what was begun; the error for callers.
  absl::Status Failed(const absl::Status& status);
  // A row that makes no sense.
  absl::Status Damaged(const absl::Status& status) const {
    return DamagedDatabase(database_->path(), std::string(status.message()));
  }

  const std::unique_ptr<SqliteDatabase> database_;
  std::vector<SqliteStatement> writes_;  // By Write.
  std::optional<SqliteStatement> begin_;
  std::optional<SqliteStatement> commit_;
  std::optional<SqliteStatement> load_job_;
  std::optional<SqliteStatement> load_files_;
  std::optional<SqliteStatement> find_request_;
  std::vector<Staged> staged_;
};

absl::Status SqliteJobStore::PrepareAll() {
  for (int write = 0; write < kWrites; ++write) {
    CONVOY_ASSIGN_OR_RETURN(
        SqliteStatement statement,
        database_->Prepare(SqlOf(static_cast<Write>(write))));
    writes_.push_back(std::move(statement));
  }
  CONVOY_ASSIGN_OR_RETURN(begin_, database_->Prepare("BEGIN IMMEDIATE"));
  CONVOY_ASSIGN_OR_RETURN(commit_, database_->Prepare("COMMIT"));
  CONVOY_ASSIGN_OR_RETURN(
      load_job_, database_->Prepare(absl::StrCat("SELECT ", JobColumns(),
                                                 " FROM jobs WHERE id = ?1")));
  CONVOY_ASSIGN_OR_RETURN(
      load_files_, database_->Prepare(absl::StrCat("SELECT ", FileColumns(),
                                                   " FROM files WHERE job = ?1 "
                                                   "ORDER BY file_index")));
  CONVOY_ASSIGN_OR_RETURN(find_request_, database_->Prepare(kFindRequest));
  return absl::OkStatus();
}

absl::Status SqliteJobStore::LoadJobs(
    const std::function<void(std::unique_ptr<Job>)>& on_job) {
  CONVOY_ASSIGN_OR_RETURN(
      SqliteStatement jobs,
      database_->Prepare(absl::StrCat("SELECT ", JobColumns(),
                                      " FROM jobs ORDER BY sequence")));
  CONVOY_ASSIGN_OR_RETURN(
      SqliteStatement files,
      database_->Prepare(absl::StrCat("SELECT job, ", FileColumns(),
                                      " FROM files ORDER BY job, file_index")));
  CONVOY_ASSIGN_OR_RETURN(bool has_file, files.Step());
  while (true) {
    CONVOY_ASSIGN_OR_RETURN(const bool has_job, jobs.Step());
    if (!has_job) break;
    absl::StatusOr<std::unique_ptr<Job>> job = ReadJob(jobs);
    if (!job.ok()) return Damaged(job.status());
    const auto sequence = static_cast<std::int64_t>((*job)->sequence);
    while (has_file && files.Int64(0) == sequence) {
      absl::StatusOr<JobFile> file = ReadFile(files, 1);
      if (!file.ok()) return Damaged(file.status());
      (*job)->files.push_back(*std::move(file));
      CONVOY_ASSIGN_OR_RETURN(has_file, files.Step());
    }
    on_job(*std::move(job));
  }
  if (has_file) return DamagedDatabase(database_->path(), "files without job");
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Job>> SqliteJobStore::LoadJob(const JobId& id) {
  const std::vector<SqliteValue> job_key = {IdValue(id)};
  const SqliteScope job_scope(*load_job_);
  CONVOY_RETURN_IF_ERROR(load_job_->Bind(job_key));
  CONVOY_ASSIGN_OR_RETURN(const bool has_job, load_job_->Step());
  if (!has_job) return std::unique_ptr<Job>();
  absl::StatusOr<std::unique_ptr<Job>> job = ReadJob(*load_job_);
  if (!job.ok()) return Damaged(job.status());

  const std::vector<SqliteValue> files_key = {
      static_cast<std::int64_t>((*job)->sequence)};
  const SqliteScope files_scope(*load_files_);
  CONVOY_RETURN_IF_ERROR(load_files_->Bind(files_key));
  while (true) {
    CONVOY_ASSIGN_OR_RETURN(const bool has_file, load_files_->Step());
    if (!has_file) return job;
    absl::StatusOr<JobFile> file = ReadFile(*load_files_, 0);
    if (!file.ok()) return Damaged(file.status());
    (*job)->files.push_back(*std::move(file));
  }
}

absl::Status SqliteJobStore::WriteAll(const std::vector<Staged>& staged) {
  const auto run = [](SqliteStatement& statement,
                      const std::vector<SqliteValue>& values) -> absl::Status {
    const SqliteScope scope(statement);
    CONVOY_RETURN_IF_ERROR(statement.Bind(values));
    return statement.Step().status();
  };
  CONVOY_RETURN_IF_ERROR(run(*begin_, {}));
  for (const Staged& row : staged) {
    CONVOY_RETURN_IF_ERROR(run(writes_[row.write], row.values));
  }
  return run(*commit_, {});
}

absl::Status SqliteJobStore::Commit() {
  const std::vector<Staged> staged = std::exchange(staged_, {});
  if (staged.empty()) return absl::OkStatus();
  const absl::Status status = WriteAll(staged);
  return status.ok() ? status : Failed(status);
}

absl::Status SqliteJobStore::CheckWritable() {
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t version,
                          database_->QueryInt64("PRAGMA user_version"));
  // The same number again: a page is written all the same.
  const absl::Status status = database_->Execute(absl::StrCat(
      "BEGIN IMMEDIATE; PRAGMA user_version = ", version, "; COMMIT"));
  return status.ok() ? status : Failed(status);
}

absl::Status SqliteJobStore::Failed(const absl::Status& status) {
  database_->Rollback();
  // Callers can do nothing about the store, whatever is the matter with it.
  LogError("nothing was stored: ", status.message());
  return Error(v1::ERROR_REASON_STORE_UNAVAILABLE,
               v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .LocalPath(database_->path())
      .Retryable()
      .Status(status.message());
}

absl::StatusOr<std::optional<UsedRequest>> SqliteJobStore::FindRequest(
    uid_t uid, const std::string& request_id) {
  const std::vector<SqliteValue> key = {std::int64_t{uid}, request_id};
  const SqliteScope scope(*find_request_);
  CONVOY_RETURN_IF_ERROR(find_request_->Bind(key));
  CONVOY_ASSIGN_OR_RETURN(const bool found, find_request_->Step());
  if (!found) return std::optional<UsedRequest>();
  UsedRequest request;
  request.uid = uid;
  request.request_id = request_id;
  request.request_digest = find_request_->Bytes(0);
  request.time = TimeOf(*find_request_, 1);
  CONVOY_ASSIGN_OR_RETURN(request.job_id, ReadId(*find_request_, 2));
  return request;
}

// A file left behind by a crash is looked through: what a file system did to it
// then shows here, and not when a job is needed.
absl::Status CheckIntegrity(SqliteDatabase& database) {
  CONVOY_ASSIGN_OR_RETURN(const std::string found,
                          database.QueryText("PRAGMA quick_check(1)"));
  if (found == "ok") return absl::OkStatus();
  return DamagedDatabase(database.path(), found);
}

absl::Status Configure(SqliteDatabase& database) {
  // secure_delete: what is removed may be a secret.
  return database.Execute(
      absl::StrCat("PRAGMA journal_mode = WAL;"
                   "PRAGMA synchronous = FULL;"
                   "PRAGMA secure_delete = ON;"
                   "PRAGMA temp_store = MEMORY;"
                   "PRAGMA wal_autocheckpoint = ",
                   kCheckpointPages,
                   ";"
                   "PRAGMA journal_size_limit = ",
                   kCheckpointPages * kPageBytes, ";"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<JobStore>> OpenSqliteJobStore(
    const std::string& path) {
  CONVOY_RETURN_IF_ERROR(PrepareStateFile(path));
  const bool crashed = HasContent(absl::StrCat(path, "-wal"));
  CONVOY_ASSIGN_OR_RETURN(std::unique_ptr<SqliteDatabase> database,
                          SqliteDatabase::Open(path));
  // The first reading takes the lock, and keeps it until the end.
  CONVOY_RETURN_IF_ERROR(database->Execute("PRAGMA locking_mode = EXCLUSIVE"));
  CONVOY_RETURN_IF_ERROR(CheckSqliteSchema(*database));
  CONVOY_RETURN_IF_ERROR(Configure(*database));
  if (crashed) CONVOY_RETURN_IF_ERROR(CheckIntegrity(*database));
  CONVOY_RETURN_IF_ERROR(MigrateSqliteSchema(*database));
  return SqliteJobStore::Make(std::move(database));
}

}  // namespace convoy
