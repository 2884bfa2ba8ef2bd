#include "peer/base/clock.h"

#include <ctime>

#include "absl/time/clock.h"

namespace convoy {

absl::Time RealClock::Now() const { return absl::Now(); }

absl::Duration RealClock::Monotonic() const {
  struct timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::DurationFromTimespec(now);
}

}  // namespace convoy
