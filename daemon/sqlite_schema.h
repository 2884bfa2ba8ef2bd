#ifndef CONVOY_DAEMON_SQLITE_SCHEMA_H_
#define CONVOY_DAEMON_SQLITE_SCHEMA_H_

#include "absl/status/status.h"
#include "daemon/sqlite_database.h"

namespace convoy {

// The newest schema, which this code reads and writes.
int SqliteSchemaVersion();

// OK if MigrateSqliteSchema can handle `database`. FAILED_PRECONDITION: the
// schema is newer than SqliteSchemaVersion, or the file is another program's.
// Changes nothing.
absl::Status CheckSqliteSchema(SqliteDatabase& database);

// Brings the schema of `database` up to date, each step in a transaction of its
// own; makes it in an empty file. REQUIRES: CheckSqliteSchema was OK.
absl::Status MigrateSqliteSchema(SqliteDatabase& database);

}  // namespace convoy

#endif  // CONVOY_DAEMON_SQLITE_SCHEMA_H_
