#ifndef CONVOY_DAEMON_SQLITE_CACHE_INDEX_H_
#define CONVOY_DAEMON_SQLITE_CACHE_INDEX_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "peer/cache_index.h"

namespace convoy {

// Opens the index of the cache in an SQLite file of its own, or makes it. One
// that is damaged, or of another version of convoyd, is renamed to
// PATH.damaged and begun anew, with a warning; so is one that turns out to be
// damaged later. Blocks.
//
// Errors: an Error with reason STORE_UNAVAILABLE. FAILED_PRECONDITION: in use
// by another process, or a file or folder that cannot be trusted.
absl::StatusOr<std::unique_ptr<CacheIndex>> OpenSqliteCacheIndex(
    const std::string& path);

}  // namespace convoy

#endif  // CONVOY_DAEMON_SQLITE_CACHE_INDEX_H_
