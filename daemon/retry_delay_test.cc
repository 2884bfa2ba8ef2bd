#include "daemon/retry_delay.h"

#include <optional>

#include "gtest/gtest.h"

namespace convoy {
namespace {

TEST(RetryDelayTest, DoublesWithEachFailureWithoutProgress) {
  const absl::Duration minimum = absl::Seconds(60);
  EXPECT_EQ(RetryDelay(minimum, 1, std::nullopt, 0), absl::Seconds(60));
  EXPECT_EQ(RetryDelay(minimum, 2, std::nullopt, 0), absl::Seconds(120));
  EXPECT_EQ(RetryDelay(minimum, 5, std::nullopt, 0), absl::Seconds(960));
}

TEST(RetryDelayTest, EndsAtAnHour) {
  EXPECT_EQ(RetryDelay(absl::Seconds(60), 1000000, std::nullopt, 0.999),
            absl::Hours(1));
}

TEST(RetryDelayTest, ALongerMinimumIsKept) {
  EXPECT_EQ(RetryDelay(absl::Hours(5), 9, std::nullopt, 0.5), absl::Hours(5));
}

TEST(RetryDelayTest, ChanceAddsUpToAQuarter) {
  const absl::Duration minimum = absl::Seconds(100);
  EXPECT_EQ(RetryDelay(minimum, 1, std::nullopt, 0.4), absl::Seconds(110));
  EXPECT_LT(RetryDelay(minimum, 1, std::nullopt, 0.9999), absl::Seconds(125));
}

TEST(RetryDelayTest, IsNeverBelowRetryAfter) {
  const absl::Duration asked = absl::Hours(2);
  EXPECT_EQ(RetryDelay(absl::Seconds(60), 1, asked, 0), asked);
  EXPECT_GT(RetryDelay(absl::Seconds(60), 1, asked, 0.9), asked);
  EXPECT_EQ(RetryDelay(absl::Hours(5), 1, asked, 0), absl::Hours(5));
}

TEST(RetryDelayTest, AnAbsurdRetryAfterIsCutToAWeek) {
  EXPECT_EQ(RetryDelay(absl::Seconds(60), 1, absl::Hours(24 * 365), 0),
            kLongestRetryAfter);
}

}  // namespace
}  // namespace convoy
