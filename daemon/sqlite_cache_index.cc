#include "daemon/sqlite_cache_index.h"

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/sqlite_database.h"
#include "daemon/state_file.h"
#include "peer/base/log.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// "Cnvc": PRAGMA application_id.
constexpr std::int64_t kApplicationId = 0x436e7663;
// Another schema is begun anew: no migrations.
constexpr std::int64_t kSchemaVersion = 1;
constexpr std::size_t kIdSize = 20;
constexpr std::int64_t kMaxPieceLength = 1 << 30;

// Manifests stand apart: rows are read at every start, they are not.
constexpr char kSchema[] = R"sql(
CREATE TABLE contents (
  id BLOB PRIMARY KEY,
  source_url TEXT NOT NULL,
  name TEXT NOT NULL,
  local_path TEXT NOT NULL,
  owner_uid INTEGER NOT NULL,
  owner_gid INTEGER NOT NULL,
  holding INTEGER NOT NULL,
  device INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  size INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  piece_length INTEGER NOT NULL,
  pinned INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  last_use_time INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE manifests (
  id BLOB NOT NULL UNIQUE,
  metainfo BLOB NOT NULL,
  late_hashes BLOB NOT NULL
);
)sql";

constexpr char kColumns[] =
    "id, source_url, name, local_path, owner_uid, owner_gid, holding, device, "
    "inode, size, mtime, piece_length, pinned, create_time, last_use_time";

// ContentHolding of convoy/v1/swarm_service.proto.
enum StoredHolding : std::int64_t {
  kStoredJob = 1,
  kStoredReflink = 2,
  kStoredHardLink = 3,
  kStoredFinalPath = 4,
};

std::int64_t StoredOf(ContentHolding holding) {
  switch (holding) {
    case ContentHolding::kReflink:
      return kStoredReflink;
    case ContentHolding::kHardLink:
      return kStoredHardLink;
    case ContentHolding::kJob:
      return kStoredJob;
    case ContentHolding::kFinalPath:
      break;
  }
  return kStoredFinalPath;
}

std::optional<ContentHolding> HoldingOf(std::int64_t stored) {
  switch (stored) {
    case kStoredJob:
      return ContentHolding::kJob;
    case kStoredReflink:
      return ContentHolding::kReflink;
    case kStoredHardLink:
      return ContentHolding::kHardLink;
    case kStoredFinalPath:
      return ContentHolding::kFinalPath;
    default:
      return std::nullopt;
  }
}

std::vector<SqliteValue> ValuesOf(const CacheRow& row) {
  // Numbers of 64 bits without a sign are stored as if they had one.
  return {SqliteBlob{row.content_id},
          row.source_url,
          row.name,
          row.local_path,
          std::int64_t{row.owner},
          std::int64_t{row.owner_group},
          StoredOf(row.holding),
          static_cast<std::int64_t>(row.identity.device),
          static_cast<std::int64_t>(row.identity.inode),
          row.identity.size,
          row.identity.mtime_ns,
          row.piece_length,
          std::int64_t{row.pinned},
          absl::ToUnixNanos(row.create_time),
          absl::ToUnixNanos(row.last_use_time)};
}

// A row of kColumns. Nothing: it makes no sense.
std::optional<CacheRow> RowOf(const SqliteStatement& columns) {
  CacheRow row;
  row.content_id = columns.Bytes(0);
  row.source_url = columns.Bytes(1);
  row.name = columns.Bytes(2);
  row.local_path = columns.Bytes(3);
  row.owner = static_cast<uid_t>(columns.Int64(4));
  row.owner_group = static_cast<gid_t>(columns.Int64(5));
  const std::optional<ContentHolding> holding = HoldingOf(columns.Int64(6));
  row.identity.device = static_cast<std::uint64_t>(columns.Int64(7));
  row.identity.inode = static_cast<std::uint64_t>(columns.Int64(8));
  row.identity.size = columns.Int64(9);
  row.identity.mtime_ns = columns.Int64(10);
  row.piece_length = columns.Int64(11);
  row.pinned = columns.Int64(12) != 0;
  row.create_time = absl::FromUnixNanos(columns.Int64(13));
  row.last_use_time = absl::FromUnixNanos(columns.Int64(14));
  if (row.content_id.size() != kIdSize || !holding.has_value() ||
      row.identity.size < 0 || row.piece_length < 0 ||
      row.piece_length > kMaxPieceLength) {
    return std::nullopt;
  }
  row.holding = *holding;
  return row;
}

SqliteBlob IdValue(absl::string_view content_id) {
  return SqliteBlob{std::string(content_id)};
}

absl::Status RunOnce(SqliteStatement& statement,
                     const std::vector<SqliteValue>& values) {
  const SqliteScope scope(statement);
  CONVOY_RETURN_IF_ERROR(statement.Bind(values));
  return statement.Step().status();
}

// An open file and its statements.
struct OpenIndex {
  // In this order: statements go before their database.
  std::unique_ptr<SqliteDatabase> database;
  std::vector<SqliteStatement> statements;  // By Sql.
};

enum Sql {
  kPutRow,
  kPutManifest,
  kTouch,
  kPin,
  kRemove,
  kRemoveManifest,
  kReadManifest,
  kSqls
};

std::string TextOf(Sql sql) {
  switch (sql) {
    case kPutRow:
      return absl::StrCat("INSERT OR REPLACE INTO contents (", kColumns,
                          ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
                          "?11, ?12, ?13, ?14, ?15)");
    case kPutManifest:
      return "INSERT OR REPLACE INTO manifests (id, metainfo, late_hashes) "
             "VALUES (?1, ?2, ?3)";
    case kTouch:
      return "UPDATE contents SET last_use_time = ?2 WHERE id = ?1";
    case kPin:
      return "UPDATE contents SET pinned = ?2 WHERE id = ?1";
    case kRemove:
      return "DELETE FROM contents WHERE id = ?1";
    case kRemoveManifest:
      return "DELETE FROM manifests WHERE id = ?1";
    case kReadManifest:
      return "SELECT metainfo, late_hashes FROM manifests WHERE id = ?1";
    case kSqls:
      break;
  }
  return "";
}

// Why the file cannot be gone on with; empty: it can.
absl::StatusOr<std::string> WhyBeginAnew(SqliteDatabase& database,
                                         bool crashed) {
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t application,
                          database.QueryInt64("PRAGMA application_id"));
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t version,
                          database.QueryInt64("PRAGMA user_version"));
  CONVOY_ASSIGN_OR_RETURN(
      const std::int64_t tables,
      database.QueryInt64("SELECT count(*) FROM sqlite_master"));
  if (application == 0 && tables == 0) return "";
  if (application != kApplicationId) return "it is another program's";
  if (version != kSchemaVersion) {
    return absl::StrCat("it has schema ", version, ", this convoyd knows ",
                        kSchemaVersion);
  }
  // What a file system did to it in a crash shows here.
  if (!crashed) return "";
  CONVOY_ASSIGN_OR_RETURN(std::string found,
                          database.QueryText("PRAGMA quick_check(1)"));
  return found == "ok" ? "" : found;
}

absl::Status MakeSchema(SqliteDatabase& database) {
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t version,
                          database.QueryInt64("PRAGMA user_version"));
  if (version == kSchemaVersion) return absl::OkStatus();
  const absl::Status status = database.Execute(absl::StrCat(
      "BEGIN IMMEDIATE;", kSchema, "PRAGMA application_id = ", kApplicationId,
      ";PRAGMA user_version = ", kSchemaVersion, ";COMMIT;"));
  if (!status.ok()) database.Rollback();
  return status;
}

// `damage` says why the file is of no use, if that is the reason of a failure.
absl::StatusOr<OpenIndex> OpenFile(const std::string& path,
                                   std::string* damage) {
  CONVOY_RETURN_IF_ERROR(PrepareStateFile(path));
  const bool crashed = HasContent(absl::StrCat(path, "-wal"));
  OpenIndex index;
  CONVOY_ASSIGN_OR_RETURN(index.database,
                          SqliteDatabase::Open(path, "cache's index"));
  SqliteDatabase& database = *index.database;
  const auto prepare = [&]() -> absl::Status {
    // The first reading takes the lock, and keeps it until the end.
    CONVOY_RETURN_IF_ERROR(database.Execute("PRAGMA locking_mode = EXCLUSIVE"));
    CONVOY_ASSIGN_OR_RETURN(*damage, WhyBeginAnew(database, crashed));
    if (!damage->empty()) return absl::FailedPreconditionError(*damage);
    // NORMAL: what a power loss takes from a cache is soon there again.
    CONVOY_RETURN_IF_ERROR(
        database.Execute("PRAGMA journal_mode = WAL;"
                         "PRAGMA synchronous = NORMAL;"
                         "PRAGMA temp_store = MEMORY;"));
    CONVOY_RETURN_IF_ERROR(MakeSchema(database));
    for (int sql = 0; sql < kSqls; ++sql) {
      CONVOY_ASSIGN_OR_RETURN(SqliteStatement statement,
                              database.Prepare(TextOf(static_cast<Sql>(sql))));
      index.statements.push_back(std::move(statement));
    }
    return absl::OkStatus();
  };
  const absl::Status status = prepare();
  if (damage->empty()) *damage = database.damage();
  CONVOY_RETURN_IF_ERROR(status);
  return index;
}

// The file must be closed.
absl::Status SetAside(const std::string& path, const std::string& why) {
  const std::string aside = absl::StrCat(path, ".damaged");
  LogWarning("the cache's index ", path, " cannot be used (", why,
             "): it is now ", aside, ", and the cache begins empty");
  for (const char* const suffix : {"", "-wal", "-shm"}) {
    const std::string from = absl::StrCat(path, suffix);
    if (rename(from.c_str(), absl::StrCat(aside, suffix).c_str()) != 0 &&
        errno != ENOENT) {
      const int error = errno;
      return Error(v1::ERROR_REASON_STORE_UNAVAILABLE,
                   v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
          .LocalPath(from)
          .Status(
              absl::StrCat("cannot rename ", from, ": ", std::strerror(error)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OpenIndex> OpenOrBeginAnew(const std::string& path) {
  std::string damage;
  absl::StatusOr<OpenIndex> index = OpenFile(path, &damage);
  if (index.ok() || damage.empty()) return index;
  CONVOY_RETURN_IF_ERROR(SetAside(path, damage));
  damage.clear();
  return OpenFile(path, &damage);
}

class SqliteCacheIndex final : public CacheIndex {
 public:
  SqliteCacheIndex(std::string path, OpenIndex index)
      : path_(std::move(path)), index_(std::move(index)) {}

  absl::StatusOr<std::vector<CacheRow>> LoadAll() override {
    return Guarded<std::vector<CacheRow>>([&] { return Rows(); });
  }
  absl::Status Put(const CacheRow& row,
                   const CacheManifest& manifest) override {
    const SqliteBlob id = IdValue(row.content_id);
    return Write([&]() -> absl::Status {
      CONVOY_RETURN_IF_ERROR(RunOnce(At(kPutRow), ValuesOf(row)));
      return RunOnce(At(kPutManifest), {id, SqliteBlob{manifest.metainfo},
                                        SqliteBlob{manifest.late_hashes}});
    });
  }
  absl::Status Touch(const std::vector<CacheUse>& uses) override {
    return Write([&]() -> absl::Status {
      for (const CacheUse& use : uses) {
        CONVOY_RETURN_IF_ERROR(
            RunOnce(At(kTouch),
                    {IdValue(use.content_id), absl::ToUnixNanos(use.time)}));
      }
      return absl::OkStatus();
    });
  }
  absl::Status SetPinned(absl::string_view content_id, bool pinned) override {
    return Write([&] {
      return RunOnce(At(kPin), {IdValue(content_id), std::int64_t{pinned}});
    });
  }
  absl::Status Remove(absl::string_view content_id) override {
    return Write([&]() -> absl::Status {
      CONVOY_RETURN_IF_ERROR(RunOnce(At(kRemove), {IdValue(content_id)}));
      return RunOnce(At(kRemoveManifest), {IdValue(content_id)});
    });
  }
  absl::StatusOr<CacheManifest> ReadManifest(
      absl::string_view content_id) override {
    return Guarded<CacheManifest>([&] { return ManifestOf(content_id); });
  }

 private:
  SqliteStatement& At(Sql sql) { return index_->statements[sql]; }

  absl::StatusOr<std::vector<CacheRow>> Rows();
  absl::StatusOr<CacheManifest> ManifestOf(absl::string_view content_id);

  // Runs `call`; when it finds the file damaged, begins anew and runs it once
  // more.
  template <typename T, typename Call>
  absl::StatusOr<T> Guarded(Call call);
  // Runs `call` in a transaction, guarded.
  template <typename Call>
  absl::Status Write(Call call);
  absl::Status BeginAnew(const std::string& why);

  const std::string path_;
  // Nothing: damaged, and could not be begun anew.
  std::optional<OpenIndex> index_;
  std::string damage_;  // Of a row that makes no sense.
};

absl::StatusOr<std::vector<CacheRow>> SqliteCacheIndex::Rows() {
  std::vector<CacheRow> rows;
  CONVOY_ASSIGN_OR_RETURN(
      SqliteStatement statement,
      index_->database->Prepare(
          absl::StrCat("SELECT ", kColumns, " FROM contents ORDER BY id")));
  while (true) {
    CONVOY_ASSIGN_OR_RETURN(const bool found, statement.Step());
    if (!found) return rows;
    std::optional<CacheRow> row = RowOf(statement);
    if (!row.has_value()) {
      damage_ = "a row makes no sense";
      return absl::DataLossError(damage_);
    }
    rows.push_back(*std::move(row));
  }
}

absl::StatusOr<CacheManifest> SqliteCacheIndex::ManifestOf(
    absl::string_view content_id) {
  const std::vector<SqliteValue> key = {IdValue(content_id)};
  SqliteStatement& statement = At(kReadManifest);
  const SqliteScope scope(statement);
  CONVOY_RETURN_IF_ERROR(statement.Bind(key));
  CONVOY_ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) {
    return Error(v1::ERROR_REASON_NOT_FOUND,
                 v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
        .Status("the cache has no such content");
  }
  return CacheManifest{statement.Bytes(0), statement.Bytes(1)};
}

template <typename T, typename Call>
absl::StatusOr<T> SqliteCacheIndex::Guarded(Call call) {
  if (!index_.has_value()) CONVOY_RETURN_IF_ERROR(BeginAnew(""));
  absl::StatusOr<T> result = call();
  const std::string& damage =
      damage_.empty() ? index_->database->damage() : damage_;
  if (result.ok() || damage.empty()) return result;
  CONVOY_RETURN_IF_ERROR(BeginAnew(std::string(damage)));
  return call();
}

template <typename Call>
absl::Status SqliteCacheIndex::Write(Call call) {
  struct Nothing {};
  return Guarded<Nothing>([&]() -> absl::StatusOr<Nothing> {
           SqliteDatabase& database = *index_->database;
           absl::Status status = database.Execute("BEGIN IMMEDIATE");
           if (status.ok()) status = call();
           if (status.ok()) status = database.Execute("COMMIT");
           if (status.ok()) return Nothing();
           database.Rollback();
           return status;
         })
      .status();
}

absl::Status SqliteCacheIndex::BeginAnew(const std::string& why) {
  index_.reset();
  damage_.clear();
  if (!why.empty()) CONVOY_RETURN_IF_ERROR(SetAside(path_, why));
  CONVOY_ASSIGN_OR_RETURN(index_, OpenOrBeginAnew(path_));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<CacheIndex>> OpenSqliteCacheIndex(
    const std::string& path) {
  CONVOY_ASSIGN_OR_RETURN(OpenIndex index, OpenOrBeginAnew(path));
  return std::make_unique<SqliteCacheIndex>(path, std::move(index));
}

}  // namespace convoy
