#include "peer/allowance.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

int TakeAll(Allowance* allowance, absl::Duration now) {
  int taken = 0;
  while (allowance->Take(now)) ++taken;
  return taken;
}

TEST(AllowanceTest, SoManyAtOnceAndSoManyASecond) {
  Allowance allowance(10, 4);
  const absl::Duration start = absl::Hours(100);
  EXPECT_EQ(TakeAll(&allowance, start), 10);
  EXPECT_EQ(TakeAll(&allowance, start + absl::Milliseconds(200)), 0);
  EXPECT_EQ(TakeAll(&allowance, start + absl::Milliseconds(500)), 2);
  EXPECT_EQ(TakeAll(&allowance, start + absl::Hours(1)), 10);
}

TEST(AllowanceTest, WhatIsRefusedCostsNothing) {
  Allowance allowance(1, 1);
  EXPECT_TRUE(allowance.Take(absl::ZeroDuration()));
  for (int i = 1; i < 8; ++i) {
    EXPECT_FALSE(allowance.Take(absl::Milliseconds(i * 125)));
  }
  EXPECT_TRUE(allowance.Take(absl::Seconds(1)));
}

}  // namespace
}  // namespace convoy
