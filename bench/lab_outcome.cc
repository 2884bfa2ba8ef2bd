#include "bench/lab_outcome.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/usage.h"

namespace convoy::bench {

double SecondsUntil(const std::function<bool()>& condition, double limit) {
  const double begin = NowSeconds();
  while (!condition()) {
    if (NowSeconds() - begin >= limit) return limit;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return NowSeconds() - begin;
}

}  // namespace convoy::bench
