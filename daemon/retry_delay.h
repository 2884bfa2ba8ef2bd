#ifndef CONVOY_DAEMON_RETRY_DELAY_H_
#define CONVOY_DAEMON_RETRY_DELAY_H_

#include <optional>

#include "absl/time/time.h"

namespace convoy {

// The longest wait that growth alone leads to, unless the minimum is longer.
constexpr absl::Duration kLongestRetryDelay = absl::Hours(1);
// An origin's Retry-After is honoured up to here.
constexpr absl::Duration kLongestRetryAfter = absl::Hours(24 * 7);

// How long to wait before the next try.
//
// `minimum` doubles with each failure in a row without progress (`failures`
// counts them, this one included), up to kLongestRetryDelay, or `minimum` if
// that is longer. `random` in [0, 1) spreads it over up to a quarter more, so
// that a fleet does not come back as one. Never below `retry_after`, which is
// spread too.
absl::Duration RetryDelay(absl::Duration minimum, int failures,
                          std::optional<absl::Duration> retry_after,
                          double random);

}  // namespace convoy

#endif  // CONVOY_DAEMON_RETRY_DELAY_H_
