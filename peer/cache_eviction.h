#ifndef CONVOY_PEER_CACHE_EVICTION_H_
#define CONVOY_PEER_CACHE_EVICTION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "peer/swarm_settings.h"

namespace convoy {

// What the decision needs of one content.
struct EvictionEntry {
  absl::Time last_use;
  // What the disk would have more without it:
  // - a reflink: all blocks of the copy. Some are shared with the user's file
  //   while it lives, but nobody tells for how long: so the most that it may
  //   cost.
  // - a hard link: nothing while the file has another name; all its blocks
  //   when this is the last one.
  // - the final path: nothing, it is the user's file.
  std::int64_t own_bytes = 0;
  // Pinned, or a transfer has it: it stays.
  bool held = false;
};

// From SwarmSettings.cache_*.
struct EvictionLimits {
  explicit EvictionLimits(const SwarmSettings& settings)
      : max_age(settings.cache_max_age),
        max_percent(settings.cache_max_percent),
        max_bytes(settings.cache_max_bytes),
        min_free_bytes(settings.cache_min_free_bytes) {}

  // 0: all goes that is not held.
  absl::Duration max_age;
  int max_percent;         // Of the file system's size; without max_bytes.
  std::int64_t max_bytes;  // 0: max_percent holds.
  std::int64_t min_free_bytes;
};

// Of the file system that the cache's folder is on, in bytes.
struct FileSystemSpace {
  std::int64_t size = 0;
  std::int64_t free = 0;  // For those who are not root.
};

enum class EvictionCause { kAge, kSize, kFreeSpace };

struct Eviction {
  std::size_t index = 0;  // Into the entries.
  EvictionCause cause = EvictionCause::kAge;
};

// The most own bytes that `limits` allow on a file system of `size` bytes.
std::int64_t MaxOwnBytes(const EvictionLimits& limits, std::int64_t size);

// Which contents go, in this order of rules; inside each the oldest use first,
// among equals the first in `entries`:
// 1. what was not used for max_age;
// 2. what alone is larger than the cache may be, for it would push out all
//    others and then go itself;
// 3. while the own bytes of those that stay, held ones among them, are more
//    than the cache may have: what has own bytes;
// 4. while the file system has less free space than it shall have, counting
//    what the rules before free: what has own bytes.
// What has no own bytes goes by age alone: its end would free nothing.
// Without `space` (it could not be read) age alone decides.
std::vector<Eviction> ChooseEvictions(
    const std::vector<EvictionEntry>& entries, absl::Time now,
    const EvictionLimits& limits, const std::optional<FileSystemSpace>& space);

}  // namespace convoy

#endif  // CONVOY_PEER_CACHE_EVICTION_H_
