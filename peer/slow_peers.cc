#include "peer/slow_peers.h"

namespace convoy {

void SlowPeers::Sample(absl::Duration now, std::int64_t offered,
                       std::int64_t received) {
  if (!watches()) return;
  // What they would give until the next sample.
  if (offered < rate_) {
    open_ = false;
    return;
  }
  if (!open_) {
    open_ = true;
    since_ = now;
    received_then_ = received;
    return;
  }
  const absl::Duration window = now - since_;
  if (window < kWindow) return;
  slow_ = static_cast<double>(received - received_then_) <
          absl::ToDoubleSeconds(window) * static_cast<double>(rate_);
  open_ = false;
}

}  // namespace convoy
