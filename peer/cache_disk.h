#ifndef CONVOY_PEER_CACHE_DISK_H_
#define CONVOY_PEER_CACHE_DISK_H_

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/base/unique_fd.h"
#include "peer/cache_eviction.h"
#include "peer/cache_index.h"
#include "peer/cached_content.h"
#include "peer/contents.h"
#include "peer/file_identity_stamp.h"
#include "peer/file_link.h"
#include "peer/manifest.h"

namespace convoy {

// A finished file that shall be kept.
struct NewContent {
  KeepRequest keep;
  // Open for reading; a duplicate of the transfer's.
  UniqueFd file;
  // When its bytes were verified, the file had this stamp. Nothing: it has not
  // changed since, the caller says.
  std::optional<FileIdentityStamp> verified;
  std::string name;
  std::string source_url;
  std::int64_t piece_length = 0;
  std::string metainfo;     // The manifest's bytes.
  std::string late_hashes;  // Opaque; may be empty.
  // Its manifest is private (BEP 27): its peers come from its trackers, so it
  // is never kept for others.
  bool is_private = false;
};

// Where the bytes of a content are, to open them.
struct HeldPlace {
  ContentKey key;
  ContentHolding holding = ContentHolding::kFinalPath;
  FileIdentityStamp identity;
  std::string local_path;
  uid_t owner = 0;
  gid_t owner_group = 0;
};

// What the cache does on disk: the index, the folder of links, files at their
// final paths. All calls block. Any thread; one call at a time, but OpenFile.
class CacheDisk {
 public:
  // Opens a plain file for reading with the rights of its owner.
  using OpenAsOwner = std::function<absl::StatusOr<UniqueFd>(
      uid_t owner, gid_t group, const std::string& path)>;

  CacheDisk(std::unique_ptr<CacheIndex> index, FileLinkFolder folder,
            OpenAsOwner open_as_owner);

  // Opens no file.
  absl::StatusOr<std::vector<CacheRow>> Load();
  // Links that belong to none of `rows`, which must be all, in order.
  void RemoveStrayLinks(const std::vector<CacheRow>& rows);

  // Links the file and stores its row.
  absl::StatusOr<CacheRow> Keep(NewContent content, absl::Time now);
  // Stores the row of a file that a job has, without a link; its holding is
  // kJob.
  absl::StatusOr<CacheRow> NoteHeld(NewContent content, absl::Time now);
  void Remove(const ContentKey& key, ContentHolding holding);
  absl::Status SetPinned(const ContentKey& key, bool pinned);
  // Not stored: the next start thinks of an older use.
  void Touch(const std::vector<CacheUse>& uses);

  // The bytes of a content, if they are still those that were kept. NOT_FOUND:
  // they are gone, or were changed. Other errors may pass. Thread-safe.
  absl::StatusOr<UniqueFd> OpenFile(const HeldPlace& place) const;
  struct ReadResult {
    std::shared_ptr<const Manifest> manifest;
    std::string late_hashes;
  };
  // NOT_FOUND: there is none that fits.
  absl::StatusOr<ReadResult> ReadManifestOf(const HeldPlace& place);

  // What Sweep looks at, and what it finds.
  struct SweepEntry {
    ContentKey key;
    ContentHolding holding = ContentHolding::kFinalPath;
    std::int64_t size = 0;
    absl::Time last_use;
    bool held = false;  // Pinned or busy.
  };
  enum class GoneBy { kAge, kSize, kFreeSpace, kLostLink };
  struct Going {
    std::size_t index = 0;  // Into the entries.
    GoneBy cause = GoneBy::kAge;
  };
  // Who must go. Looks at the links only where their sizes could matter, so
  // that an ordinary minute costs one statvfs.
  std::vector<Going> Sweep(const std::vector<SweepEntry>& entries,
                           absl::Time now, const EvictionLimits& limits);

 private:
  // Sets own_bytes of `evictable`; returns which links are lost.
  absl::StatusOr<std::vector<bool>> MeasureLinks(
      const std::vector<SweepEntry>& entries,
      std::vector<EvictionEntry>& evictable);

  const std::unique_ptr<CacheIndex> index_;
  const FileLinkFolder folder_;
  const OpenAsOwner open_as_owner_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_CACHE_DISK_H_
