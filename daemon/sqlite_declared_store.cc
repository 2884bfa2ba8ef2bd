#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/declared_record.h"
#include "daemon/sqlite_database.h"
#include "daemon/state_file.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// "Cnvd": PRAGMA application_id.
constexpr std::int64_t kApplicationId = 0x436e7664;
constexpr std::int64_t kSchemaVersion = 1;

// Times are nanoseconds since 1970; NULL: never.
constexpr char kSchema[] = R"sql(
CREATE TABLE declared (
  name TEXT PRIMARY KEY,
  file TEXT NOT NULL,
  line INTEGER NOT NULL,
  phase INTEGER NOT NULL,
  message TEXT NOT NULL,
  change_time INTEGER,
  running INTEGER NOT NULL,
  job_id TEXT NOT NULL,
  fetch BLOB NOT NULL,
  fetching TEXT NOT NULL,
  fetching_uid INTEGER NOT NULL,
  fetching_gid INTEGER NOT NULL,
  mode INTEGER NOT NULL,
  suspended INTEGER NOT NULL,
  delivered TEXT NOT NULL,
  uid INTEGER NOT NULL,
  gid INTEGER NOT NULL,
  files BLOB NOT NULL,
  command_due INTEGER NOT NULL,
  checked_time INTEGER,
  failures INTEGER NOT NULL,
  next_try_time INTEGER,
  when_removed TEXT NOT NULL
) WITHOUT ROWID;
)sql";

constexpr char kColumns[] =
    "name, file, line, phase, message, change_time, running, job_id, fetch, "
    "fetching, fetching_uid, fetching_gid, mode, suspended, delivered, uid, "
    "gid, files, command_due, checked_time, failures, next_try_time, "
    "when_removed";
constexpr char kPlaces[] =
    "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
    "?17, ?18, ?19, ?20, ?21, ?22, ?23";

SqliteValue TimeValue(absl::Time time) {
  if (time == absl::InfinitePast()) return std::monostate();
  return absl::ToUnixNanos(time);
}

absl::Time TimeAt(const SqliteStatement& row, int column) {
  return row.IsNull(column) ? absl::InfinitePast()
                            : absl::FromUnixNanos(row.Int64(column));
}

std::vector<SqliteValue> ValuesOf(const DeclaredRecord& record) {
  v1::ListFilesResponse files;
  for (const v1::JobFile& file : record.files) *files.add_files() = file;
  return {record.name,
          record.file,
          std::int64_t{record.line},
          std::int64_t{record.phase},
          record.message,
          TimeValue(record.change_time),
          std::int64_t{record.running},
          record.job_id,
          SqliteBlob{record.fetch.SerializeAsString()},
          record.fetching,
          std::int64_t{record.fetching_owner.uid},
          std::int64_t{record.fetching_owner.gid},
          std::int64_t{record.mode},
          std::int64_t{record.suspended},
          record.delivered,
          std::int64_t{record.owner.uid},
          std::int64_t{record.owner.gid},
          SqliteBlob{files.SerializeAsString()},
          std::int64_t{record.command_due},
          TimeValue(record.checked_time),
          std::int64_t{record.failures},
          TimeValue(record.next_try_time),
          record.when_removed};
}

absl::StatusOr<DeclaredRecord> RecordOf(const SqliteStatement& row,
                                        const std::string& path) {
  DeclaredRecord record;
  record.name = row.Bytes(0);
  record.file = row.Bytes(1);
  record.line = static_cast<int>(row.Int64(2));
  record.phase = static_cast<v1::DeclaredJob::Phase>(row.Int64(3));
  record.message = row.Bytes(4);
  record.change_time = TimeAt(row, 5);
  record.running = row.Int64(6) != 0;
  record.job_id = row.Bytes(7);
  v1::ListFilesResponse files;
  if (!record.fetch.ParseFromString(row.Bytes(8)) ||
      !files.ParseFromString(row.Bytes(17))) {
    return DamagedDatabase(path, "a declared job that cannot be read");
  }
  record.fetching = row.Bytes(9);
  record.fetching_owner = {static_cast<uid_t>(row.Int64(10)),
                           static_cast<gid_t>(row.Int64(11))};
  record.mode = static_cast<mode_t>(row.Int64(12));
  record.suspended = row.Int64(13) != 0;
  record.delivered = row.Bytes(14);
  record.owner = {static_cast<uid_t>(row.Int64(15)),
                  static_cast<gid_t>(row.Int64(16))};
  record.files.assign(files.files().begin(), files.files().end());
  record.command_due = row.Int64(18) != 0;
  record.checked_time = TimeAt(row, 19);
  record.failures = static_cast<int>(row.Int64(20));
  record.next_try_time = TimeAt(row, 21);
  record.when_removed = row.Bytes(22);
  return record;
}

class SqliteDeclaredStore final : public DeclaredStore {
 public:
  explicit SqliteDeclaredStore(std::unique_ptr<SqliteDatabase> database)
      : database_(std::move(database)) {}

  absl::Status Prepare();

  absl::StatusOr<std::vector<DeclaredRecord>> LoadAll() override {
    CONVOY_ASSIGN_OR_RETURN(
        SqliteStatement statement,
        database_->Prepare(
            absl::StrCat("SELECT ", kColumns, " FROM declared ORDER BY name")));
    std::vector<DeclaredRecord> records;
    while (true) {
      CONVOY_ASSIGN_OR_RETURN(const bool more, statement.Step());
      if (!more) return records;
      CONVOY_ASSIGN_OR_RETURN(DeclaredRecord record,
                              RecordOf(statement, database_->path()));
      records.push_back(std::move(record));
    }
  }

  absl::Status Put(const DeclaredRecord& record) override {
    return Run(absl::StrCat("INSERT OR REPLACE INTO declared (", kColumns,
                            ") VALUES (", kPlaces, ")"),
               ValuesOf(record));
  }

  absl::Status Remove(const std::string& name) override {
    return Run("DELETE FROM declared WHERE name = ?1", {name});
  }

 private:
  absl::Status Run(const std::string& sql,
                   const std::vector<SqliteValue>& values) {
    CONVOY_ASSIGN_OR_RETURN(SqliteStatement statement, database_->Prepare(sql));
    const SqliteScope scope(statement);
    CONVOY_RETURN_IF_ERROR(statement.Bind(values));
    return statement.Step().status();
  }

  const std::unique_ptr<SqliteDatabase> database_;
};

absl::Status SqliteDeclaredStore::Prepare() {
  // The first reading takes the lock, and keeps it until the end.
  CONVOY_RETURN_IF_ERROR(
      database_->Execute("PRAGMA locking_mode = EXCLUSIVE;"
                         "PRAGMA journal_mode = WAL;"
                         "PRAGMA synchronous = FULL;"));
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t application,
                          database_->QueryInt64("PRAGMA application_id"));
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t version,
                          database_->QueryInt64("PRAGMA user_version"));
  if (application == kApplicationId && version == kSchemaVersion) {
    return absl::OkStatus();
  }
  CONVOY_ASSIGN_OR_RETURN(
      const std::int64_t tables,
      database_->QueryInt64("SELECT count(*) FROM sqlite_master"));
  if (application != 0 || tables != 0) {
    return Error(v1::ERROR_REASON_STORE_UNAVAILABLE,
                 v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
        .LocalPath(database_->path())
        .StatusWithCode(
            absl::StatusCode::kFailedPrecondition,
            absl::StrCat("the store of declared jobs ", database_->path(),
                         " has schema ", version, ", this convoyd knows ",
                         kSchemaVersion,
                         ": install the newer convoyd again, or move the file "
                         "away; declared files are then fetched anew"));
  }
  const absl::Status status = database_->Execute(absl::StrCat(
      "BEGIN IMMEDIATE;", kSchema, "PRAGMA application_id = ", kApplicationId,
      ";PRAGMA user_version = ", kSchemaVersion, ";COMMIT;"));
  if (!status.ok()) database_->Rollback();
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DeclaredStore>> OpenSqliteDeclaredStore(
    const std::string& path) {
  CONVOY_RETURN_IF_ERROR(PrepareStateFile(path));
  CONVOY_ASSIGN_OR_RETURN(std::unique_ptr<SqliteDatabase> database,
                          SqliteDatabase::Open(path, "store of declared jobs"));
  auto store = std::make_unique<SqliteDeclaredStore>(std::move(database));
  CONVOY_RETURN_IF_ERROR(store->Prepare());
  return store;
}

}  // namespace convoy
