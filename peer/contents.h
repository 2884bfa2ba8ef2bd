#ifndef CONVOY_PEER_CONTENTS_H_
#define CONVOY_PEER_CONTENTS_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/base/unique_fd.h"
#include "peer/swarm_settings.h"

namespace convoy {

enum class ContentState { kDownloading, kSeeding, kResting };
enum class ContentHolding { kJob, kReflink, kHardLink, kFinalPath };

// SwarmStats of convoy/v1/swarm_service.proto.
struct ContentStats {
  std::int64_t from_origin = 0;
  std::int64_t from_mirrors = 0;
  std::int64_t from_cache_hosts = 0;
  std::int64_t from_lan = 0;
  std::int64_t from_group = 0;
  std::int64_t from_internet = 0;
  std::int64_t to_lan = 0;
  std::int64_t to_group = 0;
  std::int64_t to_internet = 0;
  int http_connections = 0;
  int lan_connections = 0;
  int group_connections = 0;
  int internet_connections = 0;
  absl::Duration download_duration;
  std::int64_t failed_bytes = 0;
  std::int64_t redundant_bytes = 0;
  // Addresses that are met no more for the content, by what they did.
  int wrong_bytes_addresses = 0;
  int false_hashes_addresses = 0;
  bool background = false;
  DownloadMode mode = DownloadMode::kHttpOnly;
};

// Content of convoy/v1/swarm_service.proto.
struct ContentInfo {
  std::string id;  // 20 bytes.
  std::string name;
  std::string source_url;
  std::int64_t size = 0;
  std::int64_t piece_length = 0;
  ContentState state = ContentState::kResting;
  std::int64_t available_bytes = 0;
  ContentHolding holding = ContentHolding::kJob;
  std::string local_path;
  bool pinned = false;
  absl::Time create_time;
  absl::Time last_use_time;
  absl::Time expire_time = absl::InfiniteFuture();  // InfiniteFuture: never.
  uid_t owner = 0;
  ContentStats stats;
};

// SwarmPeer of convoy/v1/swarm_service.proto.
struct PeerInfo {
  std::string content_id;  // 20 bytes.
  std::string address;     // And port.
  PeerKind kind = PeerKind::kLan;
  std::string client;
  bool shares_origin = false;
  bool authenticated = false;
  std::int64_t available_bytes = 0;
  std::int64_t bytes_from = 0;
  std::int64_t bytes_to = 0;
  std::int64_t rate_from = 0;
  std::int64_t rate_to = 0;
};

// All contents together, in numbers.
struct ContentCounts {
  // Kept by the cache now, and the sizes of these contents. A content that is
  // kept as a link takes no space of its own.
  std::int64_t kept = 0;
  std::int64_t kept_bytes = 0;
  // Contents that left the cache since the start, by cause.
  struct Gone {
    std::int64_t age = 0;
    std::int64_t size = 0;
    std::int64_t free_space = 0;
    // Somebody asked for it.
    std::int64_t call = 0;
    // What was kept is gone, or was changed.
    std::int64_t changed = 0;
  };
  Gone gone;
};

// Why a content is not in the cache any more.
struct ContentDeparture {
  enum class Cause {
    kAge,          // cache.max_age_seconds.
    kSizePercent,  // cache.max_size_percent.
    kSizeBytes,    // cache.max_size_bytes.
    kFreeSpace,    // cache.min_free_bytes.
    kCall,         // Somebody asked for it.
    kChanged,      // What was kept is gone, or was changed.
    kPrivate,      // It was not kept when its job ended: BEP 27.
  };
  Cause cause = Cause::kAge;
  absl::Time time;
};

// Whether a content is here for peers.
struct ContentPresence {
  bool here = false;
  bool pinned = false;
  // Of one that is not here: as far as it is remembered, which is not over a
  // restart.
  std::optional<ContentDeparture> departure;
};

// A file that was handed over, or that was there already, and shall be given to
// peers.
struct KeepRequest {
  std::string content_id;  // 20 bytes.
  std::string local_path;  // Where it is.
  uid_t owner = 0;
  gid_t owner_group = 0;
  bool pinned = false;
};

struct AdoptRequest {
  UniqueFd file;         // Open for reading.
  std::string metainfo;  // Bytes of the manifest.
  KeepRequest keep;      // Without content_id.
};

// What this machine has for its peers. Any thread; answers come on a thread of
// the engine's: post them.
class Contents {
 public:
  template <typename T>
  using Answer = absl::AnyInvocable<void(T) &&>;

  virtual ~Contents() = default;

  // In the order of their ids.
  virtual void List(Answer<std::vector<ContentInfo>> answer) = 0;
  virtual void Count(Answer<ContentCounts> answer) {
    std::move(answer)(ContentCounts());
  }
  // For each id of 20 bytes, in order. Counts as no use.
  virtual void LookUp(std::vector<std::string> content_ids,
                      Answer<std::vector<ContentPresence>> answer) = 0;
  // Connected now; of one content, or all where `content_id` is empty.
  virtual void ListPeers(std::string content_id,
                         Answer<std::vector<PeerInfo>> answer) = 0;
  // A file of a job got its name: from now on it is kept by the cache's rules.
  // NOT_FOUND: no transfer of this process fetched it.
  virtual void Keep(KeepRequest request, Answer<absl::Status> answer) = 0;
  // A job that had it whole was cancelled: peers get it no more.
  virtual void Release(std::string content_id) = 0;
  // NOT_FOUND.
  virtual void Pin(std::string content_id, bool pinned,
                   Answer<absl::Status> answer) = 0;
  // NOT_FOUND; FAILED_PRECONDITION: a transfer fills it.
  virtual void Evict(std::string content_id, Answer<absl::Status> answer) = 0;
  // Reads and checks the whole file first. INVALID_ARGUMENT: the manifest.
  // FAILED_PRECONDITION: the file is another one.
  virtual void Adopt(AdoptRequest request,
                     Answer<absl::StatusOr<ContentInfo>> answer) = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_CONTENTS_H_
