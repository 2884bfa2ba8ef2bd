#include "peer/cache_eviction.h"

#include <algorithm>
#include <numeric>

namespace convoy {
namespace {

// The indexes of `entries`, the oldest use first.
std::vector<std::size_t> ByLastUse(const std::vector<EvictionEntry>& entries) {
  std::vector<std::size_t> order(entries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) {
                     return entries[a].last_use < entries[b].last_use;
                   });
  return order;
}

}  // namespace

std::int64_t MaxOwnBytes(const EvictionLimits& limits, std::int64_t size) {
  if (limits.max_bytes > 0) return limits.max_bytes;
  // Divided first: the product of large numbers does not fit.
  return size / 100 * limits.max_percent;
}

std::vector<Eviction> ChooseEvictions(
    const std::vector<EvictionEntry>& entries, absl::Time now,
    const EvictionLimits& limits, const std::optional<FileSystemSpace>& space) {
  std::int64_t own = 0;
  for (const EvictionEntry& entry : entries) own += entry.own_bytes;
  std::int64_t freed = 0;

  std::vector<Eviction> chosen;
  std::vector<std::size_t> staying = ByLastUse(entries);
  const auto evict = [&](EvictionCause cause, auto goes) {
    std::vector<std::size_t> rest;
    rest.reserve(staying.size());
    for (const std::size_t index : staying) {
      const EvictionEntry& entry = entries[index];
      if (entry.held || !goes(entry)) {
        rest.push_back(index);
        continue;
      }
      chosen.push_back({index, cause});
      own -= entry.own_bytes;
      freed += entry.own_bytes;
    }
    staying.swap(rest);
  };

  evict(EvictionCause::kAge, [&](const EvictionEntry& entry) {
    return now - entry.last_use >= limits.max_age;
  });
  if (!space.has_value()) return chosen;
  const std::int64_t max_own = MaxOwnBytes(limits, space->size);
  evict(EvictionCause::kSize,
        [&](const EvictionEntry& entry) { return entry.own_bytes > max_own; });
  evict(EvictionCause::kSize, [&](const EvictionEntry& entry) {
    return entry.own_bytes > 0 && own > max_own;
  });
  evict(EvictionCause::kFreeSpace, [&](const EvictionEntry& entry) {
    return entry.own_bytes > 0 && space->free + freed < limits.min_free_bytes;
  });
  return chosen;
}

}  // namespace convoy
