#ifndef CONVOY_PEER_BASE_CLOCK_H_
#define CONVOY_PEER_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace convoy {

// Time, injected. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Calendar time: for what people see and what is stored. May jump.
  virtual absl::Time Now() const = 0;
  // Time since some fixed point; never jumps: for timers, rates and waits.
  virtual absl::Duration Monotonic() const = 0;
};

// The machine's clocks.
class RealClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_CLOCK_H_
