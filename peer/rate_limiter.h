#ifndef CONVOY_PEER_RATE_LIMITER_H_
#define CONVOY_PEER_RATE_LIMITER_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"

namespace convoy {

enum class TrafficClass { kForeground, kBackground };

enum class TrafficFrom { kOrigin, kElsewhere };

// Bytes from outside of the LAN: how many may come, and how many have come. One
// token bucket for each class of traffic; who reads from a network asks first,
// or reads and then waits. The classes know nothing of each other, but bytes
// from origins take from one more bucket, which they share.
//
// A bucket holds what comes in 100 ms. Over a second and more the sum of all
// readers of a class keeps to its limit within a twentieth, as long as one read
// is small beside it.
//
// Thread-safe.
class RateLimiter {
 public:
  // No limits. `clock` is not owned.
  explicit RateLimiter(const Clock& clock);
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  // Bytes per second from now on; 0: no limit. Readers that wait should ask
  // again within a second.
  void SetLimits(std::int64_t foreground, std::int64_t background);
  // The same for bytes from origins, of both classes together.
  void SetOriginLimit(std::int64_t limit);

  // Takes `bytes`, if some may come: then the last of them may be borrowed from
  // the future. False: nothing was taken; ask again after Wait().
  bool TryTake(TrafficClass traffic, std::int64_t bytes,
               TrafficFrom from = TrafficFrom::kElsewhere);
  // Takes `bytes` that have come already, whether they may or not. At most a
  // second is borrowed in this way.
  void Charge(TrafficClass traffic, std::int64_t bytes,
              TrafficFrom from = TrafficFrom::kElsewhere);
  // How long until some may come. Zero: now.
  absl::Duration Wait(TrafficClass traffic,
                      TrafficFrom from = TrafficFrom::kElsewhere) const;
  bool IsLimited(TrafficClass traffic,
                 TrafficFrom from = TrafficFrom::kElsewhere) const;
  // TryTake said no in the last second, for the limit of the class.
  bool IsShort(TrafficClass traffic) const;

  // All bytes taken so far, of both classes.
  std::int64_t total() const;

 private:
  struct Bucket {
    std::int64_t limit = 0;  // Bytes per second; 0: none.
    double tokens = 0;       // Bytes that may come; below 0: borrowed.
    absl::Duration filled;   // When the tokens were counted.
    absl::Duration refused = -absl::InfiniteDuration();
  };

  static void SetLimit(std::int64_t limit, absl::Duration now, Bucket* bucket);
  static void Fill(absl::Duration now, Bucket* bucket);
  // Fills it. False: some must be waited for.
  static bool MayTake(absl::Duration now, Bucket* bucket);
  static void Borrow(absl::Duration now, std::int64_t bytes, Bucket* bucket);
  static absl::Duration WaitOf(absl::Duration now, Bucket bucket);
  Bucket& Of(TrafficClass traffic) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return traffic == TrafficClass::kForeground ? foreground_ : background_;
  }
  const Bucket& Of(TrafficClass traffic) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return traffic == TrafficClass::kForeground ? foreground_ : background_;
  }

  const Clock& clock_;

  mutable Mutex mutex_;
  Bucket foreground_ ABSL_GUARDED_BY(mutex_);
  Bucket background_ ABSL_GUARDED_BY(mutex_);
  Bucket origin_ ABSL_GUARDED_BY(mutex_);
  std::int64_t total_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_RATE_LIMITER_H_
