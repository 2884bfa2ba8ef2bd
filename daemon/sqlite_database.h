#ifndef CONVOY_DAEMON_SQLITE_DATABASE_H_
#define CONVOY_DAEMON_SQLITE_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace convoy {

class SqliteDatabase;

// Bytes that are no text.
struct SqliteBlob {
  std::string bytes;
};

// What a column holds; monostate is NULL.
using SqliteValue =
    std::variant<std::monostate, std::int64_t, std::string, SqliteBlob>;

// A prepared statement. Must be destroyed before its database.
class SqliteStatement {
 public:
  // Binds from ?1 on. The values must live until Reset.
  absl::Status Bind(const std::vector<SqliteValue>& values);
  // True: there is a row to read. False: done.
  absl::StatusOr<bool> Step();
  // Ends the execution and forgets the values.
  void Reset();

  // Columns of the row, from 0 on. NULL reads as 0 or empty.
  bool IsNull(int column) const;
  std::int64_t Int64(int column) const;
  // Text or blob.
  std::string Bytes(int column) const;

 private:
  friend class SqliteDatabase;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  SqliteStatement(SqliteDatabase* database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}

  SqliteDatabase* database_;  // Not owned.
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// A connection to an SQLite file. One thread.
//
// Errors: an Error (error_detail.h) with reason STORE_UNAVAILABLE and the
// file's path. FAILED_PRECONDITION: the file is damaged, no database, or in use
// by another process; else UNAVAILABLE.
class SqliteDatabase {
 public:
  // Opens a file that exists; waits a moment for other processes. `noun` says
  // in errors what it is.
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> Open(
      const std::string& path, const std::string& noun = "job store");
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  absl::StatusOr<SqliteStatement> Prepare(const std::string& sql);
  // Runs statements without values and without interest in rows.
  absl::Status Execute(const std::string& sql);
  // The first column of the first row, 0 if there is none.
  absl::StatusOr<std::int64_t> QueryInt64(const std::string& sql);
  absl::StatusOr<std::string> QueryText(const std::string& sql);
  // Rolls back what was begun, if anything was.
  void Rollback();

  const std::string& path() const { return path_; }
  // A call found the file damaged, or no database: in SQLite's words. Empty:
  // none did.
  const std::string& damage() const { return damage_; }

 private:
  friend class SqliteStatement;
  struct Close {
    void operator()(sqlite3* database) const;
  };
  SqliteDatabase(std::string path, std::string noun, sqlite3* database);

  // Of the call that just failed.
  absl::Status LastError();

  const std::string path_;
  const std::string noun_;
  std::string damage_;
  std::unique_ptr<sqlite3, Close> database_;
};

// Resets a statement at the end of a scope: one that is not reset holds locks.
class SqliteScope {
 public:
  explicit SqliteScope(SqliteStatement& statement) : statement_(statement) {}
  ~SqliteScope() { statement_.Reset(); }
  SqliteScope(const SqliteScope&) = delete;
  SqliteScope& operator=(const SqliteScope&) = delete;

 private:
  SqliteStatement& statement_;
};

// A file, or a row of it, that does not make sense: FAILED_PRECONDITION, with
// what to do.
absl::Status DamagedDatabase(const std::string& path, const std::string& what);

}  // namespace convoy

#endif  // CONVOY_DAEMON_SQLITE_DATABASE_H_
