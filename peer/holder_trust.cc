#include "peer/holder_trust.h"

#include <algorithm>

namespace convoy {
namespace {

// Peers that give less are not waited for.
constexpr std::int64_t kEnoughPerSecond = 64 << 10;
constexpr absl::Duration kWindow = absl::Seconds(5);
// A window is long enough for a piece at a few times that rate.
constexpr absl::Duration kWindowOfMib = absl::Seconds(4);

}  // namespace

HolderTrust::HolderTrust(std::int64_t piece_length, absl::Duration now)
    : window_(std::max(
          kWindow,
          kWindowOfMib * (static_cast<double>(piece_length) / (1 << 20)))),
      counted_at_(now) {}

std::int64_t HolderTrust::Enough() const {
  return static_cast<std::int64_t>(absl::ToDoubleSeconds(window_) *
                                   kEnoughPerSecond);
}

void HolderTrust::SetWaiting(bool waiting, absl::Duration now) {
  if (waiting_) waited_ += now - counted_at_;
  counted_at_ = now;
  waiting_ = waiting;
  if (waited_ < window_) return;
  trusted_ = bytes_ >= Enough();
  waited_ = absl::ZeroDuration();
  bytes_ = 0;
}

void HolderTrust::PieceCame(std::int64_t bytes) {
  bytes_ += bytes;
  yielded_ = std::max(yielded_ - 1, 0);
  if (trusted_ || bytes_ < Enough()) return;
  trusted_ = true;
  waited_ = absl::ZeroDuration();
  bytes_ = 0;
}

bool HolderTrust::MayYield(bool begun) {
  if (!trusted_ || yielded_ >= kMaxYielded) return false;
  if (begun) ++yielded_;
  return true;
}

absl::Duration HolderTrust::NextJudgement() const {
  if (!waiting_) return absl::InfiniteDuration();
  return counted_at_ + window_ - waited_;
}

}  // namespace convoy
