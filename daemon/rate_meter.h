#ifndef CONVOY_DAEMON_RATE_METER_H_
#define CONVOY_DAEMON_RATE_METER_H_

#include <cstdint>
#include <deque>
#include <utility>

#include "absl/time/time.h"

namespace convoy {

// The mean rate of the last few seconds.
class RateMeter {
 public:
  // `total`: bytes received so far; never falls. `now` is monotonic time.
  void Add(absl::Duration now, std::int64_t total) {
    samples_.emplace_back(now, total);
    // One sample older than the window stays: the rate counts from it.
    while (samples_.size() > 2 && samples_[1].first <= now - kWindow) {
      samples_.pop_front();
    }
  }

  // Bytes per second up to `now`.
  std::int64_t Rate(absl::Duration now) const {
    if (samples_.size() < 2 || now - samples_.back().first > kWindow) return 0;
    const double seconds = absl::ToDoubleSeconds(now - samples_.front().first);
    if (seconds <= 0) return 0;
    const auto bytes = samples_.back().second - samples_.front().second;
    return static_cast<std::int64_t>(static_cast<double>(bytes) / seconds);
  }

 private:
  static constexpr absl::Duration kWindow = absl::Seconds(5);

  std::deque<std::pair<absl::Duration, std::int64_t>> samples_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_RATE_METER_H_
