#ifndef CONVOY_TESTS_EVENTUALLY_H_
#define CONVOY_TESTS_EVENTUALLY_H_

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace convoy::testing {

// Within this everything comes that comes at all, also where a sanitizer and
// other tests make all slow. No limit on what is tested: those are conditions.
inline constexpr absl::Duration kPatience = absl::Seconds(150);

// Looks every few milliseconds. True when `condition` has become true; false
// when it has not within `patience`.
inline bool Eventually(const std::function<bool()>& condition,
                       absl::Duration patience = kPatience) {
  const absl::Time give_up = absl::Now() + patience;
  while (!condition()) {
    if (absl::Now() > give_up) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_EVENTUALLY_H_
