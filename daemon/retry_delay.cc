#include "daemon/retry_delay.h"

#include <algorithm>

namespace convoy {

absl::Duration RetryDelay(absl::Duration minimum, int failures,
                          std::optional<absl::Duration> retry_after,
                          double random) {
  const absl::Duration cap = std::max(kLongestRetryDelay, minimum);
  absl::Duration delay = minimum;
  for (int i = 1; i < failures && delay < cap; ++i) delay *= 2;
  const absl::Duration grown = std::min(delay, cap);
  delay = std::min(grown * (1 + random / 4), cap);
  if (!retry_after.has_value()) return delay;

  const absl::Duration asked = std::min(*retry_after, kLongestRetryAfter);
  // Spread by the job's own wait: a short Retry-After stays short.
  const absl::Duration spread = std::min(asked, grown) * (random / 4);
  return std::max(delay, asked + spread);
}

}  // namespace convoy
