#ifndef CONVOY_PEER_CACHE_INDEX_H_
#define CONVOY_PEER_CACHE_INDEX_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/contents.h"
#include "peer/file_identity_stamp.h"

namespace convoy {

// A content that the cache keeps, or that a job has whole and will hand over;
// without what is long.
struct CacheRow {
  std::string content_id;  // 20 bytes.
  std::string source_url;
  std::string name;
  std::string local_path;
  uid_t owner = 0;
  gid_t owner_group = 0;
  // kJob: the file has no path yet.
  ContentHolding holding = ContentHolding::kFinalPath;
  // Of what is held; its size is the content's.
  FileIdentityStamp identity;
  std::int64_t piece_length = 0;
  bool pinned = false;
  // Finite; kept to the nanosecond.
  absl::Time create_time;
  absl::Time last_use_time;
};

// What is read only when the content is opened.
struct CacheManifest {
  std::string metainfo;     // The manifest's bytes.
  std::string late_hashes;  // Opaque; may be empty.
};

struct CacheUse {
  std::string content_id;
  absl::Time time;
};

// The contents that are kept, on disk: rows by content id. It is only a cache:
// what was written last may be missing after a power loss, and one that cannot
// be read is begun anew. All calls block. Any thread, one call at a time.
//
// Errors: UNAVAILABLE, nothing was changed; it may work later.
class CacheIndex {
 public:
  virtual ~CacheIndex() = default;

  // All rows, in the order of their ids. Reads no manifest: fast.
  virtual absl::StatusOr<std::vector<CacheRow>> LoadAll() = 0;
  // Adds a content, or replaces all of it. REQUIRES: an id of 20 bytes.
  virtual absl::Status Put(const CacheRow& row,
                           const CacheManifest& manifest) = 0;
  // Those that are not there are skipped, here and below.
  virtual absl::Status Touch(const std::vector<CacheUse>& uses) = 0;
  virtual absl::Status SetPinned(absl::string_view content_id, bool pinned) = 0;
  virtual absl::Status Remove(absl::string_view content_id) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<CacheManifest> ReadManifest(
      absl::string_view content_id) = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_CACHE_INDEX_H_
