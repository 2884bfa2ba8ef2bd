#ifndef CONVOY_PEER_ALLOWANCE_H_
#define CONVOY_PEER_ALLOWANCE_H_

#include <algorithm>

#include "absl/time/time.h"

namespace convoy {

// How much of something may come now: so many at once, and so many a second
// more. Time is passed in and never falls. Not thread-safe.
class Allowance {
 public:
  // REQUIRES: at_once >= 1, per_second > 0.
  Allowance(double at_once, double per_second)
      : at_once_(at_once), per_second_(per_second), left_(at_once) {}

  // Takes one. False: there is none.
  bool Take(absl::Duration now) {
    if (counted_) {
      left_ = std::min(at_once_,
                       left_ + absl::ToDoubleSeconds(now - at_) * per_second_);
    }
    counted_ = true;
    at_ = now;
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

 private:
  const double at_once_;
  const double per_second_;
  double left_;
  bool counted_ = false;
  absl::Duration at_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_ALLOWANCE_H_
