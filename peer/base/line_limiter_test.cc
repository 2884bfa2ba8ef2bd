#include "peer/base/line_limiter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

// How many of `times` lines pass at `seconds`.
int Pass(LineLimiter& limiter, const std::string& text, int times,
         int seconds) {
  int passed = 0;
  for (int i = 0; i < times; ++i) {
    passed += limiter.Admit(text, absl::Seconds(seconds)) ? 1 : 0;
  }
  return passed;
}

TEST(LineLimiterTest, TenOfOneTextPassInTenSeconds) {
  LineLimiter limiter;
  EXPECT_EQ(Pass(limiter, "a", 6, 0), 6);
  EXPECT_EQ(Pass(limiter, "a", 6, 9), 4);
  EXPECT_EQ(Pass(limiter, "b", 6, 9), 6);
  EXPECT_EQ(Pass(limiter, "a", 12, 10), 10);
}

TEST(LineLimiterTest, TellsOnceWhatWasHeldBack) {
  LineLimiter limiter;
  Pass(limiter, "a", 15, 0);
  Pass(limiter, "b", 10, 0);
  EXPECT_TRUE(limiter.TakeCounted(absl::Seconds(9)).empty());
  const auto counted = limiter.TakeCounted(absl::Seconds(10));
  ASSERT_EQ(counted.size(), 1u);
  EXPECT_EQ(counted[0].text, "a");
  EXPECT_EQ(counted[0].count, 5);
  EXPECT_TRUE(limiter.TakeCounted(absl::Seconds(20)).empty());
}

TEST(LineLimiterTest, ForgetsTheOldestTextWhenThereAreTooMany) {
  LineLimiter limiter;
  Pass(limiter, "first", 12, 0);
  for (std::size_t i = 0; i < LineLimiter::kMaxTexts; ++i) {
    EXPECT_TRUE(limiter.Admit(absl::StrCat(i), absl::Seconds(1)));
  }
  const auto counted = limiter.TakeCounted(absl::Seconds(1));
  ASSERT_EQ(counted.size(), 1u);
  EXPECT_EQ(counted[0].text, "first");
  EXPECT_EQ(counted[0].count, 2);
  EXPECT_EQ(Pass(limiter, "first", 11, 1), 10);
}

}  // namespace
}  // namespace convoy
