#include "daemon/rate_meter.h"

#include "gtest/gtest.h"

namespace convoy {
namespace {

TEST(RateMeterTest, IsTheMeanOfTheLastSeconds) {
  RateMeter meter;
  EXPECT_EQ(meter.Rate(absl::Seconds(0)), 0);
  for (int second = 0; second <= 20; ++second) {
    // 100 bytes a second for ten seconds, then 300.
    const int bytes = second <= 10 ? 100 * second : 1000 + 300 * (second - 10);
    meter.Add(absl::Seconds(second), bytes);
  }
  EXPECT_EQ(meter.Rate(absl::Seconds(20)), 300);
}

TEST(RateMeterTest, FallsToZeroWhenNothingIsAdded) {
  RateMeter meter;
  meter.Add(absl::Seconds(0), 0);
  meter.Add(absl::Seconds(1), 1000);
  EXPECT_EQ(meter.Rate(absl::Seconds(1)), 1000);
  EXPECT_EQ(meter.Rate(absl::Seconds(2)), 500);
  EXPECT_EQ(meter.Rate(absl::Seconds(10)), 0);
}

}  // namespace
}  // namespace convoy
