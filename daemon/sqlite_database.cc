#include "daemon/sqlite_database.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/base/log.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"
#include "sqlite3.h"

namespace convoy {
namespace {

constexpr int kBusyTimeoutMs = 200;

Error StoreError(const std::string& path) {
  return Error(v1::ERROR_REASON_STORE_UNAVAILABLE,
               v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .LocalPath(path);
}

// What `database` says about its last call.
std::string Cause(sqlite3* database) {
  const int system_error = sqlite3_system_errno(database);
  std::string cause = sqlite3_errmsg(database);
  if (system_error != 0) {
    absl::StrAppend(&cause, " (", std::strerror(system_error), ")");
  }
  return cause;
}

}  // namespace

absl::Status DamagedDatabase(const std::string& path, const std::string& what) {
  return StoreError(path).StatusWithCode(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("the job store ", path, " is damaged (", what,
                   "): put a backup in its place, or move it and ", path,
                   "-wal away to begin without jobs"));
}

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

absl::Status SqliteStatement::Bind(const std::vector<SqliteValue>& values) {
  sqlite3_stmt* const statement = statement_.get();
  int index = 0;
  for (const SqliteValue& value : values) {
    ++index;
    int result = SQLITE_OK;
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      result = sqlite3_bind_int64(statement, index, *number);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      result = sqlite3_bind_text64(statement, index, text->data(), text->size(),
                                   SQLITE_STATIC, SQLITE_UTF8);
    } else if (const auto* blob = std::get_if<SqliteBlob>(&value)) {
      result = sqlite3_bind_blob64(statement, index, blob->bytes.data(),
                                   blob->bytes.size(), SQLITE_STATIC);
    } else {
      result = sqlite3_bind_null(statement, index);
    }
    if (result != SQLITE_OK) return database_->LastError();
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> SqliteStatement::Step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return database_->LastError();
}

void SqliteStatement::Reset() {
  // Repeats the error of the last Step, which was reported there.
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t SqliteStatement::Int64(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string SqliteStatement::Bytes(int column) const {
  // Of a text too, as it was bound. In this order: sqlite3_column_blob may move
  // it.
  const void* const data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (data == nullptr) return "";
  return std::string(static_cast<const char*>(data),
                     static_cast<std::size_t>(size));
}

void SqliteDatabase::Close::operator()(sqlite3* database) const {
  if (sqlite3_close(database) != SQLITE_OK) {
    LogError("a database is not closed properly: ", Cause(database));
  }
}

SqliteDatabase::SqliteDatabase(std::string path, std::string noun,
                               sqlite3* database)
    : path_(std::move(path)), noun_(std::move(noun)), database_(database) {}

absl::Status SqliteDatabase::LastError() {
  sqlite3* const database = database_.get();
  const std::string& path = path_;
  switch (sqlite3_errcode(database)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreError(path).StatusWithCode(
          absl::StatusCode::kFailedPrecondition,
          absl::StrCat("another convoyd uses ", path,
                       ": stop it, or give this one another state directory"));
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      damage_ = sqlite3_errmsg(database);
      return DamagedDatabase(path, damage_);
    case SQLITE_FULL:
      return StoreError(path).Retryable().Status(
          absl::StrCat("no space left to write the ", noun_, " ", path,
                       ": make room there"));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return StoreError(path).Status(absl::StrCat(
          "the ", noun_, " ", path, " cannot be opened for writing: ",
          Cause(database), "; check the rights on the file and its folder"));
    default:
      return StoreError(path).Retryable().Status(absl::StrCat(
          "the ", noun_, " ", path, " cannot be used: ", Cause(database)));
  }
}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(
    const std::string& path, const std::string& noun) {
  sqlite3* handle = nullptr;
  const int result =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (handle == nullptr) {
    return StoreError(path).Status(
        absl::StrCat("no memory to open the ", noun, " ", path));
  }
  std::unique_ptr<SqliteDatabase> database(
      new SqliteDatabase(path, noun, handle));
  if (result != SQLITE_OK) return database->LastError();
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  return database;
}

absl::StatusOr<SqliteStatement> SqliteDatabase::Prepare(
    const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(
          database_.get(), sql.data(), static_cast<int>(sql.size()),
          SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return LastError();
  }
  return SqliteStatement(this, statement);
}

absl::Status SqliteDatabase::Execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) !=
      SQLITE_OK) {
    return LastError();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> SqliteDatabase::QueryInt64(
    const std::string& sql) {
  CONVOY_ASSIGN_OR_RETURN(SqliteStatement statement, Prepare(sql));
  CONVOY_ASSIGN_OR_RETURN(const bool row, statement.Step());
  return row ? statement.Int64(0) : 0;
}

absl::StatusOr<std::string> SqliteDatabase::QueryText(const std::string& sql) {
  CONVOY_ASSIGN_OR_RETURN(SqliteStatement statement, Prepare(sql));
  CONVOY_ASSIGN_OR_RETURN(const bool row, statement.Step());
  return row ? statement.Bytes(0) : "";
}

void SqliteDatabase::Rollback() {
  // Some errors roll back by themselves.
  if (sqlite3_get_autocommit(database_.get()) != 0) return;
  const absl::Status status = Execute("ROLLBACK");
  if (!status.ok()) LogError(status.message());
}

}  // namespace convoy
