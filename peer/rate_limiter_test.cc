#include "peer/rate_limiter.h"

#include <cstdint>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"

namespace convoy {
namespace {

constexpr TrafficClass kForeground = TrafficClass::kForeground;
constexpr TrafficClass kBackground = TrafficClass::kBackground;

class RateLimiterTest : public testing::Test {
 protected:
  // What a reader gets that always wants more, in reads of `size`.
  std::int64_t ReadFor(absl::Duration time, TrafficClass traffic,
                       std::int64_t size) {
    const absl::Duration end = clock_.Monotonic() + time;
    std::int64_t bytes = 0;
    while (clock_.Monotonic() < end) {
      if (limiter_.TryTake(traffic, size)) {
        bytes += size;
        continue;
      }
      const absl::Duration wait = limiter_.Wait(traffic);
      EXPECT_GT(wait, absl::ZeroDuration());
      if (wait <= absl::ZeroDuration()) break;
      clock_.Advance(wait);
    }
    return bytes;
  }

  FakeClock clock_;
  RateLimiter limiter_{clock_};
};

TEST_F(RateLimiterTest, WithoutALimitAllMayCome) {
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(limiter_.TryTake(kForeground, 1 << 20));
  }
  EXPECT_EQ(limiter_.Wait(kForeground), absl::ZeroDuration());
  EXPECT_FALSE(limiter_.IsLimited(kForeground));
}

TEST_F(RateLimiterTest, ARateIsHeld) {
  limiter_.SetLimits(0, 1'000'000);
  EXPECT_TRUE(limiter_.IsLimited(kBackground));
  EXPECT_NEAR(ReadFor(absl::Seconds(3), kBackground, 16384), 3'000'000, 20'000);
}

TEST_F(RateLimiterTest, ARateIsHeldFromReadsThatAreLargeBesideIt) {
  limiter_.SetLimits(0, 10'000);
  EXPECT_NEAR(ReadFor(absl::Seconds(60), kBackground, 16384), 600'000, 16384);
}

TEST_F(RateLimiterTest, WhatNobodyReadIsSavedForATenthOfASecond) {
  limiter_.SetLimits(0, 1'000'000);
  clock_.Advance(absl::Hours(1));
  std::int64_t at_once = 0;
  while (limiter_.TryTake(kBackground, 1000)) at_once += 1000;
  EXPECT_NEAR(at_once, 100'000, 1000);
}

TEST_F(RateLimiterTest, TheClassesKnowNothingOfEachOther) {
  limiter_.SetLimits(2'000'000, 1'000'000);
  limiter_.Charge(kBackground, 50'000'000);
  EXPECT_NEAR(ReadFor(absl::Milliseconds(500), kForeground, 16384), 1'000'000,
              20'000);
  EXPECT_FALSE(limiter_.TryTake(kBackground, 1));
  limiter_.SetLimits(0, 1'000'000);
  EXPECT_FALSE(limiter_.IsLimited(kForeground));
  EXPECT_TRUE(limiter_.IsLimited(kBackground));
}

TEST_F(RateLimiterTest, BytesFromOriginsShareOneLimitWithinThoseOfTheClasses) {
  constexpr TrafficFrom kOrigin = TrafficFrom::kOrigin;
  limiter_.SetOriginLimit(1'000'000);
  EXPECT_TRUE(limiter_.IsLimited(kForeground, kOrigin));
  EXPECT_FALSE(limiter_.IsLimited(kForeground));
  limiter_.Charge(kBackground, 500'000, kOrigin);
  EXPECT_FALSE(limiter_.TryTake(kForeground, 1, kOrigin));
  EXPECT_NEAR(absl::ToDoubleSeconds(limiter_.Wait(kForeground, kOrigin)), 0.5,
              0.01);
  // Others are not held back, and peers need not give way.
  EXPECT_TRUE(limiter_.TryTake(kForeground, 10'000'000));
  EXPECT_FALSE(limiter_.IsShort(kForeground));
  limiter_.SetLimits(100'000, 0);
  limiter_.SetOriginLimit(0);
  EXPECT_TRUE(limiter_.TryTake(kForeground, 100'000, kOrigin));
  EXPECT_FALSE(limiter_.TryTake(kForeground, 1, kOrigin));
}

TEST_F(RateLimiterTest, BytesThatHaveComeAreWaitedFor) {
  limiter_.SetLimits(0, 1'000'000);
  limiter_.Charge(kBackground, 500'000);
  const absl::Duration wait = limiter_.Wait(kBackground);
  EXPECT_GE(wait, absl::Milliseconds(500));
  EXPECT_LT(wait, absl::Milliseconds(501));
  clock_.Advance(absl::Milliseconds(499));
  EXPECT_FALSE(limiter_.TryTake(kBackground, 1));
  clock_.Advance(limiter_.Wait(kBackground));
  EXPECT_TRUE(limiter_.TryTake(kBackground, 1));
}

TEST_F(RateLimiterTest, AChangeHoldsAtOnce) {
  limiter_.SetLimits(0, 1'000);
  limiter_.Charge(kBackground, 1'000'000);  // A thousand seconds.
  limiter_.SetLimits(0, 1'000'000);
  EXPECT_NEAR(ReadFor(absl::Seconds(2), kBackground, 16384), 2'000'000, 20'000);
  limiter_.SetLimits(0, 100'000);
  EXPECT_NEAR(ReadFor(absl::Seconds(2), kBackground, 1000), 200'000, 2'000);
  limiter_.SetLimits(0, 0);
  EXPECT_TRUE(limiter_.TryTake(kBackground, 1 << 30));
  EXPECT_TRUE(limiter_.TryTake(kBackground, 1 << 30));
}

TEST_F(RateLimiterTest, TheSameLimitAgainChangesNothing) {
  limiter_.SetLimits(0, 1'000'000);
  limiter_.Charge(kBackground, 500'000);
  limiter_.SetLimits(7, 1'000'000);
  EXPECT_FALSE(limiter_.TryTake(kBackground, 1));
}

TEST_F(RateLimiterTest, CountsAllThatWasTaken) {
  limiter_.SetLimits(10, 0);
  EXPECT_TRUE(limiter_.TryTake(kForeground, 100));
  EXPECT_FALSE(limiter_.TryTake(kForeground, 1000));
  EXPECT_TRUE(limiter_.TryTake(kBackground, 20));
  limiter_.Charge(kForeground, 3);
  EXPECT_EQ(limiter_.total(), 123);
}

TEST_F(RateLimiterTest, WhatCameUnaskedIsTakenOffTheRest) {
  limiter_.SetLimits(0, 1'000'000);
  const absl::Duration began = clock_.Monotonic();
  std::int64_t read = 0;
  for (int i = 0; i < 30; ++i) {
    limiter_.Charge(kBackground, 60'000);
    read += ReadFor(absl::Milliseconds(100), kBackground, 16384);
  }
  // Together they keep to the rate.
  const double seconds = absl::ToDoubleSeconds(clock_.Monotonic() - began);
  EXPECT_NEAR(static_cast<double>(read + 1'800'000), seconds * 1'000'000,
              120'000);
  EXPECT_EQ(limiter_.total(), read + 1'800'000);
}

TEST_F(RateLimiterTest, NoMoreThanASecondIsHeldAgainstReaders) {
  limiter_.SetLimits(0, 1'000'000);
  limiter_.Charge(kBackground, 60'000'000);
  EXPECT_LE(limiter_.Wait(kBackground), absl::Milliseconds(1001));
}

TEST_F(RateLimiterTest, ItIsShortWhileSomebodyIsRefused) {
  limiter_.SetLimits(0, 1'000'000);
  EXPECT_FALSE(limiter_.IsShort(kBackground));
  while (limiter_.TryTake(kBackground, 16384)) {
  }
  EXPECT_TRUE(limiter_.IsShort(kBackground));
  EXPECT_FALSE(limiter_.IsShort(kForeground));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(limiter_.IsShort(kBackground));
}

}  // namespace
}  // namespace convoy
