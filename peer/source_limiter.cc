#include "peer/source_limiter.h"

#include <algorithm>

namespace convoy {
namespace {

// Rounding must not leave a wait of nothing for a token that is not there.
constexpr double kOne = 1 - 1e-6;

}  // namespace

void TokenBucket::Fill(absl::Duration now) {
  if (!filled_) {
    tokens_ = burst_;
  } else {
    tokens_ = std::min(burst_,
                       tokens_ + rate_ * absl::ToDoubleSeconds(now - *filled_));
  }
  filled_ = now;
}

bool TokenBucket::Take(absl::Duration now) {
  Fill(now);
  if (tokens_ < kOne) return false;
  tokens_ -= 1;
  return true;
}

absl::Duration TokenBucket::WaitFor(absl::Duration now) {
  Fill(now);
  if (tokens_ >= kOne) return absl::ZeroDuration();
  return absl::Seconds((1 - tokens_) / rate_);
}

SourceLimiter::SourceLimiter(Rate each, Rate all)
    : each_(each), all_(all.per_second, all.burst) {}

bool SourceLimiter::Admit(const IpAddress& source, absl::Duration now) {
  TokenBucket* bucket = sources_.Find(source);
  if (bucket == nullptr) {
    bucket =
        &sources_.Insert(source, TokenBucket(each_.per_second, each_.burst));
  }
  // First its own limit: one address alone does not use up that of all.
  return bucket->Take(now) && all_.Take(now);
}

}  // namespace convoy
