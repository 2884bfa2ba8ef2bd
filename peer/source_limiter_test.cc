#include "peer/source_limiter.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr absl::Duration kStart = absl::Hours(1);

IpAddress Address(int number) {
  return *IpAddress::Parse(
      absl::StrCat("10.1.", number / 256, ".", number % 256));
}

TEST(TokenBucketTest, GivesABurstAndThenItsRate) {
  TokenBucket bucket(10, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.Take(kStart)) << i;
  EXPECT_FALSE(bucket.Take(kStart));
  EXPECT_EQ(bucket.WaitFor(kStart), absl::Milliseconds(100));
  EXPECT_FALSE(bucket.Take(kStart + absl::Milliseconds(99)));
  EXPECT_TRUE(bucket.Take(kStart + absl::Milliseconds(101)));
  EXPECT_FALSE(bucket.Take(kStart + absl::Milliseconds(102)));
  // A long rest fills it, and no more than that.
  const absl::Duration later = kStart + absl::Hours(1);
  EXPECT_EQ(bucket.WaitFor(later), absl::ZeroDuration());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.Take(later)) << i;
  EXPECT_FALSE(bucket.Take(later));
}

TEST(SourceLimiterTest, EachAddressHasItsOwnLimit) {
  SourceLimiter limiter({1, 2}, {1000, 1000});
  EXPECT_TRUE(limiter.Admit(Address(1), kStart));
  EXPECT_TRUE(limiter.Admit(Address(1), kStart));
  EXPECT_FALSE(limiter.Admit(Address(1), kStart));
  EXPECT_TRUE(limiter.Admit(Address(2), kStart));
  EXPECT_TRUE(limiter.Admit(Address(1), kStart + absl::Seconds(1.1)));
}

TEST(SourceLimiterTest, AllTogetherHaveOne) {
  SourceLimiter limiter({1, 1}, {1, 5});
  int admitted = 0;
  for (int i = 0; i < 10'000; ++i) {
    if (limiter.Admit(Address(i), kStart)) ++admitted;
  }
  EXPECT_EQ(admitted, 5);
}

TEST(SourceLimiterTest, OneAddressLeavesToOthersWhatIsForAll) {
  SourceLimiter limiter({1, 2}, {1, 5});
  for (int i = 0; i < 1000; ++i) limiter.Admit(Address(1), kStart);
  for (int i = 2; i < 5; ++i) EXPECT_TRUE(limiter.Admit(Address(i), kStart));
}

}  // namespace
}  // namespace convoy
