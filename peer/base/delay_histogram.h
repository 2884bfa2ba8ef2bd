#ifndef CONVOY_PEER_BASE_DELAY_HISTOGRAM_H_
#define CONVOY_PEER_BASE_DELAY_HISTOGRAM_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace convoy {

// How long things waited, counted in buckets. Thread-safe; Observe is two
// additions without a lock.
class DelayHistogram {
 public:
  // Upper ends of the buckets in seconds; one more bucket holds what is longer.
  static constexpr std::array<double, 7> kBounds = {0.001, 0.005, 0.02, 0.1,
                                                    0.5,   2,     10};

  struct Counts {
    // Of each bucket alone, not of those below it.
    std::array<std::int64_t, kBounds.size() + 1> buckets = {};
    absl::Duration sum;
  };

  void Observe(absl::Duration delay) {
    const double seconds = absl::ToDoubleSeconds(delay);
    std::size_t bucket = 0;
    while (bucket < kBounds.size() && seconds > kBounds[bucket]) ++bucket;
    buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_nanoseconds_.fetch_add(absl::ToInt64Nanoseconds(delay),
                               std::memory_order_relaxed);
  }

  // What was observed up to now.
  Counts Read() const {
    Counts counts;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      counts.buckets[i] = buckets_[i].load(std::memory_order_relaxed);
    }
    counts.sum =
        absl::Nanoseconds(sum_nanoseconds_.load(std::memory_order_relaxed));
    return counts;
  }

 private:
  std::array<std::atomic<std::int64_t>, kBounds.size() + 1> buckets_ = {};
  std::atomic<std::int64_t> sum_nanoseconds_{0};
};

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_DELAY_HISTOGRAM_H_
