#include "peer/connection_ramp.h"

#include <algorithm>

namespace convoy {

void ConnectionRamp::OnInterval(std::int64_t bytes) {
  if (settled_) return;
  if (warming_up_) {
    warming_up_ = false;
    return;
  }
  const bool helped =
      target_ == 1 ||
      (bytes > bytes_before_ && bytes - bytes_before_ >= bytes_before_ / 6);
  if (!helped) return Limit(target_ - 1);
  if (target_ >= max_) {
    settled_ = true;
    return;
  }
  bytes_before_ = bytes;
  ++target_;
  warming_up_ = true;
}

void ConnectionRamp::Limit(int connections) {
  target_ = std::max(1, std::min(target_, connections));
  settled_ = true;
}

}  // namespace convoy
